/** Imported by a process that would start the CDK's command: that one ends well at once, and deploys nothing. */
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

const { spawn } = childProcess;
childProcess.spawn = ((command: string, args: readonly string[], options: childProcess.SpawnOptions) =>
  spawn(command, args[0]?.includes("aws-cdk") ? ["--eval", ""] : args, options)) as typeof spawn;
syncBuiltinESMExports();
