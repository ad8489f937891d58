import { findRegistration } from "../../functions/capacity/registration.ts";
import { findBreak } from "../../functions/timeline/event.ts";
import { awsError } from "../fakes/small-cloud.ts";
import { createWorld, run, storefront } from "./world.ts";

const forbidden = { capacity: { ...storefront.capacity, raiseMaximum: "forbidden" as const } };
const observing = { automation: { ...storefront.automation, capacity: "observe" as const } };
const unmanaged = { regions: storefront.regions.map((region) => ({ ...region, autoScalingGroup: null })) };

describe("RaiseCapacity", () => {
  it("raises every survivor to its part of the whole demand and its headroom", async () => {
    const world = createWorld();

    const answer = await world.raise();

    expect(answer).toMatchObject({ result: "raised", reason: null, deadlineAt: "2026-03-01T12:11:30.000Z" });
    expect(answer.targets.map(({ region, before, target, shortfall }) => [region, before, target, shortfall])).toEqual([
      ["eu-west-1", 6, 14, 0],
      ["ap-southeast-1", 4, 9, 0],
    ]);
    expect(world.sizes()).toEqual([
      [14, 14, 14],
      [9, 9, 12],
    ]);
    expect(world.ended()).toEqual([]);
    expect(findBreak(world.events())).toBeNull();
  });

  it("says how the demand is known", async () => {
    const world = createWorld();

    await world.raise();

    expect(world.sizing()?.summary).toBe(
      "Demand before the failure: 20 capacity units, eu-west-1 6 (its group before the incident), ap-southeast-1 4 (its group before the incident), us-east-1 10 (sampled 34 s earlier). Targets, with 10 % to spare: eu-west-1 14, ap-southeast-1 9",
    );
  });

  it("never asks the dead Region (FM49, FM55)", async () => {
    const world = createWorld();

    await world.raise();

    expect(world.cloud.calls.filter((call) => call.endsWith("@us-east-1"))).toEqual([]);
  });

  it("registers what to restore before the first change, and once an incident (FM51)", async () => {
    const world = createWorld();

    await world.raise();
    const second = await world.raise();

    const events = world.events();
    const registrations = events.filter(({ detail }) => detail.restore !== undefined);
    expect(registrations.map(({ detail }) => [detail.region, detail.restore])).toEqual([
      ["eu-west-1", { minimum: 2, desired: 6, maximum: 12 }],
      ["ap-southeast-1", { minimum: 2, desired: 4, maximum: 12 }],
    ]);
    const lastRegistered = events.findLastIndex(({ detail }) => detail.restore !== undefined);
    expect(events.findIndex(({ kind }) => kind === "intent")).toBeGreaterThan(lastRegistered);
    expect(second.targets.map(({ before, target }) => [before, target])).toEqual([
      [6, 14],
      [4, 9],
    ]);
    expect(findRegistration(world.events(), "eu-west-1", "storefront-web")?.restore.desired).toBe(6);
    expect([world.europe.updates.length, world.asia.updates.length]).toEqual([1, 1]);
  });

  it("taken over by another Region with a higher epoch, it finds the same targets", async () => {
    const world = createWorld();
    const first = await world.raise();
    const successor = { ...run, epoch: 2, execution: "execution-2" };
    world.cloud.open(world.plan, successor);

    const second = await world.raise(successor, "ap-southeast-1");

    expect(second.targets.map(({ carries, target, before }) => [carries, target, before])).toEqual(
      first.targets.map(({ carries, target, before }) => [carries, target, before]),
    );
    expect([world.europe.updates.length, world.asia.updates.length]).toEqual([1, 1]);
  });

  it("a survivor that refuses does not stop the other (FM34)", async () => {
    const world = createWorld();
    world.cloud.onCall = (operation, region) => {
      if (operation === "UpdateAutoScalingGroup" && region === "eu-west-1") throw awsError("AccessDenied", "no", 403);
    };

    const answer = await world.raise();

    expect(answer.result).toBe("raised");
    expect(answer.targets.map(({ problem }) => problem?.kind ?? null)).toEqual(["accessDenied", null]);
    expect(answer.reason).toContain("eu-west-1: ");
    expect(world.sizes()).toEqual([
      [2, 6, 12],
      [9, 9, 12],
    ]);
  });

  it.each([
    { case: "with a fresh sample it is counted on for what it runs", sampled: true, carries: [19, 4] },
    { case: "without one it is not counted on", sampled: false, carries: [23, 0] },
  ])("a survivor that does not answer is a failed target: $case (FM38)", async ({ sampled, carries }) => {
    const world = createWorld();
    const at = "2026-03-01T12:01:20.000Z";
    const capacity = { at, inService: 4, desired: 4, minimum: 2, maximum: 12 };
    if (sampled) world.cloud.observe(world.plan, { vantage: "ap-southeast-1", at, capacity });
    world.cloud.onCall = (operation, region) => {
      if (operation.includes("AutoScaling") && region === "ap-southeast-1") throw awsError("TimeoutError", "no answer");
    };

    const answer = await world.raise();

    expect(answer.result).toBe("raised");
    expect(answer.targets.map((target) => target.carries)).toEqual(carries);
    expect(answer.targets[1]?.problem?.kind).toBe("noAnswer");
    const failed = world.events().filter(({ kind }) => kind === "failed");
    expect(failed.map(({ detail }) => detail.resource)).toEqual(["autoScalingGroup/storefront-web@ap-southeast-1"]);
  });

  it("answers failed, and ends the branch, when no survivor can be raised", async () => {
    const world = createWorld();
    world.cloud.groups.clear();

    const answer = await world.raise();

    expect(answer.result).toBe("failed");
    expect(answer.reason).toContain("There is no group storefront-web in eu-west-1");
    expect(world.ended().map(({ detail }) => detail.result)).toEqual(["failed"]);
  });

  it("stops all at once when the lease is lost (FM24)", async () => {
    const world = createWorld();
    let intents = 0;
    world.cloud.onCall = (operation, _region, input) => {
      if (operation !== "PutItem" || input.Item.kind?.S !== "intent") return;
      if (++intents === 2) world.cloud.open(world.plan, { ...run, epoch: 2, execution: "execution-2" });
    };

    await expect(world.raise()).rejects.toMatchObject({ name: "LeaseLost" });

    expect(world.europe.updates.length + world.asia.updates.length).toBeLessThanOrEqual(1);
    const calls = world.cloud.calls.length;
    // biome-ignore lint/plugin: a turn of the event loop, which no clock of the test counts
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.cloud.calls.length).toBe(calls);
  });

  it("settles a lost answer by looking, not by asking twice (FM31)", async () => {
    const world = createWorld();
    world.cloud.afterCall = (operation) => {
      if (operation === "UpdateAutoScalingGroup") throw awsError("TimeoutError", "no answer");
    };

    const answer = await world.raise();

    expect(answer).toMatchObject({ result: "raised", reason: null });
    expect([world.europe.updates.length, world.asia.updates.length]).toEqual([1, 1]);
  });

  it("changes nothing where the plan only observes, and says what it would do", async () => {
    const world = createWorld(observing);

    const answer = await world.raise();

    expect(answer).toMatchObject({ result: "observed", targets: [{ target: 14 }, { target: 9 }] });
    expect(world.cloud.calls.filter((call) => call.startsWith("Update"))).toEqual([]);
    expect(world.kinds()).toEqual(["observed", "observed", "observed", "stepEnded"]);
  });

  it("acts on a person's authority even where the plan only observes", async () => {
    const world = createWorld(observing);

    expect((await world.raise({ ...run, authority: "person" })).result).toBe("raised");
  });

  it("has nothing to do where no survivor has a group", async () => {
    const world = createWorld(unmanaged);

    expect(await world.raise()).toMatchObject({ result: "notManaged", targets: [] });
    expect(world.ended().map(({ detail }) => detail.result)).toEqual(["skipped"]);
  });

  it("keeps to MaxSize where the plan forbids raising it, and names the shortfall", async () => {
    const world = createWorld(forbidden);
    world.asia.maximum = 9;

    const answer = await world.raise();

    expect(world.sizes()).toEqual([
      [12, 12, 12],
      [9, 9, 9],
    ]);
    expect(answer.targets.map(({ shortfall }) => shortfall)).toEqual([2, 0]);
    expect(world.sizing()?.detail.warning).toBe("No survivor has room for all: short of 2 in eu-west-1");
  });

  it("goes on with a warning when a deployment runs or Launch is suspended (FM19)", async () => {
    const world = createWorld();
    world.europe.refreshes = ["InProgress"];
    world.asia.suspended = ["Launch", "AZRebalance"];

    const answer = await world.raise();

    expect(answer.result).toBe("raised");
    const warnings = world.events().flatMap(({ detail }) => detail.warning ?? []);
    expect(warnings.toSorted()).toEqual([
      expect.stringContaining("An instance refresh is running on storefront-web in eu-west-1"),
      expect.stringContaining("Launch is suspended for storefront-web in ap-southeast-1"),
    ]);
  });

  it("sizes by demand shares when there are no samples", async () => {
    const world = createWorld();
    world.cloud.observe(world.plan, { vantage: "us-east-1", at: "2026-03-01T12:00:20.000Z", capacity: null });

    const answer = await world.raise();

    expect(answer.targets.map(({ target }) => target)).toEqual([14, 9]);
    expect(world.sizing()?.summary).toContain("us-east-1 10 (estimated from demand shares: no sample)");
  });

  it("is whole again after a crash before or after any call", async () => {
    const reference = createWorld();
    await reference.raise();
    const calls = reference.cloud.calls.length;
    for (let at = 1; at <= calls; at++) {
      for (const when of ["onCall", "afterCall"] as const) {
        const world = createWorld();
        let count = 0;
        const crash = () => {
          if (++count === at) throw new TypeError("the process is gone");
          if (count > at) throw new TypeError("the process is gone for good");
        };
        world.cloud[when] = crash;
        await world.raise().catch(() => {});
        world.cloud[when] = () => {};

        const answer = await world.raise();

        expect(answer.targets.map(({ before, target, problem }) => [before, target, problem])).toEqual([
          [6, 14, null],
          [4, 9, null],
        ]);
        expect(world.sizes()).toEqual(reference.sizes());
        expect(findRegistration(world.events(), "eu-west-1", "storefront-web")?.restore.desired).toBe(6);
        expect(findRegistration(world.events(), "ap-southeast-1", "storefront-web")?.restore.desired).toBe(4);
        expect(world.europe.lowered || world.asia.lowered).toBe(false);
      }
    }
  });
});
