import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bundleService } from "../../../infra/reference-workload/service-bundle.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "workload-app-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the app as `npm run synth:workload` does. */
function synth(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["infra/reference-workload/app.ts", ...args], { cwd: root }, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}

it("synthesises any plan of such a workload, offline, with the bundled service", async () => {
  const output = join(folder, "out");

  const { code, stderr } = await synth("--plan", "plans/two-regions.yaml", "--output", output);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const manifest = JSON.parse(readFileSync(join(output, "manifest.json"), "utf8")) as {
    readonly artifacts: Readonly<Record<string, { readonly properties?: { readonly stackName?: string } }>>;
  };
  const names = Object.values(manifest.artifacts).flatMap(({ properties }) => properties?.stackName ?? []);
  expect(names.sort()).toEqual(["two-regions-workload-us-east-1", "two-regions-workload-us-west-2"]);
});

it.each([
  [["--plan", "plans/stateless.yaml"], /^plans\/stateless\.yaml: database: received nothing: .+\n$/],
  [["--plan", "plans/missing.yaml"], /^--plan: received "plans\/missing\.yaml": .+\n$/],
  [["--region", "us-east-1"], /^--region: there is no such option; the options are .+\n$/],
] as const)(
  "answers what it cannot use with exit code 2 and one line: %s",
  async (args, line) => {
    const { code, stderr } = await synth(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  },
  60_000,
);

it("bundles a program that says what is wrong, names its Region, and ends itself when told to", async () => {
  // Prepare: the program alone, without node_modules, and stores at ports where nobody listens.
  const service = spawn(process.execPath, [bundleService(folder)], {
    cwd: folder,
    env: {
      WORKLOAD_REGION: "eu-west-1",
      WORKLOAD_PORT: "0",
      WORKLOAD_HEALTH_PATH: "/health",
      WORKLOAD_WRITE_PATH: "/health/write",
      WORKLOAD_SERVED_BY_HEADER: "x-served-by-region",
      WORKLOAD_SESSIONS_TABLE: "UserSessions",
      WORKLOAD_DATABASE_READER: "127.0.0.1",
      WORKLOAD_DATABASE_WRITER: "127.0.0.1",
      WORKLOAD_DATABASE_PORT: "1",
      WORKLOAD_DATABASE_NAME: "workload",
      WORKLOAD_DATABASE_USER: "workload",
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "not-a-secret-but-must-not-be-logged",
    },
  });
  const ended = new Promise<number | null>((resolve) => service.once("exit", resolve));
  const lines: string[] = [];
  const output = createInterface({ input: service.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    ended.then((code) => reject(new Error(`It ended with ${code}: ${lines.join("\n")}`)));
    output.on("line", (line) => {
      lines.push(line);
      const { message, port: its } = JSON.parse(line) as { readonly message: string; readonly port?: number };
      if (message === "Serving" && its !== undefined) resolve(its);
    });
  });

  try {
    // Act
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    const health = await response.json();
    service.kill("SIGTERM");
    const code = await ended;

    // Assess
    expect([response.status, response.headers.get("x-served-by-region"), code]).toEqual([503, "eu-west-1", 0]);
    expect(health).toMatchObject({
      sessions: { state: "failing", reason: expect.stringContaining("ECONNREFUSED") },
      database: { state: "failing", reason: "NotConnectedError ECONNREFUSED" },
    });
    expect(lines.join("\n")).not.toMatch(/AKIDEXAMPLE|not-a-secret|X-Amz/);
  } finally {
    service.kill("SIGKILL");
  }
});
