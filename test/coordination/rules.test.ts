import fc from "fast-check";
import type { CoordinationItem, Incident, Run } from "../../functions/coordination/item.ts";
import {
  activePause,
  approveIncident,
  areTakeoversExhausted,
  closeIncident,
  completedRunsKept,
  incidentName,
  initialItem,
  maximumTakeovers,
  notePromotionAsked,
  openIncident,
  pause,
  regionsInService,
  regionsKeptOut,
  renewLease,
  runOf,
  setLeaseEnd,
  type Transition,
  takeOverIncident,
  underPlan,
  whyLost,
  withdrawQuestion,
} from "../../functions/coordination/rules.ts";
import { coordinationItemSchema, runSchema } from "../../functions/coordination/schema.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const names = plan.regions.map(({ name }) => name);
const now = Date.parse("2026-03-14T09:05:00.000Z");
const leaseSeconds = 60;
const holder = { region: "eu-west-1", execution: "execution-1" };
const rival = { region: "ap-southeast-1", execution: "execution-2" };
const fresh = initialItem("storefront", names, now);
const open = openItem(plan, now);
const run = runIn(open);
const later = (seconds: number) => now + seconds * 1_000;

function itemAfter(transition: Transition): CoordinationItem {
  if (transition.kind === "refused") throw new Error(transition.reason);
  return transition.item;
}

function takeOver(item: CoordinationItem, changes: Partial<Parameters<typeof takeOverIncident>[1]> = {}): Transition {
  return takeOverIncident(item, {
    incident: run.incident,
    epoch: 1,
    holder: rival,
    grounds: { kind: "leaseExpired" },
    survivors: ["eu-west-1", "ap-southeast-1"],
    authority: "automation",
    question: null,
    now: later(60),
    leaseSeconds,
    ...changes,
  });
}

function close(item: CoordinationItem, by: Run = run): Transition {
  return closeIncident(item, { run: by, outcome: "recovered", regionState: "evacuated", now: later(600) });
}

describe("a plan that has gained a Region since the item was written", () => {
  const { "ap-southeast-1": _gained, ...two } = fresh.regions;

  it("counts it as in service", () => {
    const item = underPlan({ ...fresh, version: 4, regions: two }, names, later(5));

    expect(regionsInService(item)).toEqual(names);
    expect(item.regions["ap-southeast-1"]).toEqual({ state: "inService", since: isoInstant(later(5)), incident: null });
    expect(item.version).toBe(4);
  });

  it("keeps what is known of the others, and of one that the plan has lost", () => {
    const evacuated = { state: "evacuated", since: isoInstant(now), incident: "x" } as const;
    const regions = { ...two, "us-east-1": evacuated, "sa-east-1": evacuated };

    expect(underPlan({ ...fresh, regions }, names, later(5)).regions).toMatchObject({
      "us-east-1": evacuated,
      "sa-east-1": evacuated,
    });
    expect(underPlan(fresh, names, later(5))).toBe(fresh);
  });
});

describe("regionsKeptOut", () => {
  const degradedOne = itemAfter(
    closeIncident(open, { run, outcome: "degraded", regionState: "evacuating", now: later(600) }),
  );

  it("FM54: holds a Region whose evacuation ended degraded, too", () => {
    expect(regionsKeptOut(degradedOne)).toEqual(["us-east-1"]);
  });

  it("not one that is being evacuated now, nor one about which a person said no", () => {
    const asked = { ...open, incident: { ...(open.incident as Incident), question: "Evacuate us-east-1?" } };
    const declined = itemAfter(
      closeIncident(asked, { run, outcome: "degraded", regionState: "evacuating", now: later(600) }),
    );

    expect(regionsKeptOut(open)).toEqual([]);
    expect(regionsKeptOut(declined)).toEqual([]);
  });
});

describe("a takeover", () => {
  it("by a person has a person's authority", () => {
    expect(runOf(itemAfter(takeOver(open, { authority: "person" })))?.authority).toBe("person");
    expect(runOf(itemAfter(takeOver(open)))?.authority).toBe("automation");
  });

  it("FM18: of a settled dispute needs no answer any more", () => {
    const asking = openItem(plan, now, { stage: "asking", cause: "requested", question: "Evacuate us-east-1?" });
    const settled = { now: later(5), grounds: { kind: "disputeSettled", cause: "down" } } as const;

    expect(itemAfter(takeOver(asking, settled))).toMatchObject({
      epoch: 2,
      incident: { question: null, stage: "underWay", cause: "down" },
    });
    expect(takeOver(open, settled)).toMatchObject({ kind: "refused" });
  });
});

describe("a question that nobody need answer", () => {
  const asking = openItem(plan, now, { stage: "asking", question: "Evacuate us-east-1?" });
  const gone = { now: later(5), grounds: { kind: "groundGone", because: "it serves" } } as const;
  const back = { now: later(5), grounds: { kind: "primaryBack" } } as const;
  const asked = itemAfter(notePromotionAsked(open, { run, since: isoInstant(now) }));

  it("FM69: is taken over from a holder that waits, with the reason why it is closed", () => {
    expect(itemAfter(takeOver(asking, gone))).toMatchObject({
      epoch: 2,
      lease: rival,
      incident: { question: "Evacuate us-east-1?", stage: "asking", withdrawn: "it serves" },
    });
  });

  it("FM69: is left alone once it has been answered", () => {
    expect(takeOver(open, gone)).toMatchObject({ kind: "refused" });
    expect(takeOver(itemAfter(notePromotionAsked(asked, { run, since: null })), back)).toMatchObject({
      kind: "refused",
    });
  });

  it("is not closed by whoever takes the run over for another reason", () => {
    const closing = itemAfter(takeOver(asking, gone));
    const again = itemAfter(takeOver(closing, { epoch: 2, holder, authority: "person", now: later(90) }));

    expect(again.incident).not.toHaveProperty("withdrawn");
  });

  it("FM69: about the database is none any more for whoever looks anew", () => {
    expect(asked.incident?.promotionAskedAt).toBe(isoInstant(now));
    expect(itemAfter(takeOver(asked, back)).incident).not.toHaveProperty("promotionAskedAt");
  });

  it("keeps what it is about, and since when it is put, through the table", () => {
    const about = itemAfter(takeOver(open, { question: "It serves again. Evacuate it all the same?", now: later(60) }));

    expect(about.incident?.asks).toEqual({ about: "serving", since: isoInstant(later(60)) });
    expect(coordinationItemSchema.parse(about)).toEqual(about);
    expect(coordinationItemSchema.parse(asked)).toEqual(asked);
    const withdrawn = itemAfter(withdrawQuestion(asking, { run: runIn(asking), because: "it serves" }));
    expect(coordinationItemSchema.parse(withdrawn)).toEqual(withdrawn);
  });

  it("FM24: is neither withdrawn nor noted by whoever was taken over", () => {
    const later = { ...asking, epoch: 2 };

    expect(withdrawQuestion(later, { run: runIn(asking), because: "it serves" })).toMatchObject({ kind: "refused" });
    expect(notePromotionAsked(later, { run: runIn(asking), since: null })).toMatchObject({ kind: "refused" });
  });
});

describe("openIncident", () => {
  it("takes the lease under the next epoch and marks the Region", () => {
    expect(itemAfter(openIncident(fresh, { incident: incidentOf(plan), holder, now, leaseSeconds }))).toEqual({
      ...fresh,
      epoch: 1,
      lease: { ...holder, expiresAt: isoInstant(later(60)) },
      incident: { ...incidentOf(plan), id: "storefront-us-east-1-e1" },
      regions: {
        ...fresh.regions,
        "us-east-1": { state: "evacuating", since: isoInstant(now), incident: "storefront-us-east-1-e1" },
      },
    });
  });

  it("FM1: is refused to anybody else while an incident is in progress", () => {
    expect(openIncident(open, { incident: incidentOf(plan), holder: rival, now, leaseSeconds })).toEqual({
      kind: "refused",
      reason: "incident storefront-us-east-1-e1 is in progress",
    });
  });

  it("FM31: finds its own lease when its first answer was lost", () => {
    expect(openIncident(open, { incident: incidentOf(plan), holder, now, leaseSeconds })).toEqual({
      kind: "changed",
      item: open,
    });
  });

  it("keeps the incident of a retry, under a new epoch", () => {
    const incident = { ...incidentOf(plan), id: run.incident };
    const again = itemAfter(
      openIncident(itemAfter(close(open)), { incident, holder: rival, now: later(900), leaseSeconds }),
    );

    expect(again).toMatchObject({ epoch: 2, incident: { id: run.incident }, lease: rival });
  });
});

describe("takeOverIncident", () => {
  it("FM23: raises the epoch once the lease has expired", () => {
    expect(itemAfter(takeOver(open))).toEqual({
      ...open,
      epoch: 2,
      lease: { ...rival, expiresAt: isoInstant(later(120)) },
      incident: { ...open.incident, takeovers: 1 },
    });
  });

  it("asks what the one who takes over wants asked, else what was to be asked before", () => {
    const asking = openItem(plan, now, { question: "Evacuate?" });

    expect(itemAfter(takeOver(asking)).incident?.question).toBe("Evacuate?");
    expect(itemAfter(takeOver(asking, { question: "All the same?" })).incident?.question).toBe("All the same?");
  });

  /** Takes over `count` times in a row, each time after the lease has run out. */
  function taken(count: number, by: readonly ("automation" | "person")[]): CoordinationItem {
    let item = open;
    for (let each = 0; each < count; each++) {
      const transition = takeOver(item, {
        epoch: item.epoch,
        holder: { region: "eu-west-1", execution: `execution-${each + 2}` },
        authority: by[each % by.length] ?? "automation",
        now: later((each + 1) * 3_600),
      });
      if (transition.kind === "refused") return item;
      item = transition.item;
    }
    return item;
  }

  it.each([
    [4, false],
    [5, true],
    [6, true],
    [50, true],
  ])("FM23: after %i tries of automation, whether it is left to people: %s", (tries, left) => {
    const item = taken(tries, ["automation"]);

    expect(areTakeoversExhausted(item.incident as Incident)).toBe(left);
    expect(item.epoch).toBe(1 + Math.min(tries, maximumTakeovers));
  });

  it("FM23, FM27: what automation has given up on, a person may take over, and the count begins anew", () => {
    const givenUp = taken(50, ["automation"]);
    const late = { epoch: givenUp.epoch, now: later(1_000_000), holder: rival };

    expect(takeOver(givenUp, late)).toEqual({ kind: "refused", reason: expect.stringMatching(/5 times.*people/) });
    const byPerson = itemAfter(takeOver(givenUp, { ...late, authority: "person" }));
    expect(byPerson).toMatchObject({ epoch: givenUp.epoch + 1, incident: { takeovers: 0 } });
    expect(areTakeoversExhausted(byPerson.incident as Incident)).toBe(false);
  });

  it("FM23: whoever tries in whatever order, automation takes over at most five times in a row", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("automation" as const, "person" as const), { maxLength: 30 }), (tries) => {
        let item = open;
        let inARow = 0;
        for (const [index, authority] of tries.entries()) {
          const transition = takeOver(item, {
            epoch: item.epoch,
            holder: { region: "eu-west-1", execution: `execution-${index + 2}` },
            authority,
            now: later((index + 1) * 3_600),
          });
          if (authority === "person") {
            expect(transition.kind).toBe("changed");
            inARow = 0;
          } else if (transition.kind === "changed") {
            inARow++;
          } else {
            expect(inARow).toBe(maximumTakeovers);
          }
          if (transition.kind === "changed") item = transition.item;
          expect(inARow).toBeLessThanOrEqual(maximumTakeovers);
          expect(item.incident?.takeovers).toBe(inARow);
        }
      }),
    );
  });

  it("FM22: or at once when the holder's Region is down", () => {
    expect(itemAfter(takeOver(open, { now, grounds: { kind: "holderDown" } })).epoch).toBe(2);
  });

  it.each<[string, CoordinationItem, Partial<Parameters<typeof takeOverIncident>[1]>, RegExp]>([
    ["the lease still holds", open, { now: later(59) }, /eu-west-1 has a lease until/],
    [
      "FM23: another was faster",
      itemAfter(takeOver(open)),
      { holder: { region: "eu-west-1", execution: "x" } },
      /epoch is 2, not 1/,
    ],
    ["it has ended", itemAfter(close(open)), {}, /is not in progress/],
    ["it is another incident", open, { incident: "storefront-eu-west-1-e1" }, /is not in progress/],
  ])("is refused when %s", (_name, item, changes, reason) => {
    expect(takeOver(item, changes)).toEqual({ kind: "refused", reason: expect.stringMatching(reason) });
  });

  it("FM31: finds its own lease when its first answer was lost, whatever the epoch it saw", () => {
    const taken = itemAfter(takeOver(open));

    expect(takeOver(taken)).toEqual({ kind: "changed", item: taken });
  });

  it("FM22, FM46: goes on with the survivors of now; whoever acts need not be one of them", () => {
    expect(itemAfter(takeOver(open, { survivors: ["ap-southeast-1"] })).incident?.survivors).toEqual([
      "ap-southeast-1",
    ]);
    expect(itemAfter(takeOver(open, { survivors: ["eu-west-1"] })).incident?.survivors).toEqual(["eu-west-1"]);
  });
});

describe("the lease", () => {
  it("is extended by a renewal", () => {
    expect(itemAfter(renewLease(open, { run, now: later(30), leaseSeconds })).lease?.expiresAt).toBe(
      isoInstant(later(90)),
    );
  });

  it("is never shortened by one: another branch may be waiting for a person", () => {
    const long = itemAfter(setLeaseEnd(open, { run, until: isoInstant(later(1_800)) }));

    expect(itemAfter(renewLease(long, { run, now: later(30), leaseSeconds })).lease?.expiresAt).toBe(
      isoInstant(later(1_800)),
    );
    expect(itemAfter(setLeaseEnd(long, { run, until: isoInstant(later(60)) })).lease?.expiresAt).toBe(
      isoInstant(later(60)),
    );
  });

  it("is renewed by its holder even when it has expired: nobody has taken it", () => {
    expect(renewLease(open, { run, now: later(3_600), leaseSeconds }).kind).toBe("changed");
  });

  const taken = itemAfter(takeOver(open));
  it.each<[string, CoordinationItem, Run, RegExp]>([
    ["FM24: a newer epoch", taken, run, /the epoch is 2, this run's is 1/],
    ["an older epoch", open, { ...run, epoch: 2 }, /the epoch is 1, this run's is 2/],
    ["a closed run", itemAfter(close(open)), run, /the lease was released/],
    ["another execution", open, { ...run, execution: "execution-9" }, /held by execution-1/],
    ["another incident", open, { ...run, incident: "storefront-eu-west-1-e1" }, /is not in progress/],
  ])("FM24: is lost to %s, for renewing and for closing alike", (_name, item, by, reason) => {
    const refused = { kind: "refused", reason: expect.stringMatching(reason) };

    expect(whyLost(item, by)).toMatch(reason);
    expect(renewLease(item, { run: by, now: later(70), leaseSeconds })).toEqual(refused);
    expect(setLeaseEnd(item, { run: by, until: isoInstant(later(70)) })).toEqual(refused);
    expect(close(item, by)).toEqual(refused);
  });
});

describe("approveIncident", () => {
  const asking = openItem(plan, now, { question: "Evacuate?", stage: "asking" });

  it("answers the question, so that nobody asks it again, and lets the run begin", () => {
    const approved = itemAfter(approveIncident(asking, runIn(asking)));

    expect(approved).toEqual({ ...asking, incident: { ...asking.incident, question: null, stage: "underWay" } });
    expect(itemAfter(approveIncident(approved, runIn(approved)))).toEqual(approved);
  });

  it("FM24: is refused to whoever was taken over", () => {
    expect(approveIncident({ ...asking, epoch: 2 }, runIn(asking))).toMatchObject({ kind: "refused" });
  });
});

describe("closeIncident", () => {
  it("releases the lease, writes the Region's state and remembers the run with its record", () => {
    expect(itemAfter(close(open))).toEqual({
      ...open,
      lease: null,
      incident: null,
      regions: {
        ...open.regions,
        "us-east-1": { state: "evacuated", since: isoInstant(later(600)), incident: run.incident },
      },
      completed: [
        {
          incident: run.incident,
          region: "us-east-1",
          outcome: "recovered",
          endedAt: isoInstant(later(600)),
          record: open.incident,
        },
      ],
    });
  });

  it("remembers ten runs, the newest first", () => {
    let item = fresh;
    for (let each = 1; each <= 12; each++) {
      item = itemAfter(openIncident(item, { incident: incidentOf(plan), holder, now, leaseSeconds }));
      item = itemAfter(close(item, runIn(item)));
    }

    expect(item.completed.map(({ incident }) => incident)).toEqual(
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((epoch) => incidentName("storefront", "us-east-1", epoch)),
    );
  });

  it("runs of people push none of automation's out of what is remembered", () => {
    let item = fresh;
    for (const authority of [...Array(10).fill("automation"), ...Array(12).fill("person")] as const) {
      item = itemAfter(openIncident(item, { incident: incidentOf(plan, { authority }), holder, now, leaseSeconds }));
      item = itemAfter(close(item, runIn(item)));
    }

    const by = (authority: string) => item.completed.filter(({ record }) => record.authority === authority);
    expect(by("automation").map(({ incident }) => incident)).toEqual(
      [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((epoch) => incidentName("storefront", "us-east-1", epoch)),
    );
    expect(by("person")).toHaveLength(completedRunsKept);
  });

  it("questions to which nobody agreed push no run out of what is remembered", () => {
    let item = fresh;
    for (const outcome of [...Array(3).fill("recovered"), ...Array(12).fill("stoodDown")] as const) {
      item = itemAfter(openIncident(item, { incident: incidentOf(plan), holder, now, leaseSeconds }));
      const end = { run: runIn(item), outcome, regionState: "inService", now: later(600) } as const;
      item = itemAfter(closeIncident(item, end));
    }

    expect(item.completed.filter(({ outcome }) => outcome === "recovered")).toHaveLength(3);
    expect(item.completed.filter(({ outcome }) => outcome === "stoodDown")).toHaveLength(completedRunsKept);
  });
});

describe("FM28: a pause", () => {
  const paused = itemAfter(pause(fresh, { until: isoInstant(later(60)), by: "ada", reason: "migration" }));

  it.each([
    ["holds before its end", 59, "ada"],
    ["ends at its end", 60, undefined],
  ])("%s", (_name, seconds, by) => {
    expect(activePause(paused, later(seconds))?.by).toBe(by);
  });
});

it("knows who serves", () => {
  expect(regionsInService(open)).toEqual(["eu-west-1", "ap-southeast-1"]);
});

it("an item and a run pass through the table and the state machine as they are", () => {
  const closed = itemAfter(close(open));

  expect(coordinationItemSchema.parse(open)).toEqual(open);
  expect(coordinationItemSchema.parse(closed)).toEqual(closed);
  expect(runSchema.parse(run)).toEqual(run);
  expect(runOf(closed)).toBeNull();
});

it("FM57: whatever happens to an incident, what a newer version noted stays with it, its Region and the item", () => {
  const newer = { newer: { noted: "by a version to come" } };
  const { incident } = open;
  const regions = { ...open.regions, "us-east-1": { ...open.regions["us-east-1"], ...newer } };
  const marked = { ...open, ...newer, incident: { ...incident, ...newer }, regions } as CoordinationItem;
  const again = { ...incidentOf(plan), id: run.incident, ...newer };
  const idle = { ...marked, lease: null, incident: null };

  const changes = [
    openIncident(idle, { incident: again, holder, now, leaseSeconds }),
    approveIncident(marked, run),
    renewLease(marked, { run, now: later(30), leaseSeconds }),
    takeOver(marked),
    pause(marked, { until: isoInstant(later(60)), by: "ada", reason: "a test" }),
    close(marked),
  ].map(itemAfter);

  for (const next of changes) {
    expect(next).toMatchObject({ ...newer, regions: { "us-east-1": newer } });
    expect(next.incident ?? next.completed[0]?.record).toMatchObject(newer);
  }
});

/** One of several executions that all want to run things, with the run that it believes to hold. */
interface Actor {
  readonly holder: { readonly region: string; readonly execution: string };
  run: Run | null;
}

const operations = ["open", "takeOver", "takeOverFromDown", "renew", "close"] as const;
type Operation = (typeof operations)[number];

/** What `actor` would write on seeing `item`; null when the rules refuse or it believes to hold nothing. */
function propose(item: CoordinationItem, actor: Actor, operation: Operation, at: number): CoordinationItem | null {
  const transition = transit(item, actor, operation, at);
  return transition?.kind === "changed" ? { ...transition.item, version: item.version + 1 } : null;
}

function transit(item: CoordinationItem, actor: Actor, operation: Operation, at: number): Transition | null {
  const { holder: by, run: own } = actor;
  switch (operation) {
    case "open":
      return openIncident(item, { incident: incidentOf(plan), holder: by, now: at, leaseSeconds });
    case "takeOver":
    case "takeOverFromDown":
      return item.incident === null
        ? null
        : takeOverIncident(item, {
            incident: item.incident.id,
            epoch: item.epoch,
            holder: by,
            grounds: { kind: operation === "takeOver" ? "leaseExpired" : "holderDown" },
            survivors: ["ap-southeast-1"],
            authority: "automation",
            question: null,
            now: at,
            leaseSeconds,
          });
    case "renew":
      return own && renewLease(item, { run: own, now: at, leaseSeconds });
    case "close":
      return own && closeIncident(item, { run: own, outcome: "degraded", regionState: "evacuating", now: at });
  }
}

/** What the rules promise between any two versions that follow each other. */
function expectLawful(before: CoordinationItem, next: CoordinationItem, actor: Actor, operation: Operation): void {
  const changesHands = next.lease !== null && next.lease.execution !== before.lease?.execution;
  expect(next.epoch).toBe(before.epoch + (changesHands ? 1 : 0));
  // An incident in progress always has a lease, and no lease is without its incident.
  expect(next.incident === null).toBe(next.lease === null);
  if (next.lease !== null) expect(next.lease.execution).toBe(actor.holder.execution);
  if (operation === "renew" || operation === "close") {
    expect(actor.run?.epoch).toBe(before.epoch);
    expect(before.lease?.execution).toBe(actor.holder.execution);
  }
  // An incident goes on, or is closed and remembered; none disappears and none takes another's place.
  if (before.incident !== null && next.incident?.id !== before.incident.id) {
    expect(next.incident).toBeNull();
    expect(next.completed[0]?.incident).toBe(before.incident.id);
  }
  expect(coordinationItemSchema.safeParse(next).success).toBe(true);
}

describe("the promise: the epoch rises exactly when the lease changes hands, and only its holder acts", () => {
  const holders = [holder, rival, { region: "eu-west-1", execution: "execution-3" }];

  it("FM24: in whatever order reads and writes of three executions interleave", () => {
    const step = fc.record({
      actor: fc.nat({ max: 2 }),
      operation: fc.constantFrom(...operations),
      // A slow actor's write arrives only after so many steps of others.
      writesAfter: fc.nat({ max: 4 }),
      seconds: fc.constantFrom(0, 1, 30, 61),
    });
    let lateWrites = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        let item = fresh;
        let at = now;
        let pending: { due: number; actor: Actor; operation: Operation; from: number; next: CoordinationItem }[] = [];
        const actors: Actor[] = holders.map((each) => ({ holder: each, run: null }));
        const holdersByEpoch = new Map<number, string>();
        for (const [index, { actor: which, operation, writesAfter, seconds }] of steps.entries()) {
          at += seconds * 1_000;
          const actor = actors[which] as Actor;
          const next = propose(item, actor, operation, at);
          if (next !== null) pending.push({ due: index + writesAfter, actor, operation, from: item.version, next });
          for (const write of pending.filter(({ due }) => due <= index)) {
            // The table's compare-and-set.
            if (write.from !== item.version) {
              lateWrites++;
              continue;
            }
            expectLawful(item, write.next, write.actor, write.operation);
            item = write.next;
            if (item.lease?.execution === write.actor.holder.execution) write.actor.run = runOf(item);
            const owner = item.lease?.execution;
            if (owner !== undefined) {
              expect(holdersByEpoch.get(item.epoch) ?? owner).toBe(owner);
              holdersByEpoch.set(item.epoch, owner);
            }
          }
          pending = pending.filter(({ due }) => due > index);
          // However many believe to hold the lease, the table lets one through.
          expect(
            actors.filter(({ run: own }) => own !== null && whyLost(item, own) === null).length,
          ).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(lateWrites).toBeGreaterThan(1_000);
  });

  it("in every sequence of six operations by two executions, each perhaps interrupted before its answer came", () => {
    interface World {
      readonly item: CoordinationItem;
      readonly runs: readonly (Run | null)[];
      readonly at: number;
    }
    let worlds = new Map<string, World>([["", { item: fresh, runs: [null, null], at: now }]]);
    let seen = 0;
    for (let depth = 1; depth <= 6; depth++) {
      const reached = new Map<string, World>();
      for (const { item, runs, at } of worlds.values()) {
        const lapsed = { item, runs, at: at + 61_000 };
        if (depth < 6) reached.set(describeWorld(lapsed), lapsed);
        for (const which of [0, 1]) {
          for (const operation of operations) {
            const actor: Actor = { holder: holders[which] as Actor["holder"], run: runs[which] as Run | null };
            const next = propose(item, actor, operation, at);
            if (next === null) continue;
            expectLawful(item, next, actor, operation);
            seen++;
            // The answer arrives and the execution knows its run; or it is lost, and it knows no more than before.
            const told = runs.map((each, index) => (index === which && next.lease !== null ? runOf(next) : each));
            for (const knows of [told, runs]) {
              const world = { item: next, runs: knows, at };
              reached.set(describeWorld(world), world);
            }
          }
        }
      }
      worlds = reached;
    }
    expect(seen).toBeGreaterThan(1_000);

    function describeWorld({ item, runs, at }: World): string {
      return JSON.stringify([{ ...item, version: 0, completed: item.completed.length }, runs, at]);
    }
  });
});
