import { decide } from "../../functions/assess/decide.ts";
import type { Decision, DecisionInput, NoReason } from "../../functions/assess/decision.ts";
import { createHandler } from "../../functions/assess/signal.handler.ts";
import type { Signal } from "../../functions/assess/signal.ts";
import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { initialItem } from "../../functions/coordination/rules.ts";
import { describeInstant, isoInstant } from "../../functions/shared/clock.ts";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import { FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { evidenceFrom, failing, observe, passing, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem } from "../fakes/runs.ts";
import {
  ago,
  alarm,
  completed,
  decided,
  degraded,
  everythingFails,
  fresh,
  health,
  instant,
  now,
  observing,
  othersFail,
  paused,
  plan,
  regions,
  request,
  retry,
  self,
  standing,
  suspect,
  takenOverOften,
  takeoverOf,
  watch,
} from "./situation.ts";

const execution = "arn:aws:states:eu-west-1:111122223333:execution:failover-storefront:execution-2";

/** What the handler answers to an execution's input, and the decision record it leaves. */
async function handled(input: unknown, prepare: (aws: FakeAws) => void = () => {}): Promise<Answered> {
  const aws = new FakeAws();
  for (const observation of observe(plan, isoInstant(aws.clock.now()), regionDown(plan, suspect))) {
    aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation });
  }
  prepare(aws);
  const handler = createHandler(aws.dependencies(plan, self));
  const answer = (await aws.finish(handler({ execution, input }, invocation))) as never as {
    readonly decision: string;
    readonly run: unknown;
  };
  const record = aws.rows(plan.recordsTable, `decisions#${plan.application}`)[0] as never as {
    readonly detail: { readonly reason: NoReason };
  };
  expect(answer.run).toBeNull();
  return { kind: answer.decision, reason: record.detail.reason };
}

type Answered = { readonly kind: string; readonly reason?: NoReason };
type Case = readonly [string, "observed" | "stoodDown" | "refused", () => Decision | Promise<Answered>];

/** At least one way to each reason. A reason without an entry does not compile. */
const everyNo: Record<NoReason, readonly [Case, ...Case[]]> = {
  silencedEvent: [
    ["FM10: a muted alarm", "stoodDown", () => decided({ signal: { ...alarm, silenced: "muted" } })],
    ["FM10: a suppressed alarm", "stoodDown", () => decided({ signal: { ...alarm, silenced: "suppressed" } })],
    ["FM10: a replayed request", "stoodDown", () => decided({ signal: { ...request, silenced: "replayed" } })],
    ["FM10: a replayed AWS Health event", "stoodDown", () => decided({ signal: { ...health, silenced: "replayed" } })],
  ],
  staleEvent: [
    ["FM2: an alarm beyond the maximum age", "stoodDown", () => decided({ signal: { ...alarm, at: now - 300_001 } })],
    [
      "FM2: a request that lay in a queue",
      "stoodDown",
      () => decided({ signal: { ...request, at: now - 86_400_000 } }),
    ],
  ],
  recoveryEvent: [
    ["FM3: an alarm back to OK", "stoodDown", () => decided({ signal: { ...alarm, state: "OK" } })],
    ["AWS Health closed", "stoodDown", () => decided({ signal: { ...health, state: "closed" } })],
    ["AWS Health upcoming", "stoodDown", () => decided({ signal: { ...health, state: "upcoming" } })],
  ],
  unrelatedEvent: [
    [
      "a request for another application",
      "stoodDown",
      () =>
        handled({
          source: "region-failover",
          "detail-type": "Failover Requested",
          time: instant,
          region: self,
          account: "111122223333",
          detail: { application: "orders", region: suspect, reason: "r", by: "b" },
        }),
    ],
    [
      "FM58: a request of another account",
      "stoodDown",
      () =>
        handled({
          source: "region-failover",
          "detail-type": "Failover Requested",
          time: instant,
          region: self,
          account: "999999999999",
          detail: { application: plan.application, region: suspect, reason: "r", by: "b" },
        }),
    ],
  ],
  invalidInput: [["FM6: an empty input", "refused", () => handled({})]],
  observerIsSuspect: [
    ["FM14: the Region's own controller", "stoodDown", () => decided({ self: suspect })],
    ["FM14: even when a person asks", "stoodDown", () => decided({ self: suspect, signal: request })],
    [
      "a takeover by the Region that failed",
      "stoodDown",
      () => {
        const item = openItem(plan, now - 600_000);
        return decided({ self: suspect, item, signal: takeoverOf(item) });
      },
    ],
    ["a retry by the Region that failed", "stoodDown", () => decided({ self: suspect, item: degraded, signal: retry })],
  ],
  incidentInProgress: [
    ["FM1: a duplicate event", "stoodDown", () => decided({ item: openItem(plan, now), signal: alarm })],
    [
      "FM27: a person during a running failover",
      "stoodDown",
      () => decided({ item: openItem(plan, now), signal: request }),
    ],
    ["a retry during a running failover", "stoodDown", () => decided({ item: openItem(plan, now), signal: retry })],
  ],
  otherIncidentInProgress: [
    [
      "one incident at a time",
      "stoodDown",
      () => {
        const item = openItem(plan, now, { failedRegion: "ap-southeast-1", survivors: [self] });
        return decided({ item });
      },
    ],
  ],
  nothingToTakeOver: [
    [
      "its holder lives",
      "stoodDown",
      () => decided({ item: openItem(plan, now), signal: takeoverOf(openItem(plan, now)) }),
    ],
    ["it ended meanwhile", "stoodDown", () => decided({ signal: takeoverOf(openItem(plan, now)) })],
    [
      "FM23: somebody else took it over",
      "stoodDown",
      () => {
        const item = openItem(plan, now - 600_000);
        return decided({ item: { ...item, epoch: 2 }, signal: takeoverOf(item) });
      },
    ],
  ],
  takeoversExhausted: [
    ["FM23: a run that never ends, to the watch", "refused", () => decided({ item: takenOverOften() })],
    ["and to an alarm", "refused", () => decided({ item: takenOverOften(), signal: alarm })],
    [
      "and to an execution that was started to take it over",
      "refused",
      () => decided({ item: takenOverOften(), signal: takeoverOf(takenOverOften()) }),
    ],
    [
      "and whichever Region it is about",
      "refused",
      () => decided({ item: takenOverOften(), signal: { ...watch, region: "ap-southeast-1" } }),
    ],
  ],
  nothingToRetry: [
    ["an incident nobody knows", "refused", () => decided({ signal: retry })],
    [
      "a run that recovered",
      "refused",
      () => decided({ item: { ...degraded, completed: [completed()] }, signal: retry }),
    ],
    [
      "a Region that has changed hands since",
      "refused",
      () => decided({ item: standing({ [suspect]: "inService" }, degraded), signal: retry }),
    ],
  ],
  notInService: [
    ["evacuated already", "stoodDown", () => decided({ item: standing({ [suspect]: "evacuated" }) })],
    ["on its way back", "stoodDown", () => decided({ item: standing({ [suspect]: "returning" }), signal: request })],
  ],
  lastRegion: [
    [
      "FM21: automation",
      "refused",
      () => decided({ item: standing({ "eu-west-1": "evacuated", "ap-southeast-1": "evacuated" }) }),
    ],
    [
      "FM21: whoever asks",
      "refused",
      () => decided({ item: standing({ "eu-west-1": "evacuated", "ap-southeast-1": "returning" }), signal: request }),
    ],
  ],
  noHealthySurvivor: [
    [
      "FM20: whoever asks, when a quorum sees every Region failing",
      "refused",
      () => decided({ signal: request, voices: everythingFails }),
    ],
    [
      "FM20: automation, with a quorum seeing the only other Region in service fail",
      "refused",
      () =>
        decided({
          item: standing({ "ap-southeast-1": "evacuated" }),
          voices: {
            ...regionDown(plan, suspect),
            "ap-southeast-1": { words: { [suspect]: failing(120), "eu-west-1": failing(20) } },
            "us-west-2": { words: { [suspect]: failing(120), "eu-west-1": failing(20) } },
          },
        }),
    ],
    [
      "FM20: one vantage sees the only other Region fail, and it gives no sign of life",
      "refused",
      () =>
        decided({
          item: standing({ "eu-west-1": "evacuated" }),
          voices: {
            ...regionDown(plan, suspect),
            "ap-southeast-1": { age: 46 },
            "us-west-2": { words: { [suspect]: failing(120), "ap-southeast-1": failing(20) } },
          },
        }),
    ],
    ["a retry with nowhere to go", "refused", () => decided({ item: degraded, signal: retry, voices: othersFail })],
  ],
  serving: [["FM2: an alarm about a Region that serves", "stoodDown", () => decided({ voices: {}, signal: alarm })]],
  unknownEvidence: [
    [
      "FM7: nobody can be heard",
      "stoodDown",
      () =>
        decided({ voices: Object.fromEntries([...regions, "us-west-2"].map((vantage) => [vantage, { age: null }])) }),
    ],
  ],
  unconfirmed: [["FM17: a blip", "stoodDown", () => decided({ voices: regionDown(plan, suspect, 43), signal: alarm })]],
  flapping: [
    [
      "FM11: it fails and passes by turns",
      "stoodDown",
      () =>
        decided({
          voices: Object.fromEntries(
            ["eu-west-1", "ap-southeast-1", "us-west-2"].map((vantage) => [
              vantage,
              { words: { [suspect]: { ...failing(10), changesAgo: [10, 50, 90, 130] } } },
            ]),
          ),
        }),
    ],
  ],
  disputed: [
    [
      "FM18: somebody still sees it, for a short time",
      "stoodDown",
      () =>
        decided({
          voices: { ...regionDown(plan, suspect), "us-west-2": { words: { [suspect]: passing(900) } } },
        }),
    ],
  ],
  everythingFailing: [["FM13: all Regions look bad at once", "stoodDown", () => decided({ voices: everythingFails })]],
  observerIsolated: [
    [
      "FM14: the observer hears nobody",
      "stoodDown",
      () =>
        decided({
          voices: { ...regionDown(plan, suspect), [self]: { words: { [suspect]: failing(300) }, hears: {} } },
        }),
    ],
  ],
  paused: [
    ["FM28: automation is paused", "stoodDown", () => decided({ item: paused })],
    [
      "FM28: a run of automation has lost its holder meanwhile",
      "stoodDown",
      () => decided({ item: { ...openItem(plan, now - 600_000), pause: paused.pause } }),
    ],
  ],
  cooldown: [
    ["FM11: after a completed run", "stoodDown", () => decided({ item: { ...fresh, completed: [completed()] } })],
    [
      "FM11: a person's run counts as well",
      "stoodDown",
      () => decided({ item: { ...fresh, completed: [completed({ by: "person" })] } }),
    ],
  ],
  dailyLimit: [
    [
      "FM11: as many automatic runs as the plan allows in a day",
      "stoodDown",
      () =>
        decided({
          item: {
            ...fresh,
            completed: [3_600, 7_200, 86_399].map((seconds) => completed({ endedAt: ago(seconds) })),
          },
        }),
    ],
  ],
  overloadSuspected: [
    [
      "FM52: it lives, fails its customers, and carries those of a Region that is out",
      "stoodDown",
      () =>
        decided({
          item: standing({ "ap-southeast-1": "evacuated" }),
          voices: { ...regionDown(plan, suspect), [suspect]: { age: 5 } },
        }),
    ],
    [
      "FM52: the other Region is down and still in the book",
      "stoodDown",
      () =>
        decided({
          signal: { kind: "watch", region: "ap-southeast-1", source: `watch in ${self}` },
          voices: Object.fromEntries(
            vantagesOf(plan).map((name) => [
              name,
              name === suspect
                ? { age: 120 }
                : {
                    words: {
                      [suspect]: failing(120),
                      ...(name === "ap-southeast-1" ? {} : { "ap-southeast-1": failing(120) }),
                    },
                  },
            ]),
          ),
        }),
    ],
    [
      "FM52: nor is a person asked about it when somebody still sees it",
      "stoodDown",
      () =>
        decided({
          item: standing({ "ap-southeast-1": "evacuating" }),
          voices: { ...regionDown(plan, suspect, 300), "us-west-2": { words: { [suspect]: passing(900) } } },
        }),
    ],
  ],
  planObserves: [
    ["the plan only observes", "observed", () => decided({ plan: observing })],
    [
      "and so leaves a run of automation that has lost its holder as it is",
      "observed",
      () => decided({ plan: observing, item: openItem(plan, now - 600_000) }),
    ],
  ],
  leaseStoreUnreachable: [
    [
      "FM26: no replica of the coordination table answers",
      "stoodDown",
      () =>
        handled({ region: suspect, reason: "it is down" }, (aws) => {
          aws.before = ({ input }) => {
            if (input.TableName === plan.coordination.table) throw noAnswer();
          };
        }),
    ],
  ],
  leaseRaceLost: [
    [
      "FM29: between deciding and taking over, the clock was set back and the lease counts again",
      "stoodDown",
      () => {
        const item = openItem(plan, Date.parse(instant) - 60_000);
        return handled(takeoverInput(item), (aws) => {
          aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
          // The fourth look after the table's answer is the one with which the lease is taken.
          let looks = 0;
          const read = aws.clock.now.bind(aws.clock);
          aws.clock.now = () => {
            if (!aws.made("GetItem").length || aws.made("PutItem").length) return read();
            return ++looks === 4 ? read() - 10_000 : read();
          };
        });
      },
    ],
  ],
};

function takeoverInput({ incident, epoch }: CoordinationItem): object {
  return { takeover: { incident: incident?.id, epoch, from: self } };
}

describe.each(Object.entries(everyNo))("no, because: %s", (reason, cases) => {
  it.each(cases)("%s", async (_name, kind, decision) => {
    expect(await decision()).toMatchObject({ kind, reason });
  });
});

describe("to act", () => {
  it("FM4: the watch alone suffices, and says why", () => {
    expect(decided()).toEqual({
      kind: "act",
      incident: {
        id: null,
        failedRegion: suspect,
        cause: "down",
        failingSince: ago(120),
        openedAt: instant,
        survivors: ["eu-west-1", "ap-southeast-1"],
        branches: ["traffic", "capacity", "database", "tables"],
        question: null,
        stage: "underWay",
        authority: "automation",
        startedBy: "watch in eu-west-1",
        reason: "us-east-1 is down",
        takeovers: 0,
        paged: [],
      },
      warnings: [],
      explanation: "us-east-1 is down; survivors eu-west-1, ap-southeast-1",
    });
  });

  it.each<[string, Signal]>([
    ["an alarm", alarm],
    ["FM2: an alarm of exactly the maximum age", { ...alarm, at: now - 300_000 }],
    ["FM7: an alarm with insufficient data is still a reason to look", { ...alarm, state: "INSUFFICIENT_DATA" }],
    ["AWS Health", health],
  ])("%s: the evidence decides", (_name, signal) => {
    expect(decided({ signal })).toMatchObject({ kind: "act", incident: { authority: "automation" } });
    expect(decided({ signal, voices: {} }).kind).toBe("stoodDown");
  });

  const states = ["ALARM", "OK", "INSUFFICIENT_DATA"] as const;

  it.each(states)("FM8: %s alone moves nothing while the Region serves", (state) => {
    expect(decided({ signal: { ...alarm, state }, voices: {} }).kind).toBe("stoodDown");
  });

  it("FM8: what the watch decides is the same, whatever an alarm said before", () => {
    // No alarm is part of the evidence: the decision has nowhere to look one up.
    const without = decided();
    const afterAlarms = states.map((state) => {
      decided({ signal: { ...alarm, state } });
      return decided();
    });

    expect(without.kind).toBe("act");
    expect(afterAlarms).toEqual([without, without, without]);
  });

  it("FM16: a gray Region is evacuated as such", () => {
    const voices = { ...regionDown(plan, suspect), [suspect]: { age: 5 } };

    expect(decided({ voices })).toMatchObject({ kind: "act", incident: { cause: "gray" } });
  });

  it("FM18: after a bounded wait a dispute is put to a person, also where all is automatic", () => {
    const voices = { ...regionDown(plan, suspect, 300), "us-west-2": { words: { [suspect]: passing(900) } } };

    expect(decided({ voices })).toMatchObject({
      kind: "act",
      incident: { cause: "requested", question: expect.stringMatching(/some do not/) },
    });
  });

  it("asks first where the plan says so", () => {
    const asking = examplePlan("storefront", { "automation.traffic": "approve", "automation.database": "approve" });

    expect(decided({ plan: asking })).toMatchObject({
      kind: "act",
      incident: { question: "us-east-1 is down. Evacuate it to eu-west-1, ap-southeast-1?" },
    });
    expect(decided({ plan: asking, signal: request })).toMatchObject({ kind: "act", incident: { question: null } });
  });

  it("only the branches that have something to do", () => {
    const stateless = examplePlan("stateless");
    const decision = decide({
      plan: stateless,
      signal: { ...watch, region: "us-west-2" },
      evidence: evidenceFrom(stateless, "eu-central-1", instant, regionDown(stateless, "us-west-2")),
      item: initialItem(
        "stateless",
        stateless.regions.map(({ name }) => name),
        now,
      ),
      self: "eu-central-1",
      now,
    });

    expect(decision).toMatchObject({ kind: "act", incident: { branches: ["traffic", "capacity"] } });
  });

  it("a Region whose evacuation never ended is evacuated again", () => {
    expect(decided({ item: standing({ [suspect]: "evacuating" }) }).kind).toBe("act");
  });
});

describe("FM52: while another Region is out of service", () => {
  const item = standing({ "ap-southeast-1": "evacuated" });
  const gray = { ...regionDown(plan, suspect), [suspect]: { age: 5 } };

  it("one that gives no sign of life is evacuated", () => {
    expect(decided({ item })).toMatchObject({ kind: "act", incident: { survivors: ["eu-west-1"] } });
  });

  it("one that lives is evacuated when a person says so", () => {
    expect(decided({ item, voices: gray, signal: request }).kind).toBe("act");
  });

  it("its own unfinished evacuation does not count as another's", () => {
    expect(decided({ item: standing({ [suspect]: "evacuating" }), voices: gray }).kind).toBe("act");
  });
});

describe("FM20: who takes over", () => {
  it.each<[string, Record<string, Voice>, readonly string[]]>([
    ["the larger share of demand first", {}, ["eu-west-1", "ap-southeast-1"]],
    [
      "a steady Region before one that has just come back",
      {
        "us-west-2": { words: { [suspect]: failing(120), "eu-west-1": { ...passing(60), changesAgo: [60] } } },
      },
      ["ap-southeast-1", "eu-west-1"],
    ],
    [
      "last a Region that lives and falters: it must be grown, not given up",
      { "us-west-2": { words: { [suspect]: failing(120), "eu-west-1": failing(10) } } },
      ["ap-southeast-1", "eu-west-1"],
    ],
    [
      "not a Region that falters and gives no sign of life",
      {
        "us-west-2": { words: { [suspect]: failing(120), "ap-southeast-1": failing(10) } },
        "ap-southeast-1": { age: 46 },
      },
      ["eu-west-1"],
    ],
    [
      "not a Region that is confirmed to fail as well",
      {
        "us-west-2": { words: { [suspect]: failing(120), "ap-southeast-1": failing(90) } },
        "eu-west-1": { words: { [suspect]: failing(120), "ap-southeast-1": failing(90) } },
      },
      ["eu-west-1"],
    ],
    [
      "not a Region of which nobody knows anything",
      {
        "us-west-2": { words: { [suspect]: failing(120), "ap-southeast-1": { vote: "unknown", forSeconds: 10 } } },
        "eu-west-1": { words: { [suspect]: failing(120), "ap-southeast-1": { vote: "unknown", forSeconds: 10 } } },
        "ap-southeast-1": { age: 46 },
      },
      ["eu-west-1"],
    ],
  ])("%s", (_name, voices, survivors) => {
    const decision = decided({ voices: { ...regionDown(plan, suspect), ...voices } });

    expect(decision).toMatchObject({ kind: "act", incident: { survivors } });
  });

  it("nobody that is not in service", () => {
    const item = standing({ "eu-west-1": "returning" });

    expect(decided({ item })).toMatchObject({ kind: "act", incident: { survivors: ["ap-southeast-1"] } });
  });
});

describe("FM27: a person outranks", () => {
  it.each<[string, Partial<DecisionInput> & { readonly voices?: Record<string, Voice> }]>([
    ["evidence that the Region serves", { voices: {} }],
    ["a cooldown", { item: { ...fresh, completed: [completed()] } }],
    ["the daily limit", { item: { ...fresh, completed: [1, 2, 3].map((each) => completed({ endedAt: ago(each) })) } }],
    ["a plan that only observes", { plan: observing }],
  ])("%s", (_name, changes) => {
    expect(decided({ ...changes, signal: request })).toMatchObject({
      kind: "act",
      warnings: [],
      incident: { authority: "person", startedBy: "ada", reason: "the status page says so", question: null },
    });
  });

  it("a pause, and is told of it", () => {
    expect(decided({ item: paused, signal: request })).toMatchObject({
      kind: "act",
      warnings: [expect.stringMatching(/ada paused automation \(migration\)/)],
    });
  });

  it.each([
    ["what the evidence says, for the record", regionDown(plan, suspect), "down", ago(120)],
    ["nothing that speaks for it", {}, "requested", instant],
  ])("the incident's cause is %s", (_name, voices, cause, failingSince) => {
    expect(decided({ voices, signal: request })).toMatchObject({ incident: { cause, failingSince } });
  });
});

describe("FM21: the last Region in service", () => {
  it("is not evacuated at anybody's request, even where others are seen to serve", () => {
    const item = standing({ "eu-west-1": "evacuated", "ap-southeast-1": "evacuated" });

    expect(decided({ item, signal: request })).toMatchObject({ kind: "refused", reason: "lastRegion" });
  });
});

describe("FM28: a forgotten pause", () => {
  it("holds nobody back once it has ended, and is mentioned", () => {
    const item = { ...fresh, pause: { until: ago(1), by: "ada", reason: "migration" } };

    expect(decided({ item })).toMatchObject({
      kind: "act",
      warnings: [`The pause by ada (migration) ended at ${describeInstant(ago(1))} and holds nobody back`],
    });
  });
});

describe("FM12: only finished runs start a cooldown", () => {
  it("a run that was begun by a controller that died with its Region is taken over", () => {
    // The run evacuates us-east-1 from eu-west-1, and then eu-west-1 itself goes down.
    const item = openItem(plan, now);
    const voices = regionDown(plan, "eu-west-1");

    expect(decided({ item, voices, self: "ap-southeast-1", signal: alarm })).toMatchObject({
      kind: "takeOver",
      incident: item.incident?.id,
      epoch: 1,
      grounds: { kind: "holderDown" },
    });
  });

  it.each([
    ["just within", 1_799, "stoodDown"],
    ["just past", 1_800, "act"],
  ])("the cooldown counts from the end of the run: %s", (_name, seconds, kind) => {
    expect(decided({ item: { ...fresh, completed: [completed({ endedAt: ago(seconds) })] } }).kind).toBe(kind);
  });

  it("another Region's run does not hold this one back", () => {
    expect(decided({ item: { ...fresh, completed: [completed({ region: "ap-southeast-1" })] } }).kind).toBe("act");
  });

  it("runs of people do not use up the automatic runs of the day", () => {
    const item = {
      ...fresh,
      completed: [3_600, 7_200, 9_000].map((seconds) => completed({ endedAt: ago(seconds), by: "person" })),
    };

    expect(decided({ item }).kind).toBe("act");
  });
});
