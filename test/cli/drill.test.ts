import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scenarios } from "../../simulator/scenarios/index.ts";
import { root, runScript } from "../run.ts";

const folder = mkdtempSync(join(tmpdir(), "drill-"));
afterAll(() => rmSync(folder, { recursive: true }));

const drill = (...args: string[]) => runScript("cli/drill.ts", args, { in: folder });

it("prints what the README shows, in this order", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const from = readme.indexOf("    [+00:00]");
  const shown = readme
    .slice(from, readme.indexOf("\nAt first 55 %", from))
    .split("\n")
    .map((line) => line.slice(4))
    .filter((line) => line !== "" && line !== "...");

  const { code, stdout } = await drill();

  const lines = stdout.split("\n");
  let next = 0;
  const missing = shown.filter((line) => {
    const found = lines.indexOf(line, next);
    if (found >= 0) next = found + 1;
    return found < 0;
  });
  expect(code).toBe(0);
  expect(shown.length).toBeGreaterThan(30);
  expect(missing).toEqual([]);
});

describe("drill --json", () => {
  it("prints one object of the promised form and writes nothing", async () => {
    const empty = mkdtempSync(join(folder, "empty-"));
    const args = ["--scenario", "region-outage", "--seed", "7", "--json"];

    const { code, stdout, stderr } = await runScript("cli/drill.ts", args, { in: empty });

    const result = JSON.parse(stdout);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(result).toMatchObject({
      scenario: "region-outage",
      seed: 7,
      plan: "storefront",
      outcome: "recovered",
      expected: "recovered",
      failedRegion: "us-east-1",
      actingRegion: expect.any(String),
      incident: "storefront-us-east-1-e1",
      epoch: 1,
      reasons: [],
      seconds: {
        faultToDetected: expect.any(Number),
        detectedToDecided: expect.any(Number),
        decidedToTrafficSwitched: expect.any(Number),
        faultToRecovered: expect.any(Number),
      },
      rtoSeconds: expect.any(Number),
      rpoSeconds: expect.any(Number),
      trafficLost: expect.any(Number),
      trafficTotal: expect.any(Number),
      stateTransitions: expect.any(Number),
      faults: [],
      violations: [],
    });
    expect(result.apiCalls["rds:FailoverGlobalCluster@eu-west-1"]).toBe(1);
    expect(result.timeline.length).toBeGreaterThan(20);
    expect(readdirSync(empty)).toEqual([]);
  });

  it("is the same, byte for byte, from the same seed in another process", async () => {
    const [first, second] = await Promise.all([
      drill("--json", "--scenario", "throttling"),
      drill("--json", "--scenario", "throttling"),
    ]);

    expect(second.stdout).toBe(first.stdout);
  });
});

describe("drill", () => {
  it("tells a pipe what happens in plain lines, ends with a summary, writes and names the reports", async () => {
    const { code, stdout } = await drill("--scenario", "gray-failure");

    expect(code).toBe(0);
    expect(stdout).not.toMatch(new RegExp(String.fromCharCode(27)));
    expect(stdout).toMatch(/^\[\+01:\d\d\] database +\S+ +.*Switch/m);
    expect(stdout).toMatch(/^Recovery time +.*objective 8 min: met/m);
    expect(stdout).toMatch(/^\(\+00:00 is the fault, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; /m);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("As expected (recovered); no promise broken.");
    for (const file of ["html", "md", "json"].map((kind) => `reports/gray-failure-seed-1.${kind}`)) {
      expect(stdout).toContain(file);
      expect(readFileSync(join(folder, file), "utf8")).toContain("storefront-us-east-1-e1");
    }
  });

  it("tells of the page that a run which is never closed ends in, and says what to do", async () => {
    const { code, stdout } = await drill("--scenario", "never-closes");

    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[\+1\d:\d\d\] page +\S+ +To people: .*taken over 5 times/m);
    expect(stdout).toMatch(/^Outcome +Degraded$/m);
    expect(stdout).toMatch(/1\. End the run that automation has given up/);
  });

  it("FM43: a run that leaves no writer states no recovery time", async () => {
    const { stdout } = await drill("--scenario", "access-denied", "--json");

    const { outcome, rtoSeconds, reasons } = JSON.parse(stdout);
    expect({ outcome, rtoSeconds }).toEqual({ outcome: "degraded", rtoSeconds: null });
    expect(reasons).toContainEqual(expect.stringMatching(/^recovery: reads have been served since/));
  });

  it("names the reports of a random world after it", async () => {
    const { stdout } = await drill("--seed", "7", "--trace");

    expect(stdout).toContain("reports/world-7.html");
    expect(stdout).toMatch(/\nEnded \w+; no promise broken\.\n$/);
  });

  it("--trace tells every call and state besides", async () => {
    const { stdout } = await drill("--scenario", "secondary-outage", "--trace");

    expect(stdout).toMatch(/ call +dynamodb:PutItem@/);
    expect(stdout).toMatch(/ state +AssessSignal/);
  });

  it("--list --json names every scenario with its failure modes", async () => {
    const { code, stdout } = await drill("--list", "--json");

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(
      scenarios.map(({ name, summary, expected, failureModes }) => ({ name, summary, expected, failureModes })),
    );
  });

  it("--all --json is an array of results, --all a table, and all is well", async () => {
    const [json, table] = await Promise.all([drill("--all", "--json"), drill("--all")]);

    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout).map(({ scenario }: { scenario: string }) => scenario)).toEqual(
      scenarios.map(({ name }) => name),
    );
    expect(table.code).toBe(0);
    for (const { name } of scenarios) expect(table.stdout).toContain(name);
  });

  it("plays a scenario under a plan of one's own, the parts given to its Regions", async () => {
    const { code, stdout } = await drill(
      "--plan",
      `${root}plans/stateless.yaml`,
      "--scenario",
      "region-outage",
      "--json",
    );

    const result = JSON.parse(stdout);
    expect({ code, plan: result.plan, outcome: result.outcome }).toEqual({
      code: 0,
      plan: "stateless",
      outcome: "recovered",
    });
    expect(result.failedRegion).not.toBe("us-east-1");
  });
});

describe("drill under a plan that lets automation go less far", () => {
  it("expects what the plan allows: traffic moves, the promotion waits for a person", async () => {
    const { code, stdout, stderr } = await drill("--plan", `${root}plans/two-regions.yaml`, "--json");

    expect(stderr).toMatch(/^Warning: one loss and automation is blind: .* another witness, in \S+ for instance .*\n$/);
    const { outcome, expected } = JSON.parse(stdout);
    expect({ code, outcome, expected }).toEqual({
      code: 0,
      outcome: "waitingForApproval",
      expected: "waitingForApproval",
    });
  });
});

describe("drill where the reports cannot be written", () => {
  it("ends with the summary, then one line that names the path and what to do, and exit code 1", async () => {
    const elsewhere = mkdtempSync(join(folder, "occupied-"));
    writeFileSync(join(elsewhere, "reports"), "x");

    const { code, stdout, stderr } = await runScript("cli/drill.ts", [], { in: elsewhere });

    expect(code).toBe(1);
    expect(stdout).toMatch(/^Recovery time +.*objective 8 min: met/m);
    expect(stdout).not.toContain("reports/");
    expect(stderr).toMatch(/^reports: the reports could not be written \(EEXIST\): .* move away what is in its place/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("a reader that has read enough", () => {
  it.each([
    ["right", "blip", 0],
    ["about to fail", "blip-that-fails", 1],
  ])("does not change the exit code of a drill that is %s", async (_, kind, code) => {
    // A file in the place of the reports' folder makes a drill fail after its first words.
    const elsewhere = mkdtempSync(join(folder, "unheard-"));
    if (kind !== "blip") writeFileSync(join(elsewhere, "reports"), "x");

    const child = spawn(process.execPath, [`${root}cli/drill.ts`, "--scenario", "blip"], {
      cwd: elsewhere,
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    child.stdout?.destroy();

    expect(await once(child, "exit")).toEqual([code, null]);
    if (code === 0) expect(readdirSync(join(elsewhere, "reports"))).toHaveLength(3);
  });
});

describe("drill --all under another plan", () => {
  it("plays what fits, and names what does not, with what it needs", async () => {
    const plan = `${root}plans/two-regions.yaml`;
    const [table, json] = await Promise.all([drill("--all", "--plan", plan), drill("--all", "--json", "--plan", plan)]);

    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^region-outage +waitingForApproval +waitingForApproval /m);
    expect(table.stdout).toMatch(/^Not played: lease-store-unreachable +needs a Region of its own /m);
    expect(table.stdout).toMatch(/^Not played: never-closes +needs automation\.traffic: automatic/m);
    const played = JSON.parse(json.stdout).map(({ scenario }: { scenario: string }) => scenario);
    const skipped = [...json.stderr.matchAll(/^Not played: (\S+) /gm)].map(([, name]) => name);
    expect([...played, ...skipped].toSorted()).toEqual(scenarios.map(({ name }) => name).toSorted());
  });
});

describe("what bad input gets: exit code 2 and one line that helps", () => {
  const bad = join(folder, "bad.yaml");
  writeFileSync(bad, readFileSync(`${root}plans/storefront.yaml`, "utf8").replace("quorum: 2", "quorum: two"));

  it.each([
    ["an unknown scenario", ["--scenario", "nope"], /--scenario: received "nope": must be one of region-outage/],
    ["an unknown option", ["--frob"], /^--frob: there is no such option; the options are --plan VALUE, /],
    ["a stray word", ["hello"], /^"hello": a word that belongs to no option; the options are --plan VALUE, /],
    ["a value that is missing", ["--seed"], /^--seed: needs a value; the options are /],
    ["a value that begins with a dash", ["--seed", "-1"], /^--seed: needs a value; one that begins with a dash/],
    ["a value that is too much", ["--json=3"], /^--json: takes no value; the options are /],
    ["a trace beside the JSON", ["--trace", "--json"], /^--trace: does nothing together with --json/],
    ["a seed that is none", ["--seed", "x"], /--seed: received "x": must be a whole number/],
    ["a seed that is another over again", ["--seed", "4294967296"], /--seed: received .* at most 4294967295$/m],
    ["a negative seed", ["--seed=-1"], /--seed: received "-1"/],
    [
      "an option that would do nothing",
      ["--all", "--scenario", "blip"],
      /--scenario: does nothing together with --all/,
    ],
    ["a plan that is not there", ["--plan", "nowhere.yaml"], /--plan: received "nowhere.yaml"/],
    ["a bad plan", ["--plan", bad], /bad\.yaml: detection\.quorum: received "two"/],
    [
      "a plan that the scenario does not fit",
      ["--plan", `${root}plans/two-regions.yaml`, "--scenario", "secondary-outage", "--scenario", "observer-partition"],
      /scenario observer-partition needs a Region/,
    ],
    [
      "a plan without the Regions that lose the majority",
      ["--plan", `${root}plans/two-regions.yaml`, "--scenario", "lease-store-unreachable"],
      /^--plan: scenario lease-store-unreachable needs a Region of its own for a replica .* part of eu-central-1/,
    ],
    [
      "a plan that gives the scenario nothing",
      ["--plan", `${root}plans/stateless.yaml`, "--scenario", "lag-unknown"],
      /^--plan: scenario lag-unknown needs a database, .*, which plan stateless does not have/,
    ],
  ])("%s", async (_name, args, line) => {
    const { code, stdout, stderr } = await drill(...args);

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(line);
  });
});

describe("simulate", () => {
  it.each([
    ["no seeds", ["--seeds", "0"], /--seeds: received "0": must be a whole number of at least 1/],
    [
      "seeds with the matrix",
      ["--crash-matrix", "--seeds", "3"],
      /^--seeds: received "3": does not go with --crash-matrix/,
    ],
    [
      "a story for random worlds",
      ["--scenario", "blip"],
      /^--scenario: received "blip": goes only with --crash-matrix/,
    ],
    [
      "more worlds than memory holds",
      ["--seeds", "99999999999"],
      /^--seeds: received "99999999999": must be a whole number of at least 1 and at most 1000000$/m,
    ],
    [
      "seeds that are others over again",
      ["--from", "4294967294", "--seeds", "3"],
      /^--from: received "4294967294": must be .* at most 4294967293$/m,
    ],
    ["an unknown option", ["--frob"], /^--frob: there is no such option; the options are --seeds VALUE, /],
    ["an unknown scenario", ["--crash-matrix", "--scenario", "nope"], /--scenario: received "nope"/],
    ["an unknown switch", ["--crash-matrix", "--switch", "nope"], /^--switch: received "nope": must be one of health/],
    ["a switch for random worlds", ["--switch", "record"], /^--switch: received "record": goes only with --crash-m/],
    ["a sample of random worlds", ["--sparse"], /^--sparse: goes only with --crash-matrix/],
  ])("refuses %s", async (_name, args, line) => {
    const { code, stderr } = await runScript("cli/simulate.ts", args);

    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(line);
  });

  it("refuses a matrix without points", async () => {
    const { code, stderr } = await runScript("cli/simulate.ts", ["--crash-matrix", "--scenario", "blip"]);

    expect(code).toBe(2);
    expect(stderr).toMatch(/--scenario: received "blip": must be a scenario in which a run acts/);
  });

  it("replays a seed with drill: the same outcome", async () => {
    const report = JSON.parse((await runScript("cli/simulate.ts", ["--seeds", "1", "--from", "5", "--json"])).stdout);
    const replay = JSON.parse((await drill("--seed", "5", "--trace", "--json")).stdout);

    expect(report.outcomes).toEqual({ [replay.outcome]: 1 });
  });

  it("expects nothing of a world drawn by chance: any end without a broken promise is right", async () => {
    const ends = await Promise.all([5, 6, 7].map((seed) => drill("--seed", `${seed}`, "--trace", "--json")));
    const results = ends.map(({ stdout }) => JSON.parse(stdout));

    expect(results.map(({ expected }) => expected)).toEqual([null, null, null]);
    expect(new Set(results.map(({ outcome }) => outcome)).size).toBeGreaterThan(1);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});

describe("bench and schema", () => {
  it.each([
    ["bench", ["--runs", "0"], /^--runs: received "0": must be a whole number of at least 1/],
    ["bench", ["fast"], /^"fast": a word that belongs to no option; the options are --runs VALUE, --json, --help/],
    ["schema", ["--out=x"], /^--out: there is no such option; the options are --help/],
  ])("%s refuses %j", async (command, args, line) => {
    const { code, stdout, stderr } = await runScript(`cli/${command}.ts`, args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(line);
  });
});
