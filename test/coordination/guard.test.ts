import { createGuard, maximumProofAgeMs } from "../../functions/coordination/guard.ts";
import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { closeIncident, type Transition, takeOverIncident } from "../../functions/coordination/rules.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { pollUntil } from "../../functions/shared/poll.ts";
import { FakeAws } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const { table, leaseSeconds } = plan.coordination;

function prepare() {
  const aws = new FakeAws();
  const opened = openItem(plan, aws.clock.now());
  const run = runIn(opened);
  const store = (item: CoordinationItem) => aws.put(table, { ...itemKey(plan), ...item });
  store(opened);
  const stored = () => aws.items.get(`${table}|${itemKey(plan).pk}|item`) as unknown as CoordinationItem;
  const write = (transition: Transition) => {
    if (transition.kind === "refused") throw new Error(transition.reason);
    store({ ...transition.item, version: stored().version + 1 });
  };
  return {
    aws,
    run,
    stored,
    guard: createGuard(aws.dependencies(plan, "eu-west-1"), run),
    writes: () => aws.made("PutItem").length,
    /** Time passes and nothing runs, as in a process that the host froze. */
    freeze: (milliseconds: number) => aws.clock.run({ deadline: aws.clock.now() + milliseconds }),
    takeOver: () =>
      write(
        takeOverIncident(stored(), {
          incident: run.incident,
          epoch: stored().epoch,
          holder: { region: "ap-southeast-1", execution: "execution-2" },
          grounds: { kind: "holderDown" },
          authority: "automation",
          question: null,
          survivors: ["ap-southeast-1"],
          now: aws.clock.now(),
          leaseSeconds,
        }),
      ),
    close: () =>
      write(closeIncident(stored(), { run, outcome: "recovered", regionState: "evacuated", now: aws.clock.now() })),
  };
}

type World = ReturnType<typeof prepare>;

describe("hold", () => {
  it("renews the lease in the table", async () => {
    const { aws, guard, stored, freeze } = prepare();
    await freeze(30_000);
    const asked = aws.clock.now();

    await aws.finish(guard.hold());

    expect(Date.parse(stored().lease?.expiresAt as string)).toBeGreaterThanOrEqual(asked + leaseSeconds * 1_000);
  });

  it.each<[string, (world: World) => void, RegExp]>([
    ["taken over", ({ takeOver }) => takeOver(), /the epoch is 2, this run's is 1/],
    ["closed", ({ close }) => close(), /the lease was released/],
  ])("FM24: a run that was %s has lost its lease", async (_name, happen, reason) => {
    const world = prepare();
    happen(world);
    const before = structuredClone(world.stored());

    await expect(world.aws.finish(world.guard.hold())).rejects.toMatchObject({
      name: "LeaseLost",
      message: expect.stringMatching(reason),
    });
    expect(world.stored()).toEqual(before);
  });

  it("FM29: an expired lease that nobody took is still this run's", async () => {
    const { aws, guard, freeze } = prepare();
    await freeze(3_600_000);

    await expect(aws.finish(guard.hold())).resolves.toBeUndefined();
  });
});

describe("keep", () => {
  it("spares the write while the last proof is younger than half the lease", async () => {
    const { aws, guard, writes, freeze } = prepare();
    await aws.finish(guard.keep());
    await freeze((leaseSeconds / 2) * 1_000 - 100);
    await aws.finish(guard.keep());
    expect(writes()).toBe(1);

    await freeze(200);
    await aws.finish(guard.keep());
    expect(writes()).toBe(2);
  });

  it("keeps the lease alive through a long poll, with few writes", async () => {
    const { aws, run, guard, stored, writes } = prepare();
    let expired = 0;

    await aws.finish(
      pollUntil({ clock: aws.clock }, guard, async () => {
        if (Date.parse(stored().lease?.expiresAt as string) <= aws.clock.now()) expired++;
        return null;
      }),
    );

    expect(expired).toBe(0);
    expect(writes()).toBeLessThanOrEqual(4);
    expect(stored().lease?.execution).toBe(run.execution);
  });

  it("FM24: ends a poll once the run was taken over", async () => {
    const { aws, guard, takeOver } = prepare();
    aws.clock.schedule(40_000, takeOver);

    await expect(aws.finish(pollUntil({ clock: aws.clock }, guard, async () => null))).rejects.toMatchObject({
      name: "LeaseLost",
    });
  });
});

describe("stillHeld", () => {
  it("trusts a proof of a moment ago", async () => {
    const { aws, guard, writes, freeze } = prepare();
    await aws.finish(guard.hold());
    await freeze(maximumProofAgeMs - 100);

    await aws.finish(guard.stillHeld());

    expect(writes()).toBe(1);
  });

  it("proves it when nothing was proven yet", async () => {
    const { aws, guard, writes } = prepare();

    await aws.finish(guard.stillHeld());

    expect(writes()).toBe(1);
  });

  it("FM29: a process that stood still proves it anew when it wakes", async () => {
    const { aws, guard, writes, freeze } = prepare();
    await aws.finish(guard.hold());
    await freeze(maximumProofAgeMs + 1);

    await aws.finish(guard.stillHeld());

    expect(writes()).toBe(2);
  });

  it("FM24: and finds that it was taken over meanwhile", async () => {
    const { aws, guard, freeze, takeOver } = prepare();
    await aws.finish(guard.hold());
    await freeze(90_000);
    takeOver();

    await expect(aws.finish(guard.stillHeld())).rejects.toMatchObject({ name: "LeaseLost" });
  });

  it("counts the age of a proof from when it was asked for, and gives up on a table that is too slow", async () => {
    const { aws, guard, writes } = prepare();
    aws.latencyMs = () => 700;

    await expect(aws.finish(guard.stillHeld())).rejects.toMatchObject({ name: "Transient" });
    expect(writes()).toBe(3);
  });
});

describe("holdFor", () => {
  it("sets the lease to end later while a person is asked, and back when the answer is in", async () => {
    const { aws, guard, stored } = prepare();
    const endsIn = () => (Date.parse(stored().lease?.expiresAt as string) - aws.clock.now()) / 1_000;

    await aws.finish(guard.holdFor(1_800));
    expect(endsIn()).toBeGreaterThan(1_799);

    // Another branch goes on renewing meanwhile.
    await aws.finish(guard.hold());
    expect(endsIn()).toBeGreaterThan(1_799);

    await aws.finish(guard.holdFor(leaseSeconds));
    expect(endsIn()).toBeLessThanOrEqual(leaseSeconds);
  });

  it("FM24: is no way around a lost lease", async () => {
    const { aws, guard, takeOver, stored } = prepare();
    takeOver();

    await expect(aws.finish(guard.holdFor(1_800))).rejects.toMatchObject({ name: "LeaseLost" });
    expect(stored().lease?.expiresAt).toBe(isoInstant(Date.parse("2026-03-14T09:06:00.000Z")));
  });
});
