import { availableParallelism } from "node:os";
import { systemClock } from "../functions/shared/clock.ts";
import type { Job } from "../simulator/jobs.ts";
import { scenarioNamed } from "../simulator/jobs.ts";
import { planNamed } from "../simulator/plans.ts";
import { play } from "../simulator/play.ts";
import { runJobs } from "../simulator/pool.ts";
import { readCount, readOptions, runCommand } from "./usage.ts";

const options = {
  runs: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const help = `How fast the simulator is, and how fast the failover is in simulated time.

  npm run bench -- [--runs N] [--json]

  --runs N   runs of region-outage to time, each with a seed of its own (default 400)
  --json     print the figures as one JSON object
`;

const defaultRuns = 400;
/** Runs before the clock starts, on every thread: code is compiled as it runs hot. */
const warmUpRuns = 64;
const medianRuns = 25;

await runCommand(async () => {
  const chosen = readOptions(process.argv.slice(2), options);
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  const runs = chosen.runs === undefined ? defaultRuns : readCount("runs", chosen.runs, 1);
  const figures = { ...(await measureSpeed(runs)), regionOutage: await measureFailover() };
  if (chosen.json) {
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    return 0;
  }
  const { threads, failoversPerSecond, simulatedSecondsPerWallSecond, regionOutage } = figures;
  const rows: readonly (readonly [string, string])[] = [
    [
      "Simulated failovers",
      `${failoversPerSecond.toFixed(1)} /s on ${threads} threads (${runs} runs of region-outage)`,
    ],
    ["Simulated time", `${Math.round(simulatedSecondsPerWallSecond)} s per second of wall time`],
    ["", ""],
    ["region-outage", `median of ${medianRuns} seeds, simulated seconds`],
    ["  fault to detected", seconds(regionOutage.faultToDetectedSeconds)],
    ["  detected to decided", seconds(regionOutage.detectedToDecidedSeconds)],
    ["  decided to switched", seconds(regionOutage.decidedToTrafficSwitchedSeconds)],
    ["  fault to recovered", seconds(regionOutage.faultToRecoveredSeconds)],
    ["  recovery time", `${seconds(regionOutage.rtoSeconds)} (first failing probe to verified)`],
    ["  data loss", seconds(regionOutage.rpoSeconds)],
    ["  state transitions", String(regionOutage.stateTransitions)],
    ["  API calls", `${regionOutage.apiCalls}, of which by the run itself ${regionOutage.apiCallsOfRun}`],
  ];
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(22)}${value}`.trimEnd().concat("\n"));
  return 0;
});

async function measureSpeed(runs: number) {
  const threads = availableParallelism();
  const job = (index: number): Job => ({ kind: "scenario", name: "region-outage", seed: index + 1 });
  const jobs = Array.from({ length: runs }, (_, index) => job(index));
  let startedAt = systemClock.now();
  const results = await runJobs(jobs, threads, {
    jobs: Array.from({ length: warmUpRuns * threads }, (_, index) => job(index)),
    over: () => {
      startedAt = systemClock.now();
    },
  });
  const wallSeconds = (systemClock.now() - startedAt) / 1_000;
  const simulated = results.reduce((sum, { simulatedSeconds }) => sum + simulatedSeconds, 0);
  return {
    threads,
    runs,
    wallSeconds,
    failoversPerSecond: runs / wallSeconds,
    simulatedSecondsPerWallSecond: simulated / wallSeconds,
  };
}

async function measureFailover() {
  const scenario = scenarioNamed("region-outage");
  const plan = planNamed(scenario.plan);
  const played = [];
  for (let seed = 1; seed <= medianRuns; seed++) played.push(await play({ scenario, plan, seed }));
  const results = played.map(({ result }) => result);
  return {
    seeds: medianRuns,
    faultToDetectedSeconds: median(results.map(({ seconds: each }) => each.faultToDetected)),
    detectedToDecidedSeconds: median(results.map(({ seconds: each }) => each.detectedToDecided)),
    decidedToTrafficSwitchedSeconds: median(results.map(({ seconds: each }) => each.decidedToTrafficSwitched)),
    faultToRecoveredSeconds: median(results.map(({ seconds: each }) => each.faultToRecovered)),
    rtoSeconds: median(results.map(({ rtoSeconds }) => rtoSeconds)),
    rpoSeconds: median(results.map(({ rpoSeconds }) => rpoSeconds)),
    stateTransitions: median(results.map(({ stateTransitions }) => stateTransitions)),
    apiCalls: median(played.map(({ world }) => world.network.apiLog.length)),
    apiCallsOfRun: median(
      played.map(({ world }) => world.network.apiLog.filter(({ caller }) => caller.execution !== null).length),
    ),
  };
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((left, right) => left - right);
  return known[Math.floor(known.length / 2)] ?? null;
}

function seconds(value: number | null): string {
  return value === null ? "unknown" : `${value.toFixed(1)} s`;
}
