import { decide } from "../../functions/assess/decide.ts";
import { gatherEvidence } from "../../functions/assess/evidence.ts";
import { takenOutOfDns } from "../../functions/assess/taken-out.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { failing, observe, regionDown, type Voice } from "../fakes/observations.ts";
import { openItem } from "../fakes/runs.ts";
import {
  ago,
  degraded,
  fresh,
  instant,
  now,
  plan,
  request,
  retry,
  self,
  suspect,
  takeoverOf,
  watch,
} from "./situation.ts";

const drained = "ap-southeast-1";

/** What each vantage has read of the switch, so many seconds ago. */
function reading(
  words: Readonly<Record<string, readonly string[]>>,
  { secondsAgo = 20, voices = {} }: { readonly secondsAgo?: number; readonly voices?: Record<string, Voice> } = {},
): Observation[] {
  return observe(plan, instant, voices).map((seen) => {
    const regions = words[seen.vantage];
    return regions === undefined ? seen : { ...seen, takenOut: { at: ago(secondsAgo), regions } };
  });
}

const withSwitch = (kind: "routingControl" | "record"): Plan => ({
  ...plan,
  traffic: {
    ...plan.traffic,
    switch: kind === "record" ? { kind, healthChecks: {} } : { kind, endpoints: [], controls: {} },
  },
});

function decided(
  words: Readonly<Record<string, readonly string[]>>,
  changes: Partial<Parameters<typeof decide>[0]> = {},
) {
  const observations = reading(words, { voices: regionDown(plan, suspect) });
  const evidence = gatherEvidence(plan, self, observations, instant);
  return decide({ plan, signal: watch, evidence, item: fresh, self, now, ...changes });
}

describe("FM67: which Regions the switch holds out of DNS", () => {
  it("with buckets: all that any of them holds", () => {
    expect(takenOutOfDns(plan, reading({ [self]: [drained], "us-east-1": [self] }), now)).toEqual([self, drained]);
  });

  it.each<[string, Observation[]]>([
    ["nobody said anything", reading({})],
    ["the reading is old", reading({ [self]: [drained] }, { secondsAgo: 301 })],
    [
      "whose bucket it is has gone silent: an object that nobody reaches keeps no Region out",
      reading({ [self]: [drained] }, { voices: { [self]: { age: 90 } } }),
    ],
    ["it is a stranger", reading({ [self]: ["sa-east-1"] })],
  ])("none where %s", (_name, observations) => {
    expect(takenOutOfDns(plan, observations, now)).toEqual([]);
  });

  it("with one state for all: the newest reading of it", () => {
    const observations = reading({ [self]: [drained] }, { secondsAgo: 50 }).map((seen) =>
      seen.vantage === "us-west-2" ? { ...seen, takenOut: { at: ago(10), regions: [] } } : seen,
    );

    expect(takenOutOfDns(withSwitch("routingControl"), observations, now)).toEqual([]);
    expect(takenOutOfDns(plan, observations, now)).toEqual([drained]);
  });

  it("record: an old reading counts, for nobody has changed what has no control plane", () => {
    const old = reading({ [self]: [drained] }, { secondsAgo: 1_800 });

    expect(takenOutOfDns(withSwitch("record"), old, now)).toEqual([drained]);
    expect(takenOutOfDns(withSwitch("routingControl"), old, now)).toEqual([]);
  });
});

describe("FM67: nobody counts on a Region that a person has drained by hand", () => {
  const note = `${drained} is out of DNS by the switch although the book has it in service`;

  it("in a decision, which says so", () => {
    expect(decided({ [self]: [drained] })).toMatchObject({
      kind: "act",
      incident: { survivors: [self] },
      warnings: [note],
      explanation: expect.stringContaining(note),
    });
    expect(decided({})).toMatchObject({ incident: { survivors: [self, drained] }, warnings: [] });
  });

  it("nor is the last one in DNS evacuated, whoever asks", () => {
    const all = { [self]: [drained], [drained]: [self] };

    expect(decided(all)).toMatchObject({ kind: "refused", reason: "lastRegion" });
    expect(decided(all, { signal: request })).toMatchObject({
      kind: "refused",
      reason: "lastRegion",
      explanation: expect.stringContaining("are out of DNS by the switch"),
    });
  });

  it("in a takeover, unless nobody else is left", () => {
    const item = openItem(plan, now - 600_000);
    const signal = takeoverOf(item);

    expect(decided({ [self]: [drained] }, { signal, item })).toMatchObject({ kind: "takeOver", survivors: [self] });
    expect(decided({ [self]: [drained], [drained]: [self] }, { signal, item })).toMatchObject({
      kind: "takeOver",
      survivors: item.incident?.survivors,
    });
  });

  it("in a retry", () => {
    expect(decided({ [self]: [drained] }, { signal: retry, item: degraded })).toMatchObject({
      kind: "act",
      incident: { survivors: [self] },
      warnings: [note],
    });
  });

  it("the one that has its customers is overloaded, and not gray", () => {
    const voices = Object.fromEntries(
      ["us-east-1", self, "us-west-2"].map((vantage) => [vantage, { words: { [drained]: failing(300) } }]),
    );
    const evidence = gatherEvidence(plan, self, reading({ [drained]: ["us-east-1"] }, { voices }), instant);
    const signal = { ...watch, region: drained };

    expect(decide({ plan, signal, evidence, item: fresh, self, now })).toMatchObject({ reason: "overloadSuspected" });
  });

  it("where the rest falter under the dead one's customers, and are heard, they are grown and not given up", () => {
    const voices = regionDown(plan, suspect);
    const falters = Object.fromEntries(
      Object.entries(voices).map(([vantage, voice]) => [
        vantage,
        vantage === drained || vantage === suspect
          ? voice
          : { ...voice, words: { ...(voice.words ?? {}), [drained]: { ...failing(20), passedAgo: 30 } } },
      ]),
    );
    const evidence = gatherEvidence(plan, drained, reading({ [drained]: [self] }, { voices: falters }), instant);

    const decision = decide({ plan, signal: watch, evidence, item: fresh, self: drained, now });

    expect(decision).toMatchObject({ kind: "act", incident: { survivors: [drained] } });
  });
});
