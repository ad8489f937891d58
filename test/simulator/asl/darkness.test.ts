import { entered, machine, only, run, START, secondsOf, settle, start, task, tokenTask, world } from "./support.ts";

const sleepy = {
  Sleep: (_: unknown, __: unknown, clock: { sleep(milliseconds: number): Promise<void> }) =>
    clock.sleep(10_000).then(() => "slept"),
};

const steps = machine("Sleep", {
  Sleep: task("Sleep", { Output: "{% $states.result.Payload %}", Next: "Rest" }),
  Rest: { Type: "Wait", Seconds: 5, End: true },
});

describe("pause", () => {
  it("freezes the execution; an answer that comes in the dark counts on the return", async () => {
    const here = world(sleepy);
    const execution = start(here, steps);
    here.clock.schedule(3_000, () => execution.pause());
    here.clock.schedule(60_000, () => execution.resume());
    await settle(here, 59);
    expect([execution.status, execution.paused, entered(here)]).toEqual(["RUNNING", true, ["Sleep"]]);
    await settle(here, 100);
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: "slept" });
    expect(secondsOf(here, "taskSucceeded")).toEqual([60]);
    expect(secondsOf(here, "executionEnded")).toEqual([65]);
  });

  it("lets a wait that fell due in the dark end on the return", async () => {
    const here = world();
    const execution = start(here, only({ Type: "Wait", Seconds: 10 }));
    here.clock.schedule(1_000, () => execution.pause());
    here.clock.schedule(30_000, () => execution.resume());
    await settle(here);
    expect(secondsOf(here, "executionEnded")).toEqual([30]);
  });

  it("keeps what falls due in the order in which it fell due", async () => {
    const here = world(sleepy);
    const definition = machine("Try", {
      Try: task("Sleep", {
        TimeoutSeconds: 5,
        Catch: [{ ErrorEquals: ["States.Timeout"], Output: "timed out", Next: "Tell" }],
        End: true,
      }),
      Tell: { Type: "Succeed" },
    });
    const execution = start(here, definition);
    here.clock.schedule(1_000, () => execution.pause());
    here.clock.schedule(30_000, () => execution.resume());
    await settle(here);
    expect(execution.output).toBe("timed out");
  });

  it("times the whole machine out on the return", async () => {
    const here = world(sleepy);
    const execution = start(
      here,
      machine("Nap", { Nap: { Type: "Wait", Seconds: 99, End: true } }, { TimeoutSeconds: 10 }),
    );
    here.clock.schedule(1_000, () => execution.pause());
    await settle(here, 50);
    expect(execution.status).toBe("RUNNING");
    execution.resume();
    await settle(here, 1);
    expect([execution.status, secondsOf(here, "executionEnded")]).toEqual(["TIMED_OUT", [50]]);
  });

  it("holds from wherever an observer says so: nothing more is observed until the return", async () => {
    const all = world(sleepy);
    await run(all, steps);
    for (let stopAt = 1; stopAt < all.events.length; stopAt++) {
      const here = world(sleepy);
      const seen: string[] = [];
      const host = {
        ...here.host,
        observe: (event: { readonly type: string }) => {
          seen.push(event.type);
          if (seen.length === stopAt) execution.pause();
        },
      };
      const execution = start({ ...here, host }, steps);
      await settle(here, 100);
      expect(seen.slice(stopAt)).toEqual(["executionPaused"]);
      execution.resume();
      await settle(here, 100);
      expect(execution).toMatchObject({ status: "SUCCEEDED", output: "slept" });
      const states = seen.filter((type) => !["executionPaused", "executionResumed"].includes(type));
      expect(states).toEqual(all.events.map((event) => event.type));
    }
  });

  it("takes no token answers", async () => {
    const here = world({ Ask: () => null });
    const execution = start(here, only(tokenTask("Ask")));
    await settle(here, 1);
    const token = here.calls[0]?.taskToken ?? "";
    execution.pause();
    expect(() => here.tokens.succeedTask(token, 1)).toThrow(expect.objectContaining({ name: "ServiceUnavailable" }));
    execution.resume();
    here.tokens.succeedTask(token, 2);
    await settle(here, 1);
    expect(execution.output).toBe(2);
  });
});

describe("crash", () => {
  it("loses the functions in flight, which fail on the return and are retried", async () => {
    const here = world(sleepy);
    const retry = [{ ErrorEquals: ["Lambda.ServiceException"], IntervalSeconds: 2 }];
    const execution = start(here, only(task("Sleep", { Retry: retry })));
    here.clock.schedule(3_000, () => execution.crash());
    here.clock.schedule(60_000, () => execution.resume());
    await settle(here);
    expect(execution.status).toBe("SUCCEEDED");
    expect(secondsOf(here, "taskFailed")).toEqual([60]);
    expect(here.calls.map((call) => call.at / 1_000)).toEqual([0, 62]);
    expect(secondsOf(here, "taskSucceeded")).toEqual([72]);
  });

  it("fails them by another error's name when asked", async () => {
    const here = world(sleepy);
    const execution = start(here, only(task("Sleep")));
    here.clock.schedule(3_000, () => execution.crash("Lambda.Unknown"));
    here.clock.schedule(4_000, () => execution.resume());
    await settle(here);
    expect(execution).toMatchObject({ status: "FAILED", error: "Lambda.Unknown" });
  });

  it("leaves a task waiting whose function has handed its token over", async () => {
    const here = world({ Ask: () => null });
    const execution = start(here, only(tokenTask("Ask")));
    await settle(here, 1);
    execution.crash();
    await settle(here, 9);
    execution.resume();
    here.tokens.succeedTask(here.calls[0]?.taskToken ?? "", "answered");
    await settle(here, 1);
    expect(execution.output).toBe("answered");
  });

  it("does nothing to what has ended", async () => {
    const here = world();
    const execution = await run(here, only({ Type: "Pass" }));
    const before = here.events.length;
    execution.crash();
    execution.pause();
    execution.resume();
    expect([here.events.length, execution.paused]).toEqual([before, false]);
    expect(here.events[0]?.at).toBe(START);
  });
});
