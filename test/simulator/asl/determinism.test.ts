import { machine, named, run, task, world } from "./support.ts";

const retry = [{ ErrorEquals: ["Busy"], MaxAttempts: 5, MaxDelaySeconds: 30, JitterStrategy: "FULL" }];

/** Jitter, chance, branches, iterations and tokens in one machine. */
const busy = machine("Draw", {
  Draw: { Type: "Pass", Assign: { id: "{% $uuid() %}", dice: "{% $random() %}" }, Next: "Fork" },
  Fork: {
    Type: "Parallel",
    Branches: [
      { StartAt: "Try", States: { Try: task("Flaky", { Retry: retry, End: true }) } },
      {
        StartAt: "Each",
        States: {
          Each: {
            Type: "Map",
            Items: [1, 2, 3],
            MaxConcurrency: 2,
            ItemProcessor: { StartAt: "Check", States: { Check: task("Flaky", { Retry: retry, End: true }) } },
            End: true,
          },
        },
      },
    ],
    Output: "{% [$id, $dice, $now(), $states.result] %}",
    End: true,
  },
});

async function eventsOf(seed: number) {
  const here = world({}, seed);
  const { random } = here.host;
  const host = {
    ...here.host,
    invoke: async () => {
      await here.clock.sleep(random.next() * 1_000);
      if (random.next() < 0.5) throw named("Busy");
      return random.next();
    },
  };
  await run({ ...here, host }, busy);
  return here.events;
}

describe("the same seed", () => {
  it.each([1, 2, 3, 4, 5])("gives the same events, byte for byte (seed %d)", async (seed) => {
    const [first, again] = [await eventsOf(seed), await eventsOf(seed)];
    expect(first.length).toBeGreaterThan(15);
    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  });

  it("and another seed gives others", async () => {
    expect(JSON.stringify(await eventsOf(6))).not.toBe(JSON.stringify(await eventsOf(7)));
  });
});
