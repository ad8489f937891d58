import { type Change, converge, type Verdict } from "../../functions/coordination/converge.ts";
import type { Guard } from "../../functions/coordination/guard.ts";
import type { Run } from "../../functions/coordination/item.ts";
import { FailoverError } from "../../functions/shared/errors.ts";
import type { TimelineEntry } from "../../functions/timeline/event.ts";
import type { Journal } from "../../functions/timeline/journal.ts";
import { awsError, FakeAws, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");

/** A resource that is "off" and should be "on", with a guard and a journal that write down when they are asked. */
function prepare() {
  const aws = new FakeAws();
  const log: string[] = [];
  const entries: TimelineEntry[] = [];
  const world = {
    aws,
    log,
    entries,
    state: "off",
    /** What the reads say, when not the state. */
    sees: (): string => world.state,
    /** What the call does to the resource. */
    apply: (): void => {
      world.state = "on";
    },
    journal: (_entry: TimelineEntry): void => {},
    hold: (): void => {},
    stillHeld: (): void => {},
    keep: (): void => {},
    judge: (state: string): Verdict => {
      if (state === "on") return { kind: "done" };
      return state === "off"
        ? { kind: "change", detail: { was: state } }
        : { kind: "blocked", reason: `it is ${state}` };
    },
    applied: () => log.filter((each) => each === "apply").length,
    converge: (deadlineSeconds = 30) => {
      const change: Change<string> = {
        step: "traffic",
        resource: "switch/1",
        summary: "Turn it on",
        deadlineSeconds,
        async read() {
          log.push("read");
          await aws.clock.sleep(100);
          return world.sees();
        },
        judge: (state) => world.judge(state),
        async apply() {
          log.push("apply");
          await aws.clock.sleep(100);
          world.apply();
        },
      };
      const guard: Guard = {
        run: {} as Run,
        async hold() {
          log.push("hold");
          world.hold();
        },
        async stillHeld() {
          log.push("stillHeld");
          world.stillHeld();
        },
        async keep() {
          log.push("keep");
          world.keep();
        },
        holdFor: () => Promise.reject(new Error("not here")),
      };
      const journal = {
        append: async (entry: TimelineEntry) => {
          log.push(entry.kind);
          world.journal(entry);
          entries.push(entry);
        },
      } as unknown as Journal;
      return aws.finish(converge(aws.dependencies(plan, "eu-west-1"), guard, journal, change));
    },
  };
  return world;
}

/** Throws at the first `times` calls; carried out all the same, or not. */
function failing(world: ReturnType<typeof prepare>, times: number, error: () => Error, how: "done" | "notDone"): void {
  let left = times;
  world.apply = () => {
    const fails = left-- > 0;
    if (!fails || how === "done") world.state = "on";
    if (fails) throw error();
  };
}

describe("the order of things", () => {
  it("looks, journals the intent, proves the epoch, looks again, changes, sees it, confirms", async () => {
    const world = prepare();

    expect(await world.converge()).toEqual({ kind: "changed", state: "on" });
    expect(world.log).toEqual(["read", "intent", "hold", "read", "stillHeld", "apply", "read", "confirmed"]);
    expect(world.entries).toEqual([
      { step: "traffic", kind: "intent", summary: "Turn it on", detail: { resource: "switch/1", was: "off" } },
      {
        step: "traffic",
        kind: "confirmed",
        summary: "Done: Turn it on",
        detail: { resource: "switch/1", result: "changed" },
      },
    ]);
  });

  it("FM32: what is there already is a success, labelled as such, and needs neither intent nor lease", async () => {
    const world = prepare();
    world.state = "on";

    expect(await world.converge()).toEqual({ kind: "alreadyThere", state: "on" });
    expect(world.log).toEqual(["read", "confirmed"]);
    expect(world.entries[0]?.detail).toEqual({ resource: "switch/1", result: "alreadyThere" });
  });

  it("passes on what the rule has to say of a resource that is as intended", async () => {
    const world = prepare();
    world.judge = () => ({ kind: "done", note: "by somebody else" });

    await world.converge();

    expect(world.entries[0]?.detail).toMatchObject({ note: "by somebody else" });
  });

  it("what must not be touched is not, and the reason is on record", async () => {
    const world = prepare();
    world.state = "broken";

    expect(await world.converge()).toEqual({ kind: "blocked", state: "broken", reason: "it is broken" });
    expect(world.log).toEqual(["read", "failed"]);
    expect(world.entries[0]?.detail).toEqual({ resource: "switch/1", reason: "it is broken", call: "notTaken" });
  });

  it("FM24: what became untouchable between the intent and the second look is not touched", async () => {
    const world = prepare();
    world.hold = () => {
      world.state = "broken";
    };

    expect(await world.converge()).toMatchObject({ kind: "blocked" });
    expect(world.log).toEqual(["read", "intent", "hold", "read", "failed"]);
  });

  it("FM32: what somebody else did between the two looks is not done twice", async () => {
    const world = prepare();
    world.hold = () => {
      world.state = "on";
    };

    expect(await world.converge()).toEqual({ kind: "changed", state: "on" });
    expect(world.applied()).toBe(0);
  });

  it("what cannot be journalled is not done", async () => {
    const world = prepare();
    world.journal = () => {
      throw new FailoverError("Transient", "the table is away");
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "Transient" });
    expect(world.log).toEqual(["read", "intent"]);
  });
});

describe("FM24: the lease is lost", () => {
  const lost = () => {
    throw new FailoverError("LeaseLost", "taken over");
  };

  it("between the intent and the change: nothing is changed", async () => {
    const world = prepare();
    world.hold = lost;

    await expect(world.converge()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.log).toEqual(["read", "intent", "hold"]);
  });

  it("between the second look and the change: nothing is changed", async () => {
    const world = prepare();
    world.stillHeld = lost;

    await expect(world.converge()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.applied()).toBe(0);
    expect(world.log.at(-1)).toBe("stillHeld");
  });

  it("between a lost answer and the next try: nothing is changed again", async () => {
    const world = prepare();
    failing(world, 1, noAnswer, "notDone");
    let holds = 0;
    world.hold = () => {
      if (++holds === 2) lost();
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.applied()).toBe(1);
  });
});

describe("FM31: a lost answer", () => {
  it("of a change that was made: it is seen and not repeated", async () => {
    const world = prepare();
    failing(world, 1, noAnswer, "done");

    expect(await world.converge()).toEqual({ kind: "changed", state: "on" });
    expect(world.log).toEqual(["read", "intent", "hold", "read", "stillHeld", "apply", "read", "confirmed"]);
  });

  it("of a change that was not made: looked at, proven and made, under the same intent", async () => {
    const world = prepare();
    failing(world, 1, noAnswer, "notDone");

    expect(await world.converge()).toEqual({ kind: "changed", state: "on" });
    expect(world.log.slice(6)).toEqual(["read", "hold", "read", "stillHeld", "apply", "read", "confirmed"]);
    expect(world.entries.map(({ kind }) => kind)).toEqual(["intent", "confirmed"]);
  });

  it("of a look: asked again, with the lease kept meanwhile", async () => {
    const world = prepare();
    let looks = 0;
    world.sees = () => {
      if (++looks < 3) throw noAnswer();
      return world.state;
    };

    expect(await world.converge()).toMatchObject({ kind: "changed" });
    expect(world.log.slice(0, 6)).toEqual(["read", "read", "keep", "read", "keep", "intent"]);
  });

  it("a change that shows late is waited for and not repeated", async () => {
    const world = prepare();
    let changedAt = Number.POSITIVE_INFINITY;
    world.apply = () => {
      changedAt = world.aws.clock.now();
    };
    world.sees = () => (world.aws.clock.now() > changedAt + 2_000 ? "on" : "off");

    expect(await world.converge()).toMatchObject({ kind: "changed" });
    expect(world.applied()).toBe(1);
  });
});

describe("FM33: what was intended is confirmed or reported as failed, also where it cannot be looked at", () => {
  /** The first look after the change, and the `times` after it, fail. */
  function blind(world: ReturnType<typeof prepare>, times: number, error: () => Error): void {
    let left = times;
    world.sees = () => {
      if (world.applied() > 0 && left-- > 0) throw error();
      return world.state;
    };
  }

  it("a change that is seen only after many throttled looks is confirmed, and the lease kept meanwhile", async () => {
    const world = prepare();
    blind(world, 9, () => awsError("ThrottlingException"));

    expect(await world.converge()).toEqual({ kind: "changed", state: "on" });
    expect(world.applied()).toBe(1);
    expect(world.log.filter((each) => each === "keep").length).toBe(9);
    expect(world.entries.map(({ kind }) => kind)).toEqual(["intent", "confirmed"]);
  });

  it("where the lost answer of a change is followed by lost looks, they are repeated and the change is not", async () => {
    const world = prepare();
    failing(world, 1, noAnswer, "done");
    blind(world, 9, noAnswer);

    expect(await world.converge()).toEqual({ kind: "changed", state: "on" });
    expect(world.applied()).toBe(1);
    expect(world.entries.map(({ kind }) => kind)).toEqual(["intent", "confirmed"]);
  });

  it.each<[string, () => Error, string]>([
    ["FM31: a call that was never answered", noAnswer, "mayBeTaken"],
    ["a call that AWS answered each time, with no", () => awsError("ThrottlingException"), "notTaken"],
  ])("%s is told from the other when nothing came of it", async (_name, error, call) => {
    const world = prepare();
    failing(world, 1_000, error, "notDone");

    await expect(world.converge()).rejects.toMatchObject({ name: "DeadlinePassed" });
    expect(world.entries.at(-1)).toMatchObject({ kind: "failed", detail: { call } });
  });

  it("a change that cannot be seen until the deadline is reported as failed; the caller gets AWS's own error", async () => {
    const world = prepare();
    blind(world, Number.POSITIVE_INFINITY, () => awsError("ThrottlingException"));
    const began = world.aws.clock.now();

    await expect(world.converge()).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(world.aws.clock.now() - began).toBeGreaterThanOrEqual(30_000);
    expect(world.entries.at(-1)).toEqual({
      step: "traffic",
      kind: "failed",
      summary: "Not known to be done: Turn it on. ThrottlingException",
      detail: { resource: "switch/1", reason: "ThrottlingException", call: "mayBeTaken" },
    });
  });

  it.each<[string, () => Error, string]>([
    ["a look that AWS rejects", () => awsError("ValidationError", 400), "ValidationError"],
    ["a look that finds what nobody may touch", () => new FailoverError("StepBlocked", "not mine"), "StepBlocked"],
    ["a fault in the code", () => new TypeError("undefined is not a function"), "TypeError"],
  ])("%s ends it, on record", async (_name, error, thrown) => {
    const world = prepare();
    blind(world, Number.POSITIVE_INFINITY, error);

    await expect(world.converge()).rejects.toMatchObject({ name: thrown });
    expect(world.entries.map(({ kind }) => kind)).toEqual(["intent", "failed"]);
  });

  it("a lease that cannot be proven after the intent is told as well", async () => {
    const world = prepare();
    world.hold = () => {
      throw new FailoverError("LeaseStoreUnreachable", "no replica answered");
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "LeaseStoreUnreachable" });
    expect(world.entries.map(({ kind }) => kind)).toEqual(["intent", "failed"]);
    expect(world.applied()).toBe(0);
  });

  it("FM24: a lease that is lost while looking ends it at once, and the next holder tells", async () => {
    const world = prepare();
    blind(world, Number.POSITIVE_INFINITY, noAnswer);
    world.keep = () => {
      throw new FailoverError("LeaseLost", "taken over");
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.entries.map(({ kind }) => kind)).toEqual(["intent"]);
  });

  it("a confirmation that the timeline refuses is not followed by a failure", async () => {
    const world = prepare();
    world.journal = ({ kind }) => {
      if (kind === "confirmed") throw new FailoverError("Transient", "the table is away");
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "Transient" });
    expect(world.log.at(-1)).toBe("confirmed");
  });

  it("what cannot be looked at before anything is intended is no change", async () => {
    const world = prepare();
    world.sees = () => {
      throw awsError("ThrottlingException");
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(world.log).toEqual(["read", "read", "keep", "read", "keep", "read", "keep"]);
  });
});

describe("a refusal", () => {
  it.each([
    ["FM33: throttling", "ThrottlingException", 400],
    ["a conflict", "ResourceContention", 500],
    ["a version that has moved on", "HealthCheckVersionMismatch", 409],
  ])("%s: waits, looks and proves the lease before the next try", async (_name, name, status) => {
    const world = prepare();
    failing(world, 3, () => awsError(name, status), "notDone");
    const began = world.aws.clock.now();

    expect(await world.converge()).toMatchObject({ kind: "changed" });
    expect(world.applied()).toBe(4);
    const tries = world.log.join(" ").match(/hold read stillHeld apply/g);
    expect(tries?.length).toBe(4);
    // More than the calls themselves take.
    expect(world.aws.clock.now() - began).toBeGreaterThan(world.log.length * 100);
  });

  it.each([
    ["FM34: for lack of permission", "AccessDenied", "AccessDenied", 403],
    ["for what was asked", "ValidationError", "StepBlocked", 400],
  ])("%s stops at once, on record", async (_name, name, thrown, status) => {
    const world = prepare();
    failing(world, 1, () => awsError(name, status), "notDone");

    await expect(world.converge()).rejects.toMatchObject({ name: thrown, message: `Turn it on: ${name}` });
    expect(world.log).toEqual(["read", "intent", "hold", "read", "stillHeld", "apply", "failed"]);
    expect(world.entries.at(-1)?.detail).toEqual({ resource: "switch/1", reason: name, call: "notTaken" });
  });

  it("FM34: to look stops before anything is intended", async () => {
    const world = prepare();
    world.sees = () => {
      throw awsError("AccessDenied", 403);
    };

    await expect(world.converge()).rejects.toMatchObject({ name: "AccessDenied" });
    expect(world.log).toEqual(["read", "failed"]);
  });
});

describe("a limit on everything", () => {
  it("a change that never shows ends with the reason on record", async () => {
    const world = prepare();
    world.apply = () => {};

    await expect(world.converge()).rejects.toMatchObject({
      name: "DeadlinePassed",
      message: expect.stringMatching(/Turn it on: not done within 30 s. It was never seen to hold/),
    });
    expect(world.applied()).toBeLessThanOrEqual(6);
    expect(world.entries.at(-1)?.kind).toBe("failed");
  });

  it("no try begins after the deadline", async () => {
    const world = prepare();
    failing(world, 1_000, noAnswer, "notDone");
    const began = world.aws.clock.now();

    await expect(world.converge(1)).rejects.toMatchObject({
      name: "DeadlinePassed",
      message: expect.stringMatching(/no answer/),
    });
    // A try takes 300 ms here: the last may begin at 900 ms.
    expect(world.aws.clock.now() - began).toBeLessThanOrEqual(1_300);
    expect(world.applied()).toBeLessThanOrEqual(4);
  });

  it("a call that is refused for ever is tried six times", async () => {
    const world = prepare();
    failing(world, 1_000, () => awsError("ThrottlingException"), "notDone");

    await expect(world.converge(3_600)).rejects.toMatchObject({ name: "DeadlinePassed" });
    expect(world.applied()).toBe(6);
  });
});
