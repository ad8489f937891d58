import { parentPort } from "node:worker_threads";
import { type Job, type JobResult, runJob } from "./jobs.ts";

/** A thread that runs jobs, batch by batch. */
parentPort?.on("message", async (batch: readonly Job[]) => {
  const results: JobResult[] = [];
  for (const job of batch) results.push(await runJob(job));
  parentPort?.postMessage(results);
});
