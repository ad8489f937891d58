import { clusters, createWorld } from "./world.ts";

describe("AwaitPromotion", () => {
  it("is done once the target is the writer and was read as such (FM43)", async () => {
    const world = createWorld();
    world.aurora.begin(clusters["eu-west-1"], "failover");
    world.aurora.statuses[clusters["eu-west-1"]] = "promoting";
    world.aurora.onCall = () => {
      if (world.cloud.clock.now() > Date.parse("2026-03-01T12:02:30Z")) {
        world.aurora.statuses[clusters["eu-west-1"]] = "available";
      }
    };

    const answer = await world.awaitMove();

    expect(answer).toEqual({ result: "done", reason: null });
    expect(world.cloud.clock.now()).toBeGreaterThan(Date.parse("2026-03-01T12:02:30Z"));
    expect(world.aurora.calls).toContain("DescribeDBClusters@eu-west-1");
    expect(world.ended()?.detail).toMatchObject({
      result: "done",
      promotedRegion: "eu-west-1",
      kind: "failover",
      lossSeconds: 0.8,
      worstCaseLossSeconds: 60.8,
      reason: null,
    });
  });

  it("remembers after a failover that the old primary may still write, and the snapshot (FM44)", async () => {
    const world = createWorld();
    world.aurora.begin(clusters["eu-west-1"], "failover");

    await world.awaitMove();

    expect(world.ended()?.detail).toMatchObject({
      oldPrimary: "us-east-1",
      oldCluster: "storefront-us-east-1",
      conflict: expect.stringContaining("may still take writes"),
      snapshot: expect.stringContaining("rds:unplanned-global-failover-storefront-us-east-1-"),
    });
  });

  it("FM76: remembers a cluster outside the global cluster that may take writes besides the new writer", async () => {
    const world = createWorld();
    world.aurora.outside.add(clusters["ap-southeast-1"]);
    world.aurora.begin(clusters["eu-west-1"], "failover");

    await world.awaitMove();

    expect(world.ended()?.detail).toMatchObject({
      writers: [],
      mayWrite: [clusters["eu-west-1"], clusters["ap-southeast-1"]],
    });
  });

  it("has nothing to remember after a switchover", async () => {
    const world = createWorld();
    world.aurora.begin(clusters["eu-west-1"], "switchover");

    await world.awaitMove({ kind: "switchover", lossSeconds: 0, worstCaseLossSeconds: 0 });

    expect(world.ended()?.detail).not.toHaveProperty("oldPrimary");
    expect(world.ended()?.detail).toMatchObject({ result: "done", lossSeconds: 0 });
  });

  it("answers waiting while the move goes on", async () => {
    const world = createWorld();
    world.aurora.moveSeconds = 600;
    world.aurora.begin(clusters["eu-west-1"], "failover");

    const answer = await world.awaitMove();

    expect(answer).toEqual({ result: "waiting", reason: null });
    expect(world.events()).toEqual([]);
  });

  it("asks for another try when the move has vanished, but not for one odd read", async () => {
    const world = createWorld();
    world.aurora.moveSeconds = 20;
    world.aurora.begin(clusters["eu-west-1"], "failover", "cancelling");

    const answer = await world.awaitMove();

    expect(answer.result).toBe("retry");
    expect(answer.reason).toContain("not eu-west-1");
    expect(world.cloud.clock.now()).toBeGreaterThanOrEqual(Date.parse("2026-03-01T12:01:54Z"));
    expect(world.ended()).toBeNull();
  });

  it("is late, and says where it stands, when the deadline passes", async () => {
    const world = createWorld();
    world.aurora.moveSeconds = 600;
    world.aurora.begin(clusters["eu-west-1"], "failover");

    const answer = await world.awaitMove({ deadlineAt: "2026-03-01T12:02:00.000Z" });

    expect(answer).toMatchObject({ result: "late", reason: expect.stringContaining("failing-over") });
    expect(world.ended()?.detail).toMatchObject({ result: "degraded", promotedRegion: null });
  });

  it("freezes when the old primary returns with its own writer (FM45)", async () => {
    const world = createWorld();
    world.aurora.writers = [clusters["us-east-1"], clusters["eu-west-1"]];

    const answer = await world.awaitMove();

    expect(answer).toMatchObject({ result: "blocked", reason: expect.stringContaining("two writers") });
    expect(world.ended()?.detail).toMatchObject({
      result: "degraded",
      lossSeconds: null,
      worstCaseLossSeconds: null,
      writers: [clusters["us-east-1"], clusters["eu-west-1"]],
    });
  });

  it("changes nothing", async () => {
    const world = createWorld();
    world.aurora.begin(clusters["eu-west-1"], "failover");

    await world.awaitMove();

    expect(world.aurora.moves).toEqual([]);
    expect(world.aurora.calls.filter((call) => !call.startsWith("Describe"))).toEqual([]);
  });
});
