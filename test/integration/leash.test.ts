import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { until } from "./until.ts";

const leash = `--import=${resolve(import.meta.dirname, "leash.ts")}`;

/** Says its process id, starts another one as the CDK is started by `npm run deploy`, and stays. */
const stays = `
  console.log(process.pid);
  setInterval(() => {}, 1000);
  if (process.argv[1] === "parent") {
    require("node:child_process").spawn(process.execPath, ["-e", process.argv[2]], { stdio: "inherit" });
  }
`;
/** A test's process: starts one on a leash, as `runScript` does. */
const starter = `
  const { spawn } = require("node:child_process");
  const env = { ...process.env, NODE_OPTIONS: process.argv[1] };
  const child = spawn(process.execPath, ["-e", process.argv[2], "parent", process.argv[2]], { env });
  child.stdout.pipe(process.stdout);
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("ends a process, and those that it started, with the one that started it, even when that is killed", async () => {
  const killed = spawn(process.execPath, ["-e", starter, "--", leash, stays], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  killed.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  const pids = await until("both to run", 20_000, async () => {
    const found = text.trim().split("\n").filter(Boolean).map(Number);
    return found.length === 2 ? found : null;
  });
  try {
    expect(pids.map(isAlive)).toEqual([true, true]);
    killed.kill("SIGKILL");
    await until("both to end", 20_000, async () => (pids.some(isAlive) ? null : true));
  } finally {
    for (const pid of [killed.pid ?? 0, ...pids].filter(isAlive)) process.kill(pid, "SIGKILL");
  }
});

it("keeps nobody who has nothing left to do", async () => {
  const child = spawn(process.execPath, ["-e", "console.log(1)"], { env: { ...process.env, NODE_OPTIONS: leash } });
  const code = await new Promise((settle) => child.once("close", settle));
  expect(code).toBe(0);
});
