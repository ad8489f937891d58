import { systemClock } from "../functions/shared/clock.ts";
import { crashMatrix, describePoint } from "../simulator/crash-matrix.ts";
import type { Job, JobResult } from "../simulator/jobs.ts";
import { runJobs } from "../simulator/pool.ts";
import { switchKinds } from "../simulator/plans.ts";
import { scenarios } from "../simulator/scenarios/index.ts";
import { largestSeed, readCount, readOptions, runCommand, UsageError } from "./usage.ts";

const options = {
  seeds: { type: "string" },
  from: { type: "string" },
  "crash-matrix": { type: "boolean" },
  scenario: { type: "string" },
  switch: { type: "string" },
  sparse: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const defaultSeeds = 100;
/** By when people are to hear of a Region that fails. */
const heardWithinSeconds = 180;
/** A night's work for a large machine; the results are held in memory until the end. */
const mostSeeds = 1_000_000;

const help = `Many simulated worlds at once, each with its promises checked after every step.

  npm run simulate -- --seeds N [--from M] [--json]
  npm run simulate -- --crash-matrix [--scenario NAME] [--switch KIND] [--sparse] [--json]

  --seeds N        N worlds drawn at random, ${mostSeeds} at most, from seed 1 or M; without any option ${defaultSeeds} of them
  --crash-matrix   every state boundary of a scenario × before the call, after it with the answer lost × the function
                   dies, or the acting Region (default scenario: region-outage)
  --switch KIND    the crash matrix under another traffic switch: ${switchKinds.join(", ")}
  --sparse         a sample of the crash matrix: of each kind of call in each state the first three and the last

Exit code 0: no promise broken. 1: some were; each prints its seed, and \`npm run drill -- --seed N --trace\` replays it.
2: bad options.
`;

/** What \`simulate --json\` prints: a contract with other tools. */
interface Report {
  readonly seeds: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly faultsInjected: number;
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly violations: readonly {
    readonly seed: number;
    readonly invariant: string;
    readonly message: string;
    /** In the crash matrix: where the crash fell. */
    readonly point?: string;
  }[];
  readonly simulatedSeconds: number;
  /** Of all worlds; 0 where nobody had to hear of anything. */
  readonly longestSilenceSeconds: number;
  /** In how many worlds people heard later than promised. */
  readonly heardLate: number;
  /** By the example plan: of the runs that closed with a word on traffic, how many could show that it had left. */
  readonly traffic: Readonly<Record<string, { readonly shown: number; readonly notShown: number }>>;
  readonly wallSeconds: number;
  /** In the crash matrix: how many points it has. */
  readonly points?: number;
  /** In the crash matrix: the outcomes by what fell, a function's death or a Region's. */
  readonly outcomesByFault?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

await runCommand(async () => {
  const chosen = readOptions(process.argv.slice(2), options);
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  const startedAt = systemClock.now();
  const jobs = chosen["crash-matrix"] ? await matrixJobs(chosen) : seedJobs(chosen);
  const results = await runJobs(jobs);
  const report = summarise(jobs, results, (systemClock.now() - startedAt) / 1_000);
  if (chosen.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else print(report);
  return report.violations.length === 0 ? 0 : 1;
});

interface Chosen {
  readonly seeds?: string;
  readonly from?: string;
  readonly scenario?: string;
  readonly switch?: string;
  readonly sparse?: boolean;
}

function seedJobs(chosen: Chosen): Job[] {
  if (chosen.scenario !== undefined)
    throw new UsageError(
      `--scenario: received ${JSON.stringify(chosen.scenario)}: goes only with --crash-matrix, for random worlds have none`,
    );
  if (chosen.switch !== undefined)
    throw new UsageError(
      `--switch: received ${JSON.stringify(chosen.switch)}: goes only with --crash-matrix, for random worlds draw theirs`,
    );
  if (chosen.sparse === true) throw new UsageError("--sparse: goes only with --crash-matrix, which it thins out");
  const count = chosen.seeds === undefined ? defaultSeeds : readCount("seeds", chosen.seeds, 1, mostSeeds);
  const lastFrom = largestSeed - (count - 1);
  const from = chosen.from === undefined ? 1 : readCount("from", chosen.from, 0, lastFrom);
  return Array.from({ length: count }, (_, index) => ({ kind: "random", seed: from + index }));
}

async function matrixJobs(chosen: Chosen): Promise<readonly Job[]> {
  if (chosen.seeds !== undefined || chosen.from !== undefined) {
    const [name, value] = chosen.seeds !== undefined ? ["--seeds", chosen.seeds] : ["--from", chosen.from];
    throw new UsageError(
      `${name}: received ${JSON.stringify(value)}: does not go with --crash-matrix, which enumerates its points`,
    );
  }
  const name = chosen.scenario ?? "region-outage";
  if (!scenarios.some((each) => each.name === name)) {
    throw new UsageError(
      `--scenario: received ${JSON.stringify(name)}: must be one of ${scenarios.map((each) => each.name).join(", ")}`,
    );
  }
  const trafficSwitch = switchKinds.find((kind) => kind === chosen.switch) ?? null;
  if (chosen.switch !== undefined && trafficSwitch === null) {
    throw new UsageError(
      `--switch: received ${JSON.stringify(chosen.switch)}: must be one of ${switchKinds.join(", ")}`,
    );
  }
  const points = await crashMatrix({ name, seed: 1, trafficSwitch, points: chosen.sparse ? "sparse" : "all" });
  if (points.length > 0) return points;
  throw new UsageError(`--scenario: received ${JSON.stringify(name)}: must be a scenario in which a run acts`);
}

function summarise(jobs: readonly Job[], results: readonly JobResult[], wallSeconds: number): Report {
  const outcomes: Record<string, number> = {};
  const faultsByKind: Record<string, number> = {};
  for (const { outcome, faults } of results) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    for (const [kind, count] of Object.entries(faults)) faultsByKind[kind] = (faultsByKind[kind] ?? 0) + count;
  }
  const matrix = jobs[0]?.kind === "crash";
  const outcomesByFault: Record<string, Record<string, number>> = {};
  for (const [index, { outcome }] of results.entries()) {
    const job = jobs[index];
    if (job?.kind !== "crash") continue;
    const counts = outcomesByFault[job.fault] ?? {};
    outcomesByFault[job.fault] = { ...counts, [outcome]: (counts[outcome] ?? 0) + 1 };
  }
  return {
    seeds: matrix ? 1 : jobs.length,
    ...(matrix ? { points: jobs.length, outcomesByFault } : {}),
    outcomes,
    faultsInjected: Object.values(faultsByKind).reduce((sum, count) => sum + count, 0),
    faultsByKind,
    violations: results.flatMap(({ seed, violations }, index) =>
      violations.map((violation) => ({
        seed,
        ...violation,
        ...(matrix ? { point: describePoint(jobs[index] as Job) } : {}),
      })),
    ),
    simulatedSeconds: Math.round(results.reduce((sum, { simulatedSeconds }) => sum + simulatedSeconds, 0)),
    longestSilenceSeconds: Math.round(results.reduce((most, each) => Math.max(most, each.longestSilenceSeconds), 0)),
    heardLate: results.filter(({ longestSilenceSeconds }) => longestSilenceSeconds > heardWithinSeconds).length,
    traffic: countTraffic(results),
    wallSeconds: Math.round(wallSeconds * 100) / 100,
  };
}

function countTraffic(results: readonly JobResult[]): Report["traffic"] {
  const counts: Record<string, { shown: number; notShown: number }> = {};
  for (const { plan, traffic } of results) {
    if (traffic === null) continue;
    const count = counts[plan] ?? { shown: 0, notShown: 0 };
    count[traffic]++;
    counts[plan] = count;
  }
  return counts;
}

function print(report: Report): void {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ") || "none";
  say(report.points === undefined ? `Worlds             ${report.seeds}` : `Points             ${report.points}`);
  say(`Outcomes           ${counts(report.outcomes)}`);
  for (const [fault, outcomes] of Object.entries(report.outcomesByFault ?? {})) {
    say(`  ${fault.padEnd(17)}${counts(outcomes)}`);
  }
  say(`Faults injected    ${report.faultsInjected} (${counts(report.faultsByKind)})`);
  say(`Simulated time     ${(report.simulatedSeconds / 3_600).toFixed(1)} h in ${report.wallSeconds} s`);
  say(
    `Longest silence    ${report.longestSilenceSeconds} s until people heard of a Region that failed; later than ${heardWithinSeconds} s in ${report.heardLate} worlds`,
  );
  for (const [plan, { shown, notShown }] of Object.entries(report.traffic)) {
    say(`Traffic not shown  in ${notShown} of ${shown + notShown} runs of ${plan}`);
  }
  say(`Promises broken    ${report.violations.length}`);
  for (const { seed, invariant, message, point } of report.violations) {
    say(`  ${point ?? `seed ${seed}`}: ${invariant}: ${message}`);
    if (point === undefined) say(`    replay: npm run drill -- --seed ${seed} --trace`);
  }
}
