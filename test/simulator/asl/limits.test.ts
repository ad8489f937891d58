import fc from "fast-check";
import type { JsonValue } from "../../../simulator/asl/json.ts";
import { jsonBytes, PAYLOAD_BYTES } from "../../../simulator/asl/limits.ts";
import { machine, only, run, task, world } from "./support.ts";

describe("the size of a payload", () => {
  it("is that of its JSON in UTF-8", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const text = JSON.stringify(value);
        expect(jsonBytes(JSON.parse(text))).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it("is not counted further than the limit", () => {
    const huge = Array.from({ length: 10 }, () => "x".repeat(1_000));
    expect(jsonBytes(huge, 1_500)).toBeLessThan(3_000);
    expect(jsonBytes(huge, 1_500)).toBeGreaterThan(1_500);
  });
});

describe("256 KiB", () => {
  const text = (bytes: number): JsonValue => "x".repeat(bytes - 2);

  it.each([
    [PAYLOAD_BYTES, "SUCCEEDED"],
    [PAYLOAD_BYTES + 1, "FAILED"],
  ])("a state's output of %d bytes: %s", async (bytes, status) => {
    const state = { Type: "Pass", Output: "{% $pad('', $states.input, 'x') %}" };
    expect((await run(world(), only(state), bytes - 2)).status).toBe(status);
  });

  it("bounds a task's result, and States.ALL does not catch the failure", async () => {
    const here = world({ Big: () => text(PAYLOAD_BYTES) });
    const definition = machine("Try", {
      Try: task("Big", { Output: 1, Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tell" }], End: true }),
      Tell: { Type: "Succeed" },
    });
    expect(await run(here, definition)).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it("bounds a task's payload, so that the function is not called", async () => {
    const here = world({ Big: () => 1 });
    const state = task("Big", { Arguments: { FunctionName: "Big", Payload: "{% $pad('', 300000, 'x') %}" } });
    expect((await run(here, only(state))).error).toBe("States.DataLimitExceeded");
    expect(here.calls).toEqual([]);
  });

  it("bounds a Parallel's arguments and outputs together", async () => {
    const half = {
      StartAt: "Half",
      States: { Half: { Type: "Pass", Output: "{% $pad('', 140000, 'x') %}", End: true } },
    };
    const other = {
      StartAt: "More",
      States: { More: { Type: "Pass", Output: "{% $pad('', 140000, 'x') %}", End: true } },
    };
    const execution = await run(world(), only({ Type: "Parallel", Branches: [half, other] }));
    expect(execution.error).toBe("States.DataLimitExceeded");
  });

  it("bounds one Assign, and 10 MiB bound all variables", async () => {
    const assign = (name: string, size: number) => ({ Assign: { [name]: `{% $pad('', ${size}, 'x') %}` } });
    const one = only({ Type: "Pass", ...assign("big", 300_000) });
    expect((await run(world(), one)).error).toBe("States.DataLimitExceeded");
    const states = Array.from({ length: 42 }, (_, index) => [
      `Set${index}`,
      {
        Type: "Pass",
        ...assign(`v${index}`, 255_000),
        ...(index === 41 ? { End: true } : { Next: `Set${index + 1}` }),
      },
    ]);
    const all = machine("Set0", Object.fromEntries(states));
    expect((await run(world(), all)).error).toBe("States.DataLimitExceeded");
    const fewer = machine("Set0", { ...Object.fromEntries(states.slice(0, 40)), Set40: { Type: "Succeed" } });
    expect((await run(world(), fewer)).status).toBe("SUCCEEDED");
  });

  it("of variables are free again when their iteration ends", async () => {
    const fill = { Type: "Pass", Assign: { big: "{% $pad('', 255000, 'x') %}" }, Output: 1, End: true };
    const state = {
      Type: "Map",
      Items: "{% [1..45] %}",
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: "Fill", States: { Fill: fill } },
    };
    expect((await run(world(), only(state))).status).toBe("SUCCEEDED");
  });
});

describe("25,000 history events", () => {
  it("end a loop that nothing else ends, and nothing catches it", async () => {
    const round = {
      StartAt: "Spin",
      States: { Spin: { Type: "Pass", Next: "Again" }, Again: { Type: "Pass", Next: "Spin" } },
    };
    const definition = machine("Fork", {
      Fork: {
        Type: "Parallel",
        Branches: [round],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tell" }],
        End: true,
      },
      Tell: { Type: "Succeed" },
    });
    const execution = await run(world(), definition);
    expect(execution).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(execution.cause).toContain("25000");
    expect(execution.transitions).toBeGreaterThan(12_000);
  });

  it("count entering, leaving and a task's three steps", async () => {
    const here = world({ Quick: () => 1 });
    const execution = await run(here, only(task("Quick")));
    expect(execution.historyEvents).toBe(1 + 1 + 2 + 1 + 1 + 1);
  });
});
