import fc from "fast-check";
import { findBreak, type Json, sealEvent, type TimelineEvent } from "../../../functions/timeline/event.ts";
import { renderHtml } from "../../../functions/timeline/report/html.ts";
import { renderJson } from "../../../functions/timeline/report/json.ts";
import { renderMarkdown } from "../../../functions/timeline/report/markdown.ts";
import { summarize } from "../../../functions/timeline/report/summary.ts";
import { instant } from "../../fixtures/chain.ts";
import { regionOutage } from "../../fixtures/timeline.ts";

const steps = ["assess", "approval", "traffic", "capacity", "database", "tables", "recovery", "timeline"] as const;
const kinds = [
  "decision",
  "opened",
  "takenOver",
  "retried",
  "intent",
  "confirmed",
  "failed",
  "observed",
  "stepEnded",
  "approvalRequested",
  "approvalAnswered",
  "closed",
] as const;

/** Keys that the report reads, so that odd values land where they could hurt. */
const keys = [
  "decision",
  "assessment",
  "reasons",
  "evidence",
  "votes",
  "customers",
  "signal",
  "failingSince",
  "failedRegion",
  "survivors",
  "actingRegion",
  "region",
  "resource",
  "result",
  "reason",
  "servedByRegion",
  "failed",
  "lossSeconds",
  "worstCaseLossSeconds",
  "servedSince",
  "verifiedAt",
  "outcome",
  "rtoSeconds",
  "rpoSeconds",
  "rtoObjectiveSeconds",
  "branches",
  "warning",
  "answer",
  "__proto__",
  "toString",
];

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    Number.MAX_VALUE,
    -1,
    "9999-99-99T99:99:99Z",
    "2026-03-14T09:00:00Z",
    "0001-01-01T00:00:00Z",
    "constructor",
    "</title><script>",
    [{ vantage: "v", vote: "passing", servedBy: "toString" }],
    { toString: 1, kind: {} },
  ),
);

const details = fc.array(fc.tuple(fc.constantFrom(...keys), odd), { maxLength: 8 }).map(Object.fromEntries);

const oddEvents: fc.Arbitrary<readonly TimelineEvent[]> = fc.array(
  fc
    .record({
      epoch: fc.nat(3),
      seq: fc.nat(9),
      at: fc.oneof(
        fc.integer({ min: -100, max: 1_000 }).map(instant),
        fc.constantFrom("", "yesterday", "2026-13-45T00:00:00Z"),
      ),
      region: fc.string(),
      step: fc.constantFrom(...steps),
      kind: fc.constantFrom(...kinds),
      summary: fc.string({ unit: "binary" }),
      detail: fc.oneof(details, fc.constant(null as never), fc.constant("text" as never)),
    })
    .map((event) => sealEvent({ incident: "odd", previousHash: "", ...event })),
  { maxLength: 12 },
);

describe("the report is readable when things went wrong", () => {
  it("never throws, whatever the details hold, and never writes NaN or undefined", () => {
    fc.assert(
      fc.property(oddEvents, (events) => {
        const summary = summarize(events, null);
        const html = renderHtml(summary, events).replace(/<details>[\s\S]*?<\/details>/g, "");
        const markdown = renderMarkdown(summary, events);
        JSON.parse(renderJson(summary, events));
        expect(html).not.toMatch(/="[^"]*(?:NaN|Infinity|undefined)[^"]*"/);
        expect(html).not.toMatch(/<script|<\/title><s/i);
        expect(markdown).not.toMatch(/<script/i);
      }),
      { numRuns: 400 },
    );
  });

  it("FM57: tells of events whose kind, step and fields only a newer version knows", () => {
    const known = regionOutage();
    const { hash: previousHash = "", ...last } = known.at(-1) ?? {};
    const unknown = { step: "queues", kind: "drained", summary: "Drained the queues", wave: { of: [1, 2] } };
    const event = { ...last, ...unknown, seq: known.length + 1, detail: { wave: 2 }, previousHash };
    const events = [...known, sealEvent(event as unknown as TimelineEvent)];

    const summary = summarize(events, null);

    expect(findBreak(events)).toBeNull();
    expect(summary.outcome).toBe(summarize(known, null).outcome);
    for (const text of [renderHtml(summary, events), renderMarkdown(summary, events)]) {
      expect(text).toContain("Drained the queues");
      expect(text).toContain("drained");
      expect(text).not.toContain("undefined");
    }
    expect(JSON.parse(renderJson(summary, events)).events).toContainEqual(events.at(-1));
  });
});
