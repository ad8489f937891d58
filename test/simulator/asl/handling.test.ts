import fc from "fast-check";
import { seededRandom } from "../../../functions/shared/random.ts";
import { matchesError } from "../../../simulator/asl/errors.ts";
import { RetryCounts } from "../../../simulator/asl/retry.ts";
import { entered, machine, named, only, run, START, secondsOf, settle, start, task, world } from "./support.ts";

/** A function that fails with these errors, one a call, then answers. */
function failing(...errors: string[]) {
  return () => {
    const error = errors.shift();
    if (error !== undefined) throw named(error);
    return "done";
  };
}

describe("which errors a name stands for", () => {
  it.each([
    ["Mine", "Mine", true],
    ["Mine", "Other", false],
    ["States.ALL", "Mine", true],
    ["States.ALL", undefined, true],
    ["States.ALL", "States.Timeout", true],
    ["States.ALL", "States.QueryEvaluationError", true],
    ["States.ALL", "States.DataLimitExceeded", false],
    ["States.ALL", "States.Runtime", false],
    ["States.Runtime", "States.Runtime", false],
    ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
    ["States.TaskFailed", "Mine", true],
    ["States.TaskFailed", "States.Timeout", false],
    ["States.TaskFailed", "States.HeartbeatTimeout", false],
    ["States.Timeout", "States.Timeout", true],
    ["States.Timeout", "States.HeartbeatTimeout", true],
    ["States.HeartbeatTimeout", "States.HeartbeatTimeout", true],
    ["States.HeartbeatTimeout", "States.Timeout", false],
  ])("%s stands for %s: %s", (pattern, error, matches) => {
    expect(matchesError(pattern, error)).toBe(matches);
  });
});

describe("Retry", () => {
  it.each([
    ["by default after 1, 2 and 4 seconds, three times", {}, [0, 1, 3, 7]],
    ["by its own interval and rate", { IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 2 }, [0, 3, 7.5]],
    ["no longer than MaxDelaySeconds", { IntervalSeconds: 2, MaxDelaySeconds: 5, MaxAttempts: 4 }, [0, 2, 6, 11, 16]],
    ["never with MaxAttempts 0", { MaxAttempts: 0 }, [0]],
  ])("tries again %s", async (_, fields, seconds) => {
    const here = world({ Try: failing("E", "E", "E", "E", "E", "E") });
    const execution = await run(here, only(task("Try", { Retry: [{ ErrorEquals: ["E"], ...fields }] })));
    expect(here.calls.map((call) => call.at / 1_000)).toEqual(seconds);
    expect(here.calls.map((call) => call.attempt)).toEqual(seconds.map((__, index) => index + 1));
    expect(execution).toMatchObject({ status: "FAILED", error: "E" });
  });

  it("spreads the delay between nothing and all of it under FULL jitter", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 6 }), (seed, made) => {
        const retrier = {
          errorEquals: ["E"],
          intervalSeconds: 2,
          maxAttempts: 10,
          backoffRate: 2,
          maxDelaySeconds: 20,
          jitterStrategy: "FULL",
        } as const;
        const counts = new RetryCounts([retrier]);
        const random = seededRandom(seed);
        for (let attempt = 0; attempt < made; attempt++) counts.next("E", random);
        const delay = counts.next("E", random) ?? Number.NaN;
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(Math.min(20, 2 * 2 ** made));
      }),
    );
  });

  it("differs by seed under FULL jitter, and is exact for one seed", async () => {
    const retry = [{ ErrorEquals: ["E"], JitterStrategy: "FULL", MaxDelaySeconds: 60, IntervalSeconds: 10 }];
    const times = async (seed: number) => {
      const here = world({ Try: failing("E", "E") }, seed);
      await run(here, only(task("Try", { Retry: retry })));
      return here.calls.map((call) => call.at);
    };
    expect(await times(1)).toEqual(await times(1));
    expect(await times(1)).not.toEqual(await times(2));
  });

  it("counts each retrier's attempts by themselves", async () => {
    const here = world({ Try: failing("A", "B", "A", "B", "A") });
    const retry = [
      { ErrorEquals: ["A"], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 },
      { ErrorEquals: ["B"], MaxAttempts: 2, IntervalSeconds: 10, BackoffRate: 1 },
    ];
    const execution = await run(here, only(task("Try", { Retry: retry })));
    expect(here.calls.map((call) => call.at / 1_000)).toEqual([0, 1, 11, 12, 22]);
    expect(execution.error).toBe("A");
  });

  it("heeds only the first retrier that names the error", async () => {
    const here = world({ Try: failing("A", "A") });
    const retry = [{ ErrorEquals: ["A"], MaxAttempts: 1 }, { ErrorEquals: ["States.ALL"] }];
    expect((await run(here, only(task("Try", { Retry: retry })))).status).toBe("FAILED");
  });

  it("starts afresh when the state is entered again, and shows the count meanwhile", async () => {
    const here = world({ Try: failing("E", "E") });
    const definition = machine("Try", {
      Try: task("Try", {
        Arguments: { FunctionName: "Try", Payload: "{% $states.context.State.RetryCount %}" },
        Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["E"], Next: "Try" }],
        End: true,
      }),
    });
    const execution = await run(here, definition);
    expect(here.calls.map((call) => call.payload)).toEqual([0, 1, 0]);
    expect(execution.status).toBe("SUCCEEDED");
  });

  it("retries what fails in the state's own Output", async () => {
    const answers = [{}, { n: 1 }];
    const here = world({ Try: () => answers.shift() ?? null });
    const state = task("Try", {
      Output: "{% $states.result.Payload.n %}",
      Retry: [{ ErrorEquals: ["States.QueryEvaluationError"] }],
    });
    expect(await run(here, only(state))).toMatchObject({ status: "SUCCEEDED", output: 1 });
  });
});

describe("Catch", () => {
  it("leads on with Error and Cause as the output, after the retries", async () => {
    const here = world({ Try: failing("E", "E") });
    const definition = machine("Try", {
      Try: task("Try", {
        Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
        Catch: [
          { ErrorEquals: ["Other"], Next: "Bad" },
          { ErrorEquals: ["States.ALL"], Next: "Good" },
        ],
        End: true,
      }),
      Good: { Type: "Succeed" },
      Bad: { Type: "Fail" },
    });
    const execution = await run(here, definition);
    expect(entered(here)).toEqual(["Try", "Good"]);
    expect(execution.output).toEqual({
      Error: "E",
      Cause: JSON.stringify({ errorType: "E", errorMessage: "no luck", trace: [] }),
    });
    expect(secondsOf(here, "errorCaught")).toEqual([1]);
  });

  it("may compute Output and Assign from the error and the input", async () => {
    const definition = machine("Try", {
      Try: task("Nowhere", {
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Assign: { why: "{% $states.errorOutput.Error %}" },
            Output: { was: "{% $states.input %}" },
            Next: "Tell",
          },
        ],
        End: true,
      }),
      Tell: { Type: "Pass", Output: ["{% $states.input %}", "{% $why %}"], End: true },
    });
    const execution = await run(world(), definition, { a: 1 });
    expect(execution.output).toEqual([{ was: { a: 1 } }, "Lambda.ResourceNotFoundException"]);
  });

  it("reads what a Fail leaves out as the empty string", async () => {
    const definition = machine("Fork", {
      Fork: {
        Type: "Parallel",
        Branches: [{ StartAt: "Break", States: { Break: { Type: "Fail" } } }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tell" }],
        End: true,
      },
      Tell: { Type: "Succeed" },
    });
    expect((await run(world(), definition)).output).toEqual({ Error: "", Cause: "" });
  });

  it("does not catch States.Runtime", async () => {
    const here = world({ Try: () => Promise.reject(named("States.Runtime")) });
    const definition = machine("Try", {
      Try: task("Try", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tell" }], End: true }),
      Tell: { Type: "Succeed" },
    });
    expect(await run(here, definition)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });
});

describe("timeouts", () => {
  it("fails a task that does not answer in TimeoutSeconds, and ignores its late answer", async () => {
    const here = world({ Sleep: (_, __, clock) => clock.sleep(60_000).then(() => "late") });
    const definition = machine("Try", {
      Try: task("Sleep", {
        TimeoutSeconds: 10,
        Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Pause" }],
        End: true,
      }),
      Pause: { Type: "Wait", Seconds: 100, Output: "timed out", End: true },
    });
    const execution = await run(here, definition);
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: "timed out" });
    expect(secondsOf(here, "taskFailed")).toEqual([10]);
    expect(secondsOf(here, "taskSucceeded")).toEqual([]);
  });

  it("takes TimeoutSeconds from an expression, and refuses what is no timeout", async () => {
    const here = world({ Sleep: (_, __, clock) => clock.sleep(60_000).then(() => 1) });
    const state = task("Sleep", { TimeoutSeconds: "{% $states.input.limit %}" });
    expect(await run(here, only(state), { limit: 7 })).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(secondsOf(here, "executionEnded")).toEqual([7]);
    expect((await run(world(), only(state), { limit: 0 })).error).toBe("States.QueryEvaluationError");
  });

  it("leaves no timer behind", async () => {
    const here = world({ Quick: () => 1 });
    const pending = new Set<object>();
    const schedule = (milliseconds: number, fire: () => void) => {
      const timer = {};
      pending.add(timer);
      const cancel = here.clock.schedule(milliseconds, () => {
        pending.delete(timer);
        fire();
      });
      return () => {
        pending.delete(timer);
        cancel();
      };
    };
    const clock = {
      now: () => here.clock.now(),
      sleep: (milliseconds: number) => here.clock.sleep(milliseconds),
      schedule,
    };
    const state = task("Quick", { TimeoutSeconds: 500, End: true });
    const execution = start(
      { ...here, host: { ...here.host, clock } },
      machine("Try", { Try: state }, { TimeoutSeconds: 900 }),
    );
    await settle(here, 10);
    expect([execution.status, pending.size]).toEqual(["SUCCEEDED", 0]);
  });

  it("ends the whole execution as TIMED_OUT, whatever it catches", async () => {
    const here = world({ Sleep: (_, __, clock) => clock.sleep(60_000).then(() => 1) });
    const definition = machine(
      "Try",
      {
        Try: task("Sleep", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tell" }], End: true }),
        Tell: { Type: "Succeed" },
      },
      { TimeoutSeconds: 30 },
    );
    const execution = start(here, definition);
    await settle(here);
    expect(await execution.done).toMatchObject({ status: "TIMED_OUT", error: "States.Timeout" });
    expect(entered(here)).toEqual(["Try"]);
    expect(here.events.at(-1)).toMatchObject({ type: "executionEnded", at: START + 30_000 });
  });
});
