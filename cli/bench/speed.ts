import { availableParallelism } from "node:os";
import { systemClock } from "../../functions/shared/clock.ts";
import type { Job } from "../../simulator/jobs.ts";
import { runJobs } from "../../simulator/pool.ts";

/** Runs before the clock starts, on every thread: the compiler goes on making hot code faster for some 400 of them. */
const warmUpRuns = 400;

/** How fast the simulator plays `runs` of region-outage, each with a seed of its own, on all threads. */
export async function measureSpeed(runs: number) {
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
