import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Job, JobResult } from "./jobs.ts";

/** Jobs that a worker gets at a time: enough that asking costs nothing, few enough that all end together. */
const batchSize = 8;

/**
 * Megabytes of a worker's young generation. A run throws away some 25 MB; with the usual size, what it still needs is
 * copied over and over while it lasts, by threads that take the other workers' cores.
 */
const youngGenerationMb = 96;

/** Runs jobs on all cores; the answers come in the jobs' order, whoever ran them. */
export async function runJobs(
  jobs: readonly Job[],
  threads: number = availableParallelism(),
  warmUp: WarmUp | null = null,
): Promise<readonly JobResult[]> {
  const count = Math.min(threads, Math.ceil(jobs.length / batchSize));
  const workers = Array.from(
    { length: count },
    () =>
      new Worker(new URL("./worker.ts", import.meta.url), {
        execArgv: process.execArgv,
        resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
      }),
  );
  try {
    if (warmUp !== null) {
      await share(workers, warmUp.jobs);
      warmUp.over();
    }
    return await share(workers, jobs);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Jobs whose answers nobody wants: they warm the threads up before something is timed. */
export interface WarmUp {
  readonly jobs: readonly Job[];
  over(): void;
}

async function share(workers: readonly Worker[], jobs: readonly Job[]): Promise<readonly JobResult[]> {
  const results = new Array<JobResult>(jobs.length);
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < jobs.length) {
        const from = next;
        const batch = jobs.slice(from, from + batchSize);
        next += batch.length;
        const answers = await ask(worker, batch);
        for (const [index, answer] of answers.entries()) results[from + index] = answer;
      }
    }),
  );
  return results;
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
