import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Job, JobResult } from "./jobs.ts";

/** Jobs that a worker gets at a time: enough that asking costs nothing, few enough that all end together. */
const batchSize = 8;

/** Runs jobs on all cores; the answers come in the jobs' order, whoever ran them. */
export async function runJobs(
  jobs: readonly Job[],
  threads: number = availableParallelism(),
): Promise<readonly JobResult[]> {
  const results = new Array<JobResult>(jobs.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(jobs.length / batchSize)) }, work));
  return results;

  async function work(): Promise<void> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { execArgv: process.execArgv });
    try {
      while (next < jobs.length) {
        const from = next;
        const batch = jobs.slice(from, from + batchSize);
        next += batch.length;
        const answers = await ask(worker, batch);
        for (const [index, answer] of answers.entries()) results[from + index] = answer;
      }
    } finally {
      await worker.terminate();
    }
  }
}

function ask(worker: Worker, batch: readonly Job[]): Promise<readonly JobResult[]> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(error);
    worker.once("error", fail);
    worker.once("message", (answers: readonly JobResult[]) => {
      worker.off("error", fail);
      resolve(answers);
    });
    worker.postMessage(batch);
  });
}
