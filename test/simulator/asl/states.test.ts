import { entered, machine, named, only, run, START, secondsOf, settle, start, task, world } from "./support.ts";

const PLACEHOLDER = ["$", "{Greet}"].join("");

describe("Pass", () => {
  it("hands its input on", async () => {
    const execution = await run(world(), only({ Type: "Pass" }), { a: 1 });
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: { a: 1 } });
  });

  it("computes Output at any depth", async () => {
    const state = { Type: "Pass", Output: { a: ["{% $states.input.x + 1 %}", { b: "as it is" }], c: null } };
    const execution = await run(world(), only(state), { x: 1 });
    expect(execution.output).toEqual({ a: [2, { b: "as it is" }], c: null });
  });

  it("leads to the next state with its output", async () => {
    const here = world();
    const definition = machine("First", {
      First: { Type: "Pass", Output: "{% $states.input.x & '!' %}", Next: "Second" },
      Second: { Type: "Pass", Output: { was: "{% $states.input %}" }, End: true },
    });
    const execution = await run(here, definition, { x: "hello" });
    expect(execution.output).toEqual({ was: "hello!" });
    expect(entered(here)).toEqual(["First", "Second"]);
  });
});

describe("Task", () => {
  it("answers as the Lambda integration does", async () => {
    const here = world({ Greet: (payload) => ({ hello: payload }) });
    const execution = await run(here, only(task("Greet")), { name: "Ada" });
    expect(execution.output).toEqual({
      ExecutedVersion: "$LATEST",
      Payload: { hello: { name: "Ada" } },
      StatusCode: 200,
    });
  });

  it("gives Output and Assign the result", async () => {
    const here = world({ Size: () => ({ desired: 4 }) });
    const definition = machine("SizeGroup", {
      SizeGroup: task("Size", {
        Assign: { size: "{% $states.result.Payload.desired %}" },
        Output: { code: "{% $states.result.StatusCode %}", asked: "{% $states.input.q %}" },
        Next: "End",
      }),
      End: { Type: "Pass", Output: { from: "{% $states.input %}", size: "{% $size %}" }, End: true },
    });
    const execution = await run(here, definition, { q: 7 });
    expect(execution.output).toEqual({ from: { code: 200, asked: 7 }, size: 4 });
  });

  it("isolates the function's data from the execution's", async () => {
    const kept = { list: [1] };
    const here = world({
      Meddle: (payload) => {
        (payload as { list: number[] }).list.push(2);
        return kept;
      },
    });
    const definition = machine("Meddle", {
      Meddle: task("Meddle", { Output: { in: "{% $states.input %}", out: "{% $states.result.Payload %}" }, End: true }),
    });
    const execution = await run(here, definition, { list: [0] });
    kept.list.push(9);
    expect(execution.output).toEqual({ in: { list: [0] }, out: { list: [1] } });
    expect(here.events.find((event) => event.type === "taskScheduled")).toMatchObject({ payload: { list: [0] } });
  });

  it("gives a function an empty object where there is no payload, or null", async () => {
    const here = world({ Greet: () => null });
    await run(here, only(task("Greet", { Arguments: { FunctionName: "Greet" } })));
    await run(here, only(task("Greet", { Arguments: { FunctionName: "Greet", Payload: null } })));
    await run(here, only(task("Greet", { Arguments: { FunctionName: "Greet", Payload: "{% $states.input.a %}" } })), {
      a: null,
    });
    expect(here.calls.map(({ payload }) => payload)).toEqual([{}, {}, {}]);
  });

  it("fails the execution with the function's error and AWS's cause", async () => {
    const here = world({ Break: () => Promise.reject(named("StaleEpoch", "epoch 4 was taken")) });
    const execution = await run(here, only(task("Break")));
    expect(execution).toMatchObject({ status: "FAILED", error: "StaleEpoch" });
    expect(JSON.parse(execution.cause ?? "")).toEqual({
      errorType: "StaleEpoch",
      errorMessage: "epoch 4 was taken",
      trace: [],
    });
  });

  it("gives a service error its message as the cause", async () => {
    const here = world({ Break: () => Promise.reject(named("Lambda.TooManyRequestsException", "Rate Exceeded.")) });
    const execution = await run(here, only(task("Break")));
    expect(execution).toMatchObject({ error: "Lambda.TooManyRequestsException", cause: "Rate Exceeded." });
  });

  it("tells the function who calls, and passes a placeholder on as it is", async () => {
    const here = world({ Greet: () => null });
    await run(here, only(task("Greet", { Arguments: { FunctionName: PLACEHOLDER, Payload: { a: 1 } } })));
    expect(here.calls).toEqual([
      {
        functionName: PLACEHOLDER,
        payload: { a: 1 },
        taskToken: undefined,
        executionName: "run-1",
        stateName: "Only",
        branch: "",
        attempt: 1,
        at: 0,
      },
    ]);
  });
});

describe("Choice", () => {
  const definition = machine("Choose", {
    Choose: {
      Type: "Choice",
      Choices: [
        { Condition: "{% $states.input.n > 10 %}", Next: "Tell", Assign: { size: "big" }, Output: "from the rule" },
        { Condition: "{% $states.input.n > 5 %}", Next: "Tell", Assign: { size: "middling" } },
      ],
      Default: "Tell",
      Assign: { size: "small" },
      Output: "from the state",
    },
    Tell: { Type: "Pass", Output: ["{% $size %}", "{% $states.input %}"], End: true },
  });

  it.each([
    [11, ["big", "from the rule"]],
    [6, ["middling", { n: 6 }]],
    [1, ["small", "from the state"]],
  ])("takes the first rule that holds for %d", async (n, output) => {
    expect((await run(world(), definition, { n })).output).toEqual(output);
  });

  it("fails when no rule matches and there is no Default", async () => {
    const strict = machine("Choose", {
      Choose: { Type: "Choice", Choices: [{ Condition: "{% $states.input.n = 1 %}", Next: "End" }] },
      End: { Type: "Succeed" },
    });
    const execution = await run(world(), strict, { n: 2 });
    expect(execution).toMatchObject({ status: "FAILED", error: "States.NoChoiceMatched" });
  });

  it("fails when a Condition is neither true nor false", async () => {
    const odd = machine("Choose", {
      Choose: { Type: "Choice", Choices: [{ Condition: "{% $states.input.n %}", Next: "End" }], Default: "End" },
      End: { Type: "Succeed" },
    });
    const execution = await run(world(), odd, { n: 1 });
    expect(execution).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
    expect(execution.cause).toContain('state "Choose", Choices[0]');
  });
});

describe("Wait", () => {
  it.each([
    [{ Seconds: 90 }, 90],
    [{ Seconds: "{% $states.input.pause * 2 %}" }, 20],
    [{ Timestamp: "2026-11-23T12:01:00Z" }, 60],
    [{ Timestamp: "{% $states.input.until %}" }, 30],
    [{ Timestamp: "2020-01-01T00:00:00Z" }, 0],
  ])("waits by %j for %d seconds", async (fields, seconds) => {
    const here = world();
    const input = { pause: 10, until: "2026-11-23T12:00:30.000Z" };
    const execution = await run(here, only({ Type: "Wait", ...fields }), input);
    expect(execution.status).toBe("SUCCEEDED");
    expect(secondsOf(here, "executionEnded")).toEqual([seconds]);
  });

  it.each([[{ Seconds: "{% -1 %}" }], [{ Seconds: "{% 'soon' %}" }], [{ Timestamp: "{% 'soon' %}" }]])(
    "fails for %j",
    async (fields) => {
      const execution = await run(world(), only({ Type: "Wait", ...fields }));
      expect(execution.error).toBe("States.QueryEvaluationError");
    },
  );
});

describe("Succeed and Fail", () => {
  it("succeeds with an Output", async () => {
    const execution = await run(world(), machine("End", { End: { Type: "Succeed", Output: { ok: true } } }));
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: { ok: true } });
  });

  it("fails with an Error and a Cause that may be expressions", async () => {
    const state = { Type: "Fail", Error: "Degraded", Cause: "{% 'lost ' & $states.input.what %}" };
    const execution = await run(world(), machine("End", { End: state }), { what: "traffic" });
    expect(execution).toMatchObject({ status: "FAILED", error: "Degraded", cause: "lost traffic" });
  });

  it("fails without either", async () => {
    const execution = await run(world(), machine("End", { End: { Type: "Fail" } }));
    expect(execution).toMatchObject({ status: "FAILED", error: undefined, cause: undefined });
  });
});

describe("an execution", () => {
  it("is RUNNING until it ends, begins after its start returns, and resolves done", async () => {
    const here = world();
    const execution = start(here, only({ Type: "Wait", Seconds: 5 }), 1);
    expect([execution.status, here.events.length]).toEqual(["RUNNING", 0]);
    await settle(here);
    expect(await execution.done).toEqual({ status: "SUCCEEDED", output: 1, error: undefined, cause: undefined });
  });

  it("counts the start, each state entered and each retry as a transition", async () => {
    let failures = 2;
    const here = world({ Try: () => (failures-- > 0 ? Promise.reject(named("Busy")) : 1) });
    const definition = machine("First", {
      First: { Type: "Pass", Next: "Try" },
      Try: task("Try", { Retry: [{ ErrorEquals: ["Busy"] }], End: true }),
    });
    expect((await run(here, definition)).transitions).toBe(1 + 2 + 2);
  });

  it("refuses a name or an input that StartExecution refuses", () => {
    const definition = only({ Type: "Pass" });
    expect(() => start(world(), definition, {}, "a name")).toThrow(expect.objectContaining({ name: "InvalidName" }));
    expect(() => start(world(), definition, {}, "x".repeat(81))).toThrow(
      expect.objectContaining({ name: "InvalidName" }),
    );
    expect(() => start(world(), definition, "x".repeat(262_143))).toThrow(
      expect.objectContaining({ name: "InvalidExecutionInput" }),
    );
  });

  it("rejects done for a defect rather than hiding it in a failed state", async () => {
    const here = world();
    const broken = {
      ...here.host,
      observe: () => {
        throw new TypeError("a defect");
      },
    };
    const execution = start({ ...here, host: broken }, only({ Type: "Pass" }));
    await expect(execution.done).rejects.toThrow("a defect");
  });

  it("starts its clock at the host's", async () => {
    const here = world();
    await run(here, only({ Type: "Pass" }));
    expect(here.events[0]).toEqual({ type: "executionStarted", at: START, execution: "run-1", input: {} });
  });
});
