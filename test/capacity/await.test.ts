import { createJournal } from "../../functions/timeline/journal.ts";
import { awsError } from "../fakes/small-cloud.ts";
import { createWorld, run, storefront } from "./world.ts";

const forbidden = { capacity: { ...storefront.capacity, raiseMaximum: "forbidden" as const } };

describe("AwaitCapacity", () => {
  it("answers ready when every survivor has in service what it carries", async () => {
    const world = createWorld();
    const raised = await world.raise();

    const answer = await world.await(raised);

    expect(answer).toMatchObject({ result: "ready", reason: null });
    expect(answer.targets.map(({ inService }) => inService)).toEqual([14, 9]);
    expect(world.ended().map(({ detail }) => detail.result)).toEqual(["done"]);
    const ready = world.events().filter(({ summary }) => summary.includes("carries"));
    expect(ready.map(({ detail }) => [detail.region, detail.before, detail.target, detail.inService])).toEqual([
      ["eu-west-1", 6, 14, 14],
      ["ap-southeast-1", 4, 9, 9],
    ]);
    expect(world.cloud.calls.filter((call) => call.endsWith("@us-east-1"))).toEqual([]);
  });

  it("answers waiting after two minutes and is asked again", async () => {
    const world = createWorld();
    world.asia.launchSeconds = 150;
    const raised = await world.raise();

    const first = await world.await(raised);
    const second = await world.await(first);

    expect(first).toMatchObject({ result: "waiting", reason: "ap-southeast-1: 4 of 9 in service" });
    expect(second.result).toBe("ready");
    expect(world.ended()).toHaveLength(1);
  });

  it.each([
    ["made", 18],
    ["not made", 14],
  ])("FM30: ends what an invocation that died had begun and %s", async (_name, found) => {
    const world = createWorld();
    const raised = await world.raise();
    const resource = "autoScalingGroup/storefront-web@eu-west-1";
    const detail = { resource, region: "eu-west-1", group: "storefront-web", before: 6, target: 18, inService: 6 };
    const entry = {
      step: "capacity",
      kind: "intent",
      summary: "Raise storefront-web in eu-west-1 to 18",
      detail,
    } as const;
    await createJournal(world.cloud.dependencies(world.plan, "eu-west-1"), run.incident, run.epoch).append(entry);
    Object.assign(world.europe, { minimum: found, desired: found, maximum: found });

    const answer = await world.awaitToTheEnd(raised);

    const told = world.events().filter((event) => event.detail.resource === resource);
    expect(told.map(({ kind }) => kind).slice(-2)).toEqual(["intent", "confirmed"]);
    expect(world.europe.desired).toBe(18);
    expect(answer.targets[0]).toMatchObject({ carries: 14, target: 18, problem: null });
  });

  it("moves what one survivor cannot launch to the other (FM48)", async () => {
    const world = createWorld();
    world.europe.launchable = 8;
    const raised = await world.raise();

    const answer = await world.awaitToTheEnd(raised);

    expect(answer.result).toBe("ready");
    expect(answer.targets.map(({ carries, target, inService }) => [carries, target, inService])).toEqual([
      [8, 14, 8],
      [15, 15, 15],
    ]);
    expect(answer.reason).toContain("We currently do not have sufficient m5.large capacity");
    expect(world.events().map(({ summary }) => summary)).toContain(
      "The demand is divided anew between the survivors: eu-west-1 8, ap-southeast-1 15",
    );
    expect(world.europe.lowered || world.asia.lowered).toBe(false);
  });

  it("moves it once, also when another Region takes the run over and starts anew", async () => {
    const world = createWorld();
    world.europe.launchable = 8;
    await world.awaitToTheEnd(await world.raise());
    const successor = { ...run, epoch: 2, execution: "execution-2" };
    world.cloud.open(world.plan, successor);

    const answer = await world.awaitToTheEnd(await world.raise(successor), successor);

    expect(answer.targets.map(({ carries, target }) => [carries, target])).toEqual([
      [8, 14],
      [15, 15],
    ]);
    expect(world.sizes()).toEqual([
      [14, 14, 14],
      [15, 15, 15],
    ]);
  });

  it("is short at the deadline when no survivor can take the remainder, and says what is there", async () => {
    const world = createWorld(forbidden);
    world.europe.launchable = 8;
    world.asia.maximum = 10;
    const raised = await world.raise();

    const answer = await world.awaitToTheEnd(raised);

    expect(answer.result).toBe("short");
    expect(answer.targets.map(({ carries, shortfall }) => [carries, shortfall])).toEqual([
      [8, 5],
      [10, 0],
    ]);
    expect(answer.reason).toMatch(/^eu-west-1: 8 of 8 in service, 5 short with no room anywhere \(We currently/);
    expect(world.cloud.clock.now()).toBeGreaterThanOrEqual(Date.parse(answer.deadlineAt));
    expect(world.ended().map(({ detail }) => [detail.result, detail.reason])).toEqual([["degraded", answer.reason]]);
  });

  it("takes instances that come late after all", async () => {
    const world = createWorld(forbidden);
    world.europe.launchable = 8;
    world.asia.maximum = 9;
    const waiting = await world.await(await world.raise());
    world.europe.launchable = 12;

    const answer = await world.awaitToTheEnd(waiting);

    expect(answer.targets.map(({ carries, shortfall }) => [carries, shortfall])).toEqual([
      [12, 2],
      [9, 0],
    ]);
    expect(answer.result).toBe("short");
  });

  it("does not wait for what time does not bring: MaxSize", async () => {
    const world = createWorld(forbidden);
    world.asia.maximum = 9;

    const answer = await world.await(await world.raise());

    expect(answer.result).toBe("short");
    expect(answer.reason).toBe("eu-west-1: 12 of 12 in service, 2 short with no room anywhere");
    expect(world.cloud.clock.now()).toBeLessThan(Date.parse(answer.deadlineAt));
  });

  it("moves the part of a survivor that may not be changed, and does not hide it (FM34)", async () => {
    const world = createWorld();
    world.cloud.onCall = (operation, region) => {
      if (operation === "UpdateAutoScalingGroup" && region === "eu-west-1")
        throw awsError("AccessDenied", "not you", 403);
    };

    const answer = await world.awaitToTheEnd(await world.raise());

    expect(answer.result).toBe("short");
    expect(answer.reason).toMatch(/^eu-west-1: 6 of 6 in service \(.*not you\)$/);
    expect(world.sizes()).toEqual([
      [2, 6, 12],
      [17, 17, 17],
    ]);
  });

  it("hands on the part of a survivor whose Launch is suspended", async () => {
    const world = createWorld();
    world.asia.suspended = ["Launch"];

    const answer = await world.awaitToTheEnd(await world.raise());

    expect(answer.targets.map(({ carries }) => carries)).toEqual([19, 4]);
    expect(answer.reason).toBe("ap-southeast-1: 4 of 4 in service (its Launch process is suspended)");
  });

  it("raises again what something else has lowered (FM51)", async () => {
    const world = createWorld();
    const raised = await world.raise();
    Object.assign(world.europe, { minimum: 2, desired: 6 });

    const answer = await world.awaitToTheEnd(raised);

    expect(answer.result).toBe("ready");
    expect(world.sizes()[0]).toEqual([14, 14, 14]);
  });

  it("waits for a survivor that goes silent, and at the deadline says so", async () => {
    const world = createWorld();
    const raised = await world.raise();
    world.cloud.onCall = (operation, region) => {
      if (operation.startsWith("Describe") && region === "ap-southeast-1") throw awsError("TimeoutError", "no answer");
    };

    const answer = await world.awaitToTheEnd(raised);

    expect(answer).toMatchObject({ result: "short", reason: "ap-southeast-1: not known of 9 in service (no answer)" });
    expect(world.sizes()[0]).toEqual([14, 14, 14]);
  });

  it("does not move anything because activities cannot be read", async () => {
    const world = createWorld();
    world.cloud.onCall = (operation) => {
      if (operation === "DescribeScalingActivities") throw awsError("AccessDenied", "no", 403);
    };

    expect(await world.await(await world.raise())).toMatchObject({ result: "ready", reason: null });
  });

  it("ends when the lease is lost (FM24)", async () => {
    const world = createWorld();
    const raised = await world.raise();
    world.cloud.open(world.plan, { ...run, epoch: 2, execution: "execution-2" });

    await expect(world.await(raised)).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.ended()).toEqual([]);
  });

  it("refuses targets that are not of the promised form (FM6)", async () => {
    const world = createWorld();
    const raised = await world.raise();
    const broken = { ...raised, targets: [{ ...raised.targets[0], target: -1 }] as never };

    await expect(world.await(broken)).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringContaining("targets.0.target: received -1"),
    });
  });

  it("is whole again after a crash before or after any call while it moves a remainder", async () => {
    const create = () => {
      const world = createWorld();
      world.europe.launchable = 8;
      world.europe.launchSeconds = 4;
      world.asia.launchSeconds = 4;
      return world;
    };
    const reference = create();
    const raised = await reference.raise();
    const before = reference.cloud.calls.length;
    const expected = await reference.awaitToTheEnd(raised);
    const calls = reference.cloud.calls.length - before;
    for (let at = 1; at <= calls; at++) {
      for (const when of ["onCall", "afterCall"] as const) {
        const world = create();
        const given = await world.raise();
        let count = 0;
        world.cloud[when] = () => {
          if (++count >= at) throw new TypeError("the process is gone");
        };
        await world.await(given).catch(() => {});
        world.cloud[when] = () => {};

        const answer = await world.awaitToTheEnd(given);

        expect(answer.result).toBe("ready");
        expect(answer.targets.map(({ carries, target }) => [carries, target])).toEqual(
          expected.targets.map(({ carries, target }) => [carries, target]),
        );
        expect(world.sizes()).toEqual(reference.sizes());
        expect(world.europe.lowered || world.asia.lowered).toBe(false);
      }
    }
  });
});
