import { NoAnswerError, shared, within } from "../../../../infra/reference-workload/service/deadline.ts";

describe("within", () => {
  it("answers what the work answers", async () => {
    await expect(within(60_000, "The work", async () => "done")).resolves.toBe("done");
  });

  it("passes on why the work failed", async () => {
    const failure = new Error("no such table");
    await expect(within(60_000, "The work", () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it("gives up on work that never ends, and tells it to stop", async () => {
    let stop: AbortSignal | undefined;
    const answer = within(1, "The work", (signal) => {
      stop = signal;
      return new Promise(() => {});
    });
    await expect(answer).rejects.toThrow(new NoAnswerError("The work gave no answer within 1 ms"));
    expect(stop?.aborted).toBe(true);
  });
});

describe("shared", () => {
  it("does the work once for a crowd that asks while it is under way, and anew for the next", async () => {
    // Prepare
    let runs = 0;
    let finish: () => void = () => {};
    const ask = shared(() => {
      runs += 1;
      const run = runs;
      return new Promise<number>((resolve) => {
        finish = () => resolve(run);
      });
    });

    // Act
    const crowd = [ask(), ask(), ask()];
    finish();
    const answers = await Promise.all(crowd);
    const next = ask();
    finish();

    // Assess
    expect(answers).toEqual([1, 1, 1]);
    expect(await next).toBe(2);
  });

  it("forgets a failure: the next one asks anew", async () => {
    let runs = 0;
    const ask = shared(async () => {
      runs += 1;
      if (runs === 1) throw new Error("once");
      return runs;
    });
    await expect(ask()).rejects.toThrow("once");
    await expect(ask()).resolves.toBe(2);
  });
});
