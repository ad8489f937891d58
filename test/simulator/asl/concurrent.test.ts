import { entered, machine, named, only, run, secondsOf, settle, start, task, world } from "./support.ts";

const sleepy = {
  Sleep: (payload: unknown, _: unknown, clock: { sleep(milliseconds: number): Promise<void> }) =>
    clock.sleep(Number(payload) * 1_000).then(() => payload as number),
  Break: () => {
    throw named("Broken");
  },
};

function branch(name: string, state: object): object {
  return { StartAt: name, States: { [name]: { ...state, End: true } } };
}

describe("Parallel", () => {
  it("runs its branches at once and gives their outputs in their order", async () => {
    const here = world(sleepy);
    const sleep = (seconds: number) =>
      task("Sleep", { Arguments: { FunctionName: "Sleep", Payload: seconds }, Output: "{% $states.result.Payload %}" });
    const state = { Type: "Parallel", Branches: [branch("Long", sleep(30)), branch("Short", sleep(5))] };
    const execution = await run(here, only(state));
    expect(execution.output).toEqual([30, 5]);
    expect(secondsOf(here, "executionEnded")).toEqual([30]);
    expect(here.calls.map((call) => call.branch)).toEqual(["Only[0]", "Only[1]"]);
  });

  it("gives every branch its Arguments, or its input", async () => {
    const pass = { Type: "Pass" };
    const branches = [branch("One", pass), branch("Two", pass)];
    const given = only({ Type: "Parallel", Arguments: { n: "{% $states.input.n + 1 %}" }, Branches: branches });
    expect((await run(world(), given, { n: 1 })).output).toEqual([{ n: 2 }, { n: 2 }]);
    const plain = only({ Type: "Parallel", Branches: branches });
    expect((await run(world(), plain, { n: 1 })).output).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it("fails with a branch's error, cancels the others and ignores their late answers", async () => {
    const here = world(sleepy);
    const definition = machine("Fork", {
      Fork: {
        Type: "Parallel",
        Branches: [
          {
            StartAt: "Rest",
            States: { Rest: { Type: "Wait", Seconds: 5, Next: "Break" }, Break: { ...task("Break"), End: true } },
          },
          {
            StartAt: "Sleep",
            States: {
              Sleep: task("Sleep", { Arguments: { FunctionName: "Sleep", Payload: 10 }, Next: "Never" }),
              Never: { Type: "Succeed" },
            },
          },
          branch("Nap", { Type: "Wait", Seconds: 500 }),
        ],
        Catch: [{ ErrorEquals: ["Broken"], Next: "Tell" }],
        End: true,
      },
      Tell: { Type: "Wait", Seconds: 60, End: true },
    });
    const execution = await run(here, definition);
    expect(execution.status).toBe("SUCCEEDED");
    expect(entered(here)).toEqual(["Fork", "Rest", "Sleep", "Nap", "Break", "Tell"]);
    expect(secondsOf(here, "taskSucceeded")).toEqual([]);
    expect(secondsOf(here, "executionEnded")).toEqual([65]);
  });

  it("is retried as a whole", async () => {
    let failures = 1;
    const here = world({
      Try: () => {
        if (failures-- > 0) throw named("Broken");
        return 1;
      },
    });
    const state = {
      Type: "Parallel",
      Branches: [branch("Try", task("Try")), branch("Rest", { Type: "Wait", Seconds: 100 })],
      Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 3 }],
    };
    const execution = await run(here, only(state));
    expect(execution.status).toBe("SUCCEEDED");
    expect(entered(here)).toEqual(["Only", "Try", "Rest", "Try", "Rest"]);
    expect(secondsOf(here, "executionEnded")).toEqual([103]);
  });

  it("lets each branch catch its own failure so that none stops the others", async () => {
    const caught = {
      StartAt: "Break",
      States: {
        Break: task("Break", { Catch: [{ ErrorEquals: ["States.ALL"], Output: "degraded", Next: "Note" }], End: true }),
        Note: { Type: "Succeed" },
      },
    };
    const state = {
      Type: "Parallel",
      Branches: [caught, branch("Rest", { Type: "Wait", Seconds: 9, Output: "rested" })],
    };
    expect((await run(world(sleepy), only(state))).output).toEqual(["degraded", "rested"]);
  });

  it("nests, and a cancelled branch cancels what it nests", async () => {
    const here = world(sleepy);
    const inner = { Type: "Parallel", Branches: [branch("Nap", { Type: "Wait", Seconds: 500 })] };
    const late = {
      StartAt: "Rest",
      States: { Rest: { Type: "Wait", Seconds: 1, Next: "Quit" }, Quit: { Type: "Fail", Error: "Quit" } },
    };
    const execution = await run(here, only({ Type: "Parallel", Branches: [branch("Inner", inner), late] }));
    expect(execution).toMatchObject({ status: "FAILED", error: "Quit" });
    const exits = here.events.flatMap((event) => (event.type === "stateExited" ? [event.state] : []));
    expect(exits).toEqual(["Rest"]);
    const nap = here.events.find((event) => event.type === "stateEntered" && event.state === "Nap");
    expect(nap).toMatchObject({ branch: "Only[0]/Inner[0]" });
  });
});

describe("Map", () => {
  const sleepEach = {
    ProcessorConfig: { Mode: "INLINE" },
    ...branch(
      "Sleep",
      task("Sleep", {
        Arguments: { FunctionName: "Sleep", Payload: "{% $states.input %}" },
        Output: "{% $states.result.Payload %}",
      }),
    ),
  };

  it.each([
    [undefined, 4],
    [0, 4],
    [1, 10],
    [2, 5],
    ["{% $count($states.input.list) %}", 4],
  ])("with MaxConcurrency %s takes %d seconds and keeps the order", async (concurrency, seconds) => {
    const here = world(sleepy);
    const limit = concurrency === undefined ? {} : { MaxConcurrency: concurrency };
    const state = { Type: "Map", Items: "{% $states.input.list %}", ItemProcessor: sleepEach, ...limit };
    const execution = await run(here, only(state), { list: [4, 3, 2, 1] });
    expect(execution.output).toEqual([4, 3, 2, 1]);
    expect(secondsOf(here, "executionEnded")).toEqual([seconds]);
  });

  it("makes an iteration's input by ItemSelector, which sees the item and what is around it", async () => {
    const state = {
      Type: "Map",
      Items: ["a", "b"],
      ItemSelector: {
        is: "{% $states.context.Map.Item.Value %}",
        at: "{% $states.context.Map.Item.Index %}",
        with: "{% $states.input.extra %}",
      },
      ItemProcessor: branch("Tell", {
        Type: "Pass",
        Output: ["{% $states.input %}", "{% $states.context.Map.Item.Index %}"],
      }),
    };
    expect((await run(world(), only(state), { extra: 1 })).output).toEqual([
      [{ is: "a", at: 0, with: 1 }, 0],
      [{ is: "b", at: 1, with: 1 }, 1],
    ]);
  });

  it("takes its input as the items, and is done at once when there are none", async () => {
    const definition = only({ Type: "Map", ItemProcessor: branch("Tell", { Type: "Pass" }) });
    expect((await run(world(), definition, [1, 2])).output).toEqual([1, 2]);
    expect((await run(world(), definition, [])).output).toEqual([]);
  });

  it("fails for items that are no array", async () => {
    const definition = only({ Type: "Map", ItemProcessor: branch("Tell", { Type: "Pass" }) });
    expect((await run(world(), definition, { a: 1 })).error).toBe("States.QueryEvaluationError");
  });

  it("fails with an iteration's error, starts no more and cancels the others", async () => {
    const here = world({
      Check: (payload, _, clock) =>
        clock.sleep(1_000).then(() => {
          if (payload === 2) throw named("Broken");
          return payload;
        }),
    });
    const state = {
      Type: "Map",
      Items: [1, 2, 3, 4],
      MaxConcurrency: 1,
      ItemProcessor: branch("Check", task("Check")),
    };
    const execution = await run(here, only(state));
    expect(execution).toMatchObject({ status: "FAILED", error: "Broken" });
    expect(here.calls.map((call) => call.payload)).toEqual([1, 2]);
    expect(secondsOf(here, "executionEnded")).toEqual([2]);
  });
});

describe("stop", () => {
  it("aborts all branches, and late answers change nothing", async () => {
    const here = world(sleepy);
    const sleep = task("Sleep", { Arguments: { FunctionName: "Sleep", Payload: 30 } });
    const execution = start(here, only({ Type: "Parallel", Branches: [branch("One", sleep), branch("Two", sleep)] }));
    here.clock.schedule(10_000, () => execution.stop("Enough", "a person said so"));
    await settle(here);
    expect(await execution.done).toEqual({
      status: "ABORTED",
      output: undefined,
      error: "Enough",
      cause: "a person said so",
    });
    expect(here.events.at(-1)?.type).toBe("executionEnded");
    execution.stop();
    expect(execution.error).toBe("Enough");
  });
});
