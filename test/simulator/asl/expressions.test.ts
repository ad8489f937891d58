import type { JsonValue } from "../../../simulator/asl/json.ts";
import { machine, only, run, task, world } from "./support.ts";

async function evaluate(expression: string, input: JsonValue = {}, seed = 1) {
  return run(world({}, seed), only({ Type: "Pass", Output: `{% ${expression} %}` }), input);
}

describe("JSONata", () => {
  it.each<[string, JsonValue, JsonValue]>([
    ["$states.input.a.b", { a: { b: 1 } }, 1],
    ["$states.input[n > 1].n", [{ n: 1 }, { n: 2 }], 2],
    ["$map($states.input, function($v, $i) { $v * $i })", [5, 6, 7], [0, 6, 14]],
    ["($doubled := $states.input * 2; $doubled + 1)", 4, 9],
    ["$states.input.{ 'x': a }", { a: 1 }, { x: 1 }],
    ["$states.input ^(>n).n", [{ n: 1 }, { n: 3 }, { n: 2 }], [3, 2, 1]],
    ["$count($states.input[])", "one", 1],
    ["$states.input ? 'yes' : 'no'", true, "yes"],
    ["null", 1, null],
    ["$partition([1..5], 2)", 0, [[1, 2], [3, 4], [5]]],
    ["$range(0, 10, 5)", 0, [0, 5, 10]],
    ["$range(3, 1, -1)", 0, [3, 2, 1]],
    ["$parse('{\"a\": [1]}')", 0, { a: [1] }],
    ["$hash('hello', 'SHA-1')", 0, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"],
    ["$hash('hello', 'MD5')", 0, "5d41402abc4b2a76b9719d911017c592"],
    ["$now()", 0, "2026-11-23T12:00:00.000Z"],
    ["$now('[Y]')", 0, "2026"],
    ["$millis()", 0, Date.parse("2026-11-23T12:00:00Z")],
    ["$toMillis('2026-01-01T00:00:00Z')", 0, Date.parse("2026-01-01T00:00:00Z")],
  ])("evaluates %s", async (expression, input, output) => {
    expect(await evaluate(expression, input)).toMatchObject({ status: "SUCCEEDED", output });
  });

  it("yields plain arrays that share nothing with their input", async () => {
    const { output } = await evaluate("$states.input.a", { a: [[1], [2]] });
    expect(Object.keys(output as object)).toEqual(["0", "1"]);
    expect(JSON.stringify(output)).toBe("[[1],[2]]");
  });

  it.each(["$states.input.missing", "$parse('{')", "1 + 'a'", "$error('no')", "$sum", "function($x) { $x }", "1 / 0"])(
    "fails for %s",
    async (expression) => {
      const execution = await evaluate(expression);
      expect(execution).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
      expect(execution.cause).toContain(expression);
    },
  );

  it("says that an expression returned nothing", async () => {
    expect((await evaluate("$states.input.x")).cause).toContain("returned nothing (undefined)");
  });

  it("draws chance from the injected source alone", async () => {
    const expression = "[$random(), $uuid(), $shuffle([1..20])]";
    const [first, again, other] = [1, 1, 2].map((seed) => evaluate(expression, {}, seed));
    expect((await again)?.output).toEqual((await first)?.output);
    expect((await other)?.output).not.toEqual((await first)?.output);
  });

  it("makes version 4 UUIDs, and the same number for the same seed", async () => {
    expect((await evaluate("$uuid()")).output).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect((await evaluate("$random(7) = $random(7)")).output).toBe(true);
  });
});

describe("the context object", () => {
  it("says which execution, state and machine it is", async () => {
    const { output } = await evaluate("$states.context", { a: 1 });
    expect(output).toEqual({
      Execution: {
        Id: "arn:aws:states:us-east-1:111122223333:execution:failover:run-1",
        Input: { a: 1 },
        Name: "run-1",
        RoleArn: "arn:aws:iam::111122223333:role/failover",
        StartTime: "2026-11-23T12:00:00.000Z",
        RedriveCount: 0,
      },
      State: { Name: "Only", EnteredTime: "2026-11-23T12:00:00.000Z", RetryCount: 0 },
      StateMachine: { Id: "arn:aws:states:us-east-1:111122223333:stateMachine:failover", Name: "failover" },
    });
  });
});

describe("Assign", () => {
  it("computes every value from what was there when the state was entered", async () => {
    const definition = machine("Set", {
      Set: { Type: "Pass", Assign: { a: 1, b: 2 }, Next: "Swap" },
      Swap: { Type: "Pass", Assign: { a: "{% $b %}", b: "{% $a %}" }, Output: "{% [$a, $b] %}", Next: "Tell" },
      Tell: { Type: "Pass", Output: ["{% $states.input %}", "{% [$a, $b] %}"], End: true },
    });
    expect((await run(world(), definition)).output).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it("yields nothing for a variable not yet assigned", async () => {
    const definition = machine("Read", {
      Read: { Type: "Pass", Output: "{% $exists($later) %}", Next: "Set" },
      Set: { Type: "Pass", Assign: { later: 1 }, Next: "Tell" },
      Tell: { Type: "Pass", Output: ["{% $states.input %}", "{% $exists($later) %}"], End: true },
    });
    expect((await run(world(), definition)).output).toEqual([false, true]);
  });

  it("lets branches read what is around them, and drops what is theirs", async () => {
    const definition = machine("Set", {
      Set: { Type: "Pass", Assign: { shared: "outer" }, Next: "Fork" },
      Fork: {
        Type: "Parallel",
        Branches: ["One", "Two"].map((name) => ({
          StartAt: `Set${name}`,
          States: {
            [`Set${name}`]: { Type: "Pass", Assign: { mine: name }, Next: `Tell${name}` },
            [`Tell${name}`]: { Type: "Pass", Output: "{% $shared & ' ' & $mine %}", End: true },
          },
        })),
        Assign: { joined: "{% $join($states.result, ', ') %}" },
        Next: "Tell",
      },
      Tell: { Type: "Pass", Output: "{% $joined %}", End: true },
    });
    expect((await run(world(), definition)).output).toBe("outer One, outer Two");
  });

  it("sees no variable of an earlier round of the same branch", async () => {
    const definition = machine("Each", {
      Each: {
        Type: "Map",
        Items: [1, 2],
        MaxConcurrency: 1,
        ItemProcessor: {
          StartAt: "Look",
          States: {
            Look: { Type: "Pass", Output: "{% $exists($seen) %}", Assign: { seen: true }, End: true },
          },
        },
        End: true,
      },
    });
    expect((await run(world(), definition)).output).toEqual([false, false]);
  });

  it("is not done when the state fails", async () => {
    const definition = machine("Try", {
      Try: task("Nowhere", {
        Assign: { done: true },
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tell", Assign: { why: "{% $states.errorOutput.Error %}" } }],
        Next: "Tell",
      }),
      Tell: { Type: "Pass", Output: ["{% $exists($done) %}", "{% $why %}"], End: true },
    });
    expect((await run(world(), definition)).output).toEqual([false, "Lambda.ResourceNotFoundException"]);
  });
});
