import { spawn } from "node:child_process";
import { once } from "node:events";
import { root } from "../run.ts";

/** Hides the cursor, and then waits for what is done to it. */
const show = `
  import { keepingCursor } from "${root}cli/cursor.ts";
  await keepingCursor(() => process.stdout.write("<back>"), async () => {
    process.stdout.write("<hidden>");
    if (process.argv[1] === "exit") process.exit(3);
    if (process.argv[1] === "error") throw new Error("on purpose");
    if (process.argv[1] === "wait") await new Promise((resolve) => setInterval(resolve, 600_000));
  });
`;

async function run(how: string, signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", show, how], {
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk;
    if (signal !== undefined && said === "<hidden>") child.kill(signal);
  });
  const [code, by] = await once(child, "close");
  return { said, code, by };
}

describe("keepingCursor", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("gives the cursor back on %s, and ends by that signal", async (signal) => {
    expect(await run("wait", signal)).toEqual({ said: "<hidden><back>", code: null, by: signal });
  });

  it.each([
    ["end", 0],
    ["error", 1],
    ["exit", 3],
  ])("gives the cursor back on %s", async (how, code) => {
    expect(await run(how)).toEqual({ said: "<hidden><back>", code, by: null });
  });
});
