import fc from "fast-check";
import {
  canonicalJson,
  findBreak,
  type Json,
  sealEvent,
  type TimelineEntry,
  type TimelineEvent,
} from "../../functions/timeline/event.ts";
import { createJournal, readTimeline, recordDecision } from "../../functions/timeline/journal.ts";
import { awsError, type Call, FakeAws, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const incident = "storefront-us-east-1-e1";

function prepare() {
  const aws = new FakeAws();
  const journalIn = (region = "eu-west-1", epoch = 1, seed = 7) =>
    createJournal(aws.dependencies(plan, region, seed), incident, epoch);
  const read = () => aws.finish(readTimeline(aws.dependencies(plan, "eu-west-1"), incident));
  const sent = () =>
    aws.calls
      .filter(({ operation }) => operation === "PutEvents")
      .map(({ input }) => JSON.parse(input.Entries[0].Detail));
  return { aws, journalIn, read, sent };
}

function entry(summary: string, detail: Readonly<Record<string, Json>> = {}): TimelineEntry {
  return { step: "traffic", kind: "observed", summary, detail };
}

/** Throws for the first `times` writes. */
function failPuts(times: number, error: () => Error): (call: Call) => void {
  let left = times;
  return ({ operation }) => {
    if (operation === "PutItem" && left-- > 0) throw error();
  };
}

describe("appending", () => {
  it("chains event to event, stores it as it is and sends it out", async () => {
    const { aws, journalIn, read, sent } = prepare();
    const journal = journalIn();

    const first = await aws.finish(journal.append(entry("one", { lag: 0.25, nested: { list: [1, null, "x"] } })));
    const second = await aws.finish(journal.append(entry("two")));

    expect(first).toMatchObject({ incident, epoch: 1, seq: 1, region: "eu-west-1", previousHash: "" });
    expect(second).toMatchObject({ seq: 2, previousHash: first.hash });
    expect(await read()).toEqual([first, second]);
    expect(sent()).toEqual([first, second]);
    expect(findBreak([first, second])).toBeNull();
  });

  it("FM30: a step that begins anew goes on where the timeline ends", async () => {
    const { aws, journalIn, read } = prepare();
    await aws.finish(journalIn().append(entry("one")));
    await aws.finish(journalIn().append(entry("two")));

    const events = await read();
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(findBreak(events)).toBeNull();
  });

  it("the chain holds under four branches that append at once", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { aws, journalIn, read } = prepare();
      aws.latencyMs = () => 1 + (aws.calls.length % 7);
      const branch = async (name: string, index: number) => {
        const journal = journalIn("eu-west-1", 1, seed * 10 + index);
        for (let each = 1; each <= 6; each++) await journal.append(entry(`${name} ${each}`));
      };

      await aws.finish(Promise.all(["traffic", "capacity", "database", "tables"].map(branch)));

      const events = await read();
      expect(findBreak(events)).toBeNull();
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
      // Each branch's own events in their order, each once.
      for (const name of ["traffic", "capacity", "database", "tables"]) {
        expect(events.map(({ summary }) => summary).filter((each) => each.startsWith(name))).toEqual(
          [1, 2, 3, 4, 5, 6].map((each) => `${name} ${each}`),
        );
      }
    }
  });

  it("a listener that does not take the event stops nothing", async () => {
    const { aws, journalIn, read } = prepare();
    aws.answers.PutEvents = () => {
      throw noAnswer();
    };

    await aws.finish(journalIn().append(entry("one")));

    expect((await read()).length).toBe(1);
    expect(aws.logged).toEqual(["A timeline event did not go out"]);
  });

  it("stores in the acting Region alone", async () => {
    const { aws, journalIn } = prepare();
    await aws.finish(journalIn("ap-southeast-1").append(entry("one")));

    expect(new Set(aws.calls.map(({ region }) => region))).toEqual(new Set(["ap-southeast-1"]));
  });
});

describe("FM31: an answer that never came", () => {
  it("of an event that was stored: it is found and not stored twice", async () => {
    const { aws, journalIn, read, sent } = prepare();
    aws.after = failPuts(1, noAnswer);
    const journal = journalIn();

    await aws.finish(journal.append(entry("one")));
    await aws.finish(journal.append(entry("two")));

    const events = await read();
    expect(events.map(({ summary }) => summary)).toEqual(["one", "two"]);
    expect(findBreak(events)).toBeNull();
    expect(sent()).toEqual(events);
  });

  it("of an event that was stored, with another branch's event stored behind it since", async () => {
    const { aws, journalIn, read } = prepare();
    let overtaken = false;
    aws.after = ({ operation, input }) => {
      if (operation !== "PutItem" || overtaken) return;
      overtaken = true;
      const stored = aws.rows(plan.recordsTable, `incident#${incident}`)[0] as unknown as TimelineEvent;
      const next = sealEvent({
        ...(({ hash: _hash, ...rest }) => rest)(
          sealEvent({ ...strip(stored), seq: 2, summary: "two", previousHash: stored.hash }),
        ),
      });
      aws.put(input.TableName, { pk: `incident#${incident}`, sk: "000001#000002", ...next });
      throw noAnswer();
    };
    const journal = journalIn();

    await aws.finish(journal.append(entry("one")));
    await aws.finish(journal.append(entry("three")));

    const events = await read();
    expect(events.map(({ summary }) => summary)).toEqual(["one", "two", "three"]);
    expect(findBreak(events)).toBeNull();
  });

  it("of an event that was not stored: it is stored once", async () => {
    const { aws, journalIn, read } = prepare();
    aws.before = failPuts(2, noAnswer);

    await aws.finish(journalIn().append(entry("one")));

    expect((await read()).map(({ seq, summary }) => [seq, summary])).toEqual([[1, "one"]]);
  });

  it("FM33: throttled writes are repeated", async () => {
    const { aws, journalIn, read } = prepare();
    aws.before = failPuts(3, () => awsError("ProvisionedThroughputExceededException"));

    await aws.finish(journalIn().append(entry("one")));

    expect((await read()).length).toBe(1);
  });

  it("what cannot be stored throws: what must be journalled before must not happen", async () => {
    const { aws, journalIn, sent } = prepare();
    aws.before = failPuts(1_000, noAnswer);

    await expect(aws.finish(journalIn().append(entry("one")))).rejects.toMatchObject({ name: "Transient" });
    expect(sent()).toEqual([]);
  });

  it("FM34: a refusal is said at once", async () => {
    const { aws, journalIn } = prepare();
    aws.before = failPuts(1_000, () => awsError("AccessDeniedException"));

    await expect(aws.finish(journalIn().append(entry("one")))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(/storefront-failover-records in eu-west-1/),
    });
    expect(aws.made("PutItem").length).toBe(1);
  });
});

function strip({ incident, epoch, seq, at, region, step, kind, summary, detail, previousHash }: TimelineEvent) {
  return { incident, epoch, seq, at, region, step, kind, summary, detail, previousHash };
}

describe("FM22: a second epoch", () => {
  it("begins a chain of its own, linked to the last event that it could see", async () => {
    const { aws, journalIn, read } = prepare();
    const first = journalIn();
    await aws.finish(first.append(entry("one")));
    const last = await aws.finish(first.append(entry("two")));

    const taken = await aws.finish(journalIn("ap-southeast-1", 2).append(entry("taken over")));

    expect(taken).toMatchObject({ epoch: 2, seq: 1, previousHash: last.hash });
    expect(findBreak(await read())).toBeNull();
  });

  it("is not disturbed by what the first holder still writes, and disturbs nothing of it", async () => {
    const { aws, journalIn, read } = prepare();
    const zombie = journalIn();
    const heir = journalIn("ap-southeast-1", 2);
    await aws.finish(zombie.append(entry("one")));
    await aws.finish(heir.append(entry("taken over")));
    await aws.finish(zombie.append(entry("late")));
    await aws.finish(heir.append(entry("going on")));

    const events = await read();
    expect(events.map(({ epoch, seq, summary }) => [epoch, seq, summary])).toEqual([
      [1, 1, "one"],
      [1, 2, "late"],
      [2, 1, "taken over"],
      [2, 2, "going on"],
    ]);
    expect(findBreak(events)).toBeNull();
  });

  it("that could see nothing of the first, because its Region died before it replicated, is no forgery", async () => {
    const { aws, journalIn, read } = prepare();
    await aws.finish(journalIn("ap-southeast-1", 2).append(entry("taken over")));
    // What the dead Region wrote arrives when it comes back.
    await aws.finish(journalIn("eu-west-1", 1).append(entry("one")));

    expect(findBreak(await read())).toBeNull();
  });
});

describe("decisions that opened nothing", () => {
  it("FM5: each stands alone, in one write", async () => {
    const { aws } = prepare();
    const deps = aws.dependencies(plan, "eu-west-1");

    const event = await aws.finish(recordDecision(deps, "execution-1", "us-east-1", entry("stood down")));

    expect(event).toMatchObject({ incident: "us-east-1", epoch: 0, seq: 1, previousHash: "" });
    expect(findBreak([event])).toBeNull();
    expect(aws.made()).toEqual(["PutItem@eu-west-1", "PutEvents@eu-west-1"]);
  });

  it("FM31: the same execution's record overwrites itself", async () => {
    const { aws } = prepare();
    const deps = aws.dependencies(plan, "eu-west-1");
    aws.after = failPuts(1, noAnswer);

    await aws.finish(recordDecision(deps, "execution-1", "us-east-1", entry("stood down")));
    await aws.finish(recordDecision(deps, "execution-2", "us-east-1", entry("stood down")));

    expect(aws.rows(plan.recordsTable, "decisions#storefront").length).toBe(2);
  });
});

describe("FM57: an event of a newer version", () => {
  it("holds by its hash with what only that version knows, and is chained on to", async () => {
    const { aws, journalIn, read } = prepare();
    const { hash: _hash, ...first } = await aws.finish(journalIn().append(entry("one")));
    const newer = sealEvent({ ...first, wave: { of: ["a", 2, null] }, detail: { tiers: [1] } } as typeof first);
    // It has put a set beside it, which JSON cannot carry and a hash of JSON cannot cover.
    aws.put(plan.recordsTable, { pk: `incident#${incident}`, sk: "000001#000001", ...newer, seen: new Set(["a"]) });

    const second = await aws.finish(journalIn().append(entry("two")));

    expect(second.previousHash).toBe(newer.hash);
    const events = await read();
    expect(findBreak(events)).toBeNull();
    expect(JSON.parse(JSON.stringify(events))).toEqual([newer, second]);
    const forged = { ...newer, wave: { of: ["b"] } } as TimelineEvent;
    expect(findBreak([forged, second])).toMatchObject({ index: 0 });
  });
});

describe("FM30: tampering is found", () => {
  const chain: TimelineEvent[] = [];
  for (const [epoch, seq] of [
    [1, 1],
    [1, 2],
    [1, 3],
    [3, 1],
    [3, 2],
  ] as const) {
    chain.push(
      sealEvent({
        incident,
        epoch,
        seq,
        at: `2026-03-14T09:0${chain.length}:00.000Z`,
        region: epoch === 1 ? "eu-west-1" : "ap-southeast-1",
        step: "database",
        kind: "observed",
        summary: `event ${seq} of epoch ${epoch}`,
        detail: { seconds: seq, nested: { list: [1, 2, { deep: true }] } },
        previousHash: chain.at(-1)?.hash ?? "",
      }),
    );
  }

  it("the untouched chain holds", () => {
    expect(findBreak(chain)).toBeNull();
    expect(findBreak([])).toBeNull();
  });

  it("in any single field of any event, whatever is put there", () => {
    const field = fc.constantFrom(...(Object.keys(chain[0] as TimelineEvent) as (keyof TimelineEvent)[]));
    fc.assert(
      fc.property(fc.nat({ max: chain.length - 1 }), field, fc.jsonValue(), (index, key, value) => {
        const original = chain[index] as TimelineEvent;
        fc.pre(canonicalJson(value as Json) !== canonicalJson(original[key] as Json));
        const forged = chain.with(index, { ...original, [key]: value } as TimelineEvent);

        return findBreak(forged) !== null;
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, (events: TimelineEvent[]) => TimelineEvent[]]>([
    ["a field was added", (events) => events.with(1, { ...(events[1] as TimelineEvent), note: "x" } as TimelineEvent)],
    [
      "a field was taken away",
      (events) => events.with(1, (({ detail: _detail, ...rest }) => rest)(events[1] as TimelineEvent) as TimelineEvent),
    ],
    [
      "deep inside the detail",
      (events) =>
        events.with(1, {
          ...(events[1] as TimelineEvent),
          detail: { seconds: 2, nested: { list: [1, 2, { deep: false }] } },
        }),
    ],
    ["the first event was removed", (events) => events.toSpliced(0, 1)],
    ["the whole first epoch was removed", (events) => events.slice(3)],
    ["an event in the middle was removed", (events) => events.toSpliced(1, 1)],
    ["the first event of the second epoch was removed", (events) => events.toSpliced(3, 1)],
    ["the event that the second epoch links to was removed", (events) => events.toSpliced(2, 1)],
    [
      "two events changed places",
      (events) => events.with(0, events[1] as TimelineEvent).with(1, events[0] as TimelineEvent),
    ],
    ["an event was told twice", (events) => events.toSpliced(1, 0, events[1] as TimelineEvent)],
    ["the epochs changed places", (events) => [...events.slice(3), ...events.slice(0, 3)]],
    [
      "an event was forged anew, hash and all",
      (events) => events.with(1, sealEvent({ ...strip(events[1] as TimelineEvent), summary: "x" })),
    ],
    [
      "the last of the first epoch was forged anew",
      (events) => events.with(2, sealEvent({ ...strip(events[2] as TimelineEvent), summary: "x" })),
    ],
  ])("%s", (_name, tamper) => {
    expect(findBreak(tamper([...chain]))).not.toBeNull();
  });

  it("says that an event may be late where a whole epoch is missing", () => {
    expect(findBreak(chain.slice(3))).toEqual({
      index: 0,
      reason: "epoch 3 links to an event that is not here: it was removed, or has not arrived in this copy yet",
    });
  });

  it("says where", () => {
    expect(findBreak(chain.with(3, { ...(chain[3] as TimelineEvent), summary: "x" }))).toEqual({
      index: 3,
      reason: "the event does not match its hash",
    });
  });
});

it("the same value gives the same bytes, however its keys are ordered", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());

      expect(canonicalJson(turned as Json)).toBe(canonicalJson(value as Json));
      expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
