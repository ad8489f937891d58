import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeOptions } from "../../build/node-options.ts";
import { type Bundle, bundleHandlers, findHandlers } from "../../build.ts";
import { renderDeployedPlan } from "../../functions/shared/plan/load.ts";
import { startHttpServer, type TestServer } from "../shared/servers.ts";

const kibibyte = 1024;

/** What is loaded when a function starts, source maps not counted. */
const mostBytes = 350 * kibibyte;

/**
 * Those that need more, and why. Each is a ceiling of its own, so that they do not grow unseen either.
 * - RDS knows 150 errors. Their names decide what a step does next, so none is left out.
 * - S3 has rules for its endpoints, checksums and XML.
 * - ShiftTraffic has the clients of all three switches; which one a plan uses is known only when it runs.
 * - The watch has eight clients, those of all three switches among them. It is invoked every minute, so that nobody waits
 *   for its start.
 * - What every one of them has: the coordination item and observations are read as older and newer versions wrote them.
 */
const exceptions: Readonly<Record<string, number>> = {
  "capacity-raise": 354 * kibibyte,
  "database-await": 396 * kibibyte,
  "database-promote": 441 * kibibyte,
  "timeline-report": 464 * kibibyte,
  "traffic-shift": 471 * kibibyte,
  "watch-watch": 576 * kibibyte,
};

const folder = mkdtempSync(join(tmpdir(), "bundles-"));
const names = findHandlers().map(({ name }) => name);
let bundles: ReadonlyMap<string, Bundle>;

function bundleOf(name: string): Bundle {
  const bundle = bundles.get(name);
  if (bundle === undefined) throw new RangeError(`There is no bundle ${name}`);
  return bundle;
}

beforeAll(async () => {
  bundles = new Map((await bundleHandlers(folder)).map((bundle) => [bundle.name, bundle]));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The sources, by their paths, of which something is left in the bundle. */
function contentsOf({ metafile }: Bundle): readonly string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return [...new Set(inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])))].sort();
}

function packagesIn(paths: readonly string[], pattern: RegExp): readonly string[] {
  return [...new Set(paths.flatMap((path) => pattern.exec(path)?.[1] ?? []))].sort();
}

const clientPackage = /node_modules\/(@aws-sdk\/client-[^/]+)\//;

/** The SDK clients behind the factories that the handler's own file imports. */
function wiredTo({ metafile, source }: Bundle): readonly string[] {
  const importsOf = (path: string) => (metafile.inputs[path]?.imports ?? []).map((each) => each.path);
  const factories = importsOf(source).filter((path) => path.startsWith("functions/shared/aws/"));
  return packagesIn(factories.flatMap(importsOf), clientPackage);
}

describe.each(names)("%s", (name) => {
  it("is below its limit", () => {
    expect(bundleOf(name).startBytes).toBeGreaterThan(50 * kibibyte);
    expect(bundleOf(name).startBytes).toBeLessThan(exceptions[name] ?? mostBytes);
  });

  it("holds the AWS clients that its handler is wired to, and no others", () => {
    const bundle = bundleOf(name);

    expect(wiredTo(bundle).length).toBeGreaterThan(0);
    expect(packagesIn(contentsOf(bundle), clientPackage)).toEqual(wiredTo(bundle));
  });

  it("holds no YAML parser, no credentials but the environment's, no schemas' methods and one language", () => {
    const contents = contentsOf(bundleOf(name));

    expect(contents).toContain("functions/shared/plan/value.ts");
    expect(packagesIn(contents, /node_modules\/(yaml)\//)).toEqual([]);
    expect(packagesIn(contents, /node_modules\/(?:@aws-sdk|@smithy)\/(credential-provider-[^/]+)\//)).toEqual([
      "credential-provider-env",
    ]);
    expect(packagesIn(contents, /node_modules\/zod\/v4\/(classic|locales\/\w+)/)).toEqual(["locales/en"]);
  });
});

/** What asks name servers is loaded with the first question, and lies beside no other handler. */
it("holds the DNS codec where name servers are asked, outside what is loaded at the start", () => {
  const loadedWith = names.flatMap((name) =>
    Object.values(bundleOf(name).metafile.outputs)
      .filter(({ inputs }) => Object.keys(inputs).some((path) => path.includes("node_modules/dns2/")))
      .map(({ entryPoint }) => [name, entryPoint]),
  );

  expect(loadedWith).toEqual([
    ["traffic-verify", "functions/shared/dns/ask.ts"],
    ["watch-watch", "functions/shared/dns/ask.ts"],
  ]);
});

it("maps our own sources alone: Node reads the whole map at every start", () => {
  for (const map of globSync("*/*.map", { cwd: folder })) {
    const { sources } = JSON.parse(readFileSync(join(folder, map), "utf8")) as { readonly sources: readonly string[] };
    expect(sources.filter((source) => !source.includes("/functions/"))).toEqual([]);
  }
  expect(statSync(join(folder, "traffic-shift/index.mjs.map")).size).toBeLessThan(100 * kibibyte);
});

it("has an exception for no handler that is gone, or that needs none", () => {
  const needed = Object.keys(exceptions).filter((name) => bundleOf(name).startBytes >= mostBytes);

  expect(needed).toEqual(Object.keys(exceptions));
});

it("is the same, byte for byte, when built again", async () => {
  const chosen = findHandlers().filter(({ name }) => name === "assess-signal" || name === "traffic-shift");
  const digests = () =>
    globSync("{assess-signal,traffic-shift}/*", { cwd: folder })
      .sort()
      .map((path) => [
        path,
        createHash("sha256")
          .update(readFileSync(join(folder, path)))
          .digest("hex"),
      ]);
  const first = digests();

  await bundleHandlers(folder, chosen);

  expect(first.length).toBeGreaterThan(2 * chosen.length);
  expect(digests()).toEqual(first);
});

describe("a bundle in a process of its own", () => {
  let server: TestServer | null = null;

  afterEach(() => server?.stop());

  it("names our sources' lines in a stack trace, with the options that a function gets", async () => {
    const index = join(folder, "assess-signal/index.mjs");
    const call = 'await (await import(process.argv[1])).handler({ execution: "execution-1", input: {} }, {})';
    const args = [...nodeOptions, "--input-type=module", "--eval", call, index];
    const env = { AWS_REGION: "eu-west-1", FAILOVER_PLAN: join(folder, "not-there.json") };

    const failing = promisify(execFile)(process.execPath, args, { env });

    await expect(failing).rejects.toMatchObject({
      stderr: expect.stringMatching(/not-there\.json[\s\S]*functions\/shared\/wire\.ts:\d+/),
    });
  });

  it.each(["assess-signal", "traffic-shift"])("loads no undici when %s starts", async (name) => {
    const script = "await import(process.argv[1]); console.log(JSON.stringify(process.moduleLoadList))";
    const args = ["--input-type=module", "--eval", script, join(folder, name, "index.mjs")];

    const { stdout } = await promisify(execFile)(process.execPath, args);

    const loaded = JSON.parse(stdout) as readonly string[];
    expect(loaded.filter((module) => module.includes("_http_client"))).toHaveLength(1);
    expect(loaded.filter((module) => module.includes("undici"))).toEqual([]);
  });

  it("reads its plan from plan.json, signs with Lambda's credentials and calls where AWS_ENDPOINT_URL says", async () => {
    const calls: (readonly [target: unknown, token: unknown, key: string | undefined])[] = [];
    server = await startHttpServer((request, response) => {
      const { authorization = "", ...headers } = request.headers;
      calls.push([
        headers["x-amz-target"],
        headers["x-amz-security-token"],
        /Credential=(\w+)/.exec(authorization)?.[1],
      ]);
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
    });
    const plan = join(folder, "plan.json");
    writeFileSync(plan, renderDeployedPlan(readFileSync("plans/storefront.yaml", "utf8"), "storefront.yaml"));
    const script = `
      const { handler } = await import(process.argv[1]);
      const answer = await handler({ execution: "execution-1", input: "nonsense" }, { awsRequestId: "1", functionName: "f" });
      process.stdout.write("\\n" + JSON.stringify(answer));
    `;

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script, join(folder, "assess-signal/index.mjs")],
      {
        env: {
          AWS_REGION: "eu-west-1",
          AWS_ACCESS_KEY_ID: "LAMBDAKEY",
          AWS_SECRET_ACCESS_KEY: "secret",
          AWS_SESSION_TOKEN: "token",
          AWS_ENDPOINT_URL: server.url,
          FAILOVER_PLAN: plan,
        },
      },
    );

    expect(JSON.parse(stdout.split("\n").at(-1) ?? "")).toMatchObject({ decision: "refused" });
    expect(calls).toEqual([
      ["DynamoDB_20120810.PutItem", "token", "LAMBDAKEY"],
      ["AWSEvents.PutEvents", "token", "LAMBDAKEY"],
    ]);
  });
});
