import { simulatedAccount } from "../../../simulator/account.ts";
import { SimulatedRds } from "../../../simulator/aws/rds.ts";
import { call, createKernel, errorOf, ireland, oregon, pass, singapore, virginia } from "./service-support.ts";

const arnOf = (region: string) => `arn:aws:rds:${region}:${simulatedAccount}:cluster:shop-${region}`;

/** @param spelling how whoever made the clusters wrote their names */
function setUp(spelling: (name: string) => string = (name) => name) {
  const kernel = createKernel();
  const rds = new SimulatedRds({
    ...kernel,
    globalCluster: {
      identifier: spelling("shop"),
      clusters: Object.fromEntries([virginia, ireland, singapore].map((region) => [region, spelling(arnOf(region))])),
      writer: virginia,
    },
  });
  const ask = (operation: string, region: string, target: string, input: object = {}) =>
    call(rds, "rds", operation, region, {
      GlobalClusterIdentifier: "shop",
      TargetDbClusterIdentifier: arnOf(target),
      ...input,
    });
  const failOver = (target: string = ireland) => ask("FailoverGlobalCluster", target, target, { AllowDataLoss: true });
  const global = (region: string = ireland) =>
    call(rds, "rds", "DescribeGlobalClusters", region, { GlobalClusterIdentifier: "shop" }).GlobalClusters[0];
  const writers = (region: string = ireland) =>
    global(region)
      .GlobalClusterMembers.filter((member: { IsWriter: boolean }) => member.IsWriter)
      .map((member: { DBClusterArn: string }) => member.DBClusterArn);
  const cluster = (region: string) =>
    call(rds, "rds", "DescribeDBClusters", region, { DBClusterIdentifier: arnOf(region) }).DBClusters[0];
  return { ...kernel, kernel, rds, ask, failOver, global, writers, cluster };
}

describe("SimulatedRds", () => {
  it("fails over in phases, and is done only when the new writer has settled (FM43)", async () => {
    // Prepare
    const { kernel, regions, rds, failOver, global, writers, cluster } = setUp();
    regions.set(virginia, "dark");
    const seen: string[] = [];

    // Act
    const answer = failOver();
    for (let second = 0; second < 180; second++) {
      const { FailoverState: state, Status: status } = global();
      const writer = writers()[0] === arnOf(ireland) ? "new" : "old";
      const takes = rds.acceptingWrites.includes(ireland) ? "writes" : "waits";
      const line = [state?.Status ?? "-", status, writer, cluster(ireland).Status, takes].join(" ");
      if (seen.at(-1) !== line) seen.push(line);
      await pass(kernel, 1);
    }

    // Assess
    expect(answer.GlobalCluster.FailoverState).toEqual({
      Status: "pending",
      FromDbClusterArn: arnOf(virginia),
      ToDbClusterArn: arnOf(ireland),
      IsDataLossAllowed: true,
    });
    expect(seen).toEqual([
      "pending available old available waits",
      "failing-over failing-over old failing-over waits",
      "- modifying new modifying waits",
      "- available new available writes",
    ]);
    expect(rds.promotions).toMatchObject([{ target: ireland, from: virginia, kind: "failover" }]);
    expect(global().GlobalClusterMembers).toContainEqual(
      expect.objectContaining({ DBClusterArn: arnOf(singapore), SynchronizationStatus: "pending-resync" }),
    );
  });

  it.each([
    ["a healthy lag", 0.8, 0, 0.6, 1],
    ["a set lag", 42, 0, 41.8, 42.2],
    ["replication that stalled 90 s before", 1, 90, 90.8, 91.2],
  ])("loses at promotion what %s meant when the primary died", async (_, lag, stalledFor, low, high) => {
    // Prepare
    const { kernel, regions, rds, failOver } = setUp();
    rds.setLag(ireland, lag);
    if (stalledFor > 0) rds.stallReplication(ireland);
    await pass(kernel, stalledFor);

    // Act: the time between death and promotion loses nothing more
    regions.set(virginia, "dark");
    await pass(kernel, 500);
    failOver();
    await pass(kernel, 180);

    // Assess
    expect(rds.promotions[0]?.lossSeconds).toBeGreaterThanOrEqual(low);
    expect(rds.promotions[0]?.lossSeconds).toBeLessThanOrEqual(high);
  });

  it("falls behind while the link is cut, and catches up when it is mended", async () => {
    const { kernel, regions, rds } = setUp();
    regions.cut(virginia, ireland);
    await pass(kernel, 30);
    const cut = rds.lagSeconds(ireland);

    regions.mend(virginia, ireland);

    expect(cut).toBeGreaterThan(30);
    expect(rds.lagSeconds(ireland)).toBeLessThan(2);
  });

  it.each([
    ["SwitchoverGlobalCluster", virginia, {}],
    ["FailoverGlobalCluster", ireland, {}],
    ["FailoverGlobalCluster", virginia, { Switchover: true }],
  ])("%s in %s with %j switches over and loses nothing (FM42)", async (operation, region, input) => {
    const { kernel, rds, ask, writers, global } = setUp();

    const answer = ask(operation, region, ireland, input);
    await pass(kernel, 120);

    expect(answer.GlobalCluster.FailoverState.IsDataLossAllowed).toBe(false);
    expect(rds.promotions).toMatchObject([{ target: ireland, kind: "switchover", lossSeconds: 0 }]);
    expect(writers()).toEqual([arnOf(ireland)]);
    expect(rds.acceptingWrites).toEqual([ireland]);
    expect(
      global().GlobalClusterMembers.every(
        (each: { SynchronizationStatus?: string }) => each.SynchronizationStatus !== "pending-resync",
      ),
    ).toBe(true);
  });

  it("FM83: rebuilds a secondary from the new writer, and not while that one is gone", async () => {
    // Prepare
    const { kernel, regions, failOver, global, cluster } = setUp();
    const synchronization = () =>
      global(singapore).GlobalClusterMembers.find(
        (each: { DBClusterArn: string }) => each.DBClusterArn === cluster(singapore).DBClusterArn,
      ).SynchronizationStatus;
    regions.set(virginia, "dark");
    failOver();
    await pass(kernel, 180);

    // Act
    regions.set(ireland, "dark");
    await pass(kernel, 3_600);
    const withoutWriter = synchronization();
    const refusal = errorOf(() => failOver(singapore));
    regions.set(ireland, "up");
    await pass(kernel, 1_500);

    // Assess
    expect(withoutWriter).toBe("pending-resync");
    expect(refusal).toBe("InvalidDBClusterStateFault");
    expect(synchronization()).toBe("connected");
  });

  it.each<[string, string, string, object, string]>([
    [
      "FailoverGlobalCluster",
      ireland,
      ireland,
      { AllowDataLoss: true, Switchover: true },
      "InvalidParameterCombination",
    ],
    ["FailoverGlobalCluster", ireland, oregon, { AllowDataLoss: true }, "DBClusterNotFoundFault"],
    ["FailoverGlobalCluster", ireland, ireland, { GlobalClusterIdentifier: "none" }, "GlobalClusterNotFoundFault"],
    ["FailoverGlobalCluster", oregon, ireland, { AllowDataLoss: true }, "GlobalClusterNotFoundFault"],
    ["FailoverGlobalCluster", singapore, ireland, { AllowDataLoss: true }, "InvalidGlobalClusterStateFault"],
    ["FailoverGlobalCluster", virginia, virginia, { AllowDataLoss: true }, "InvalidDBClusterStateFault"],
    ["SwitchoverGlobalCluster", ireland, ireland, {}, "InvalidGlobalClusterStateFault"],
  ])("refuses %s in %s to %s with %j: %s", (operation, region, target, input, error) => {
    const { ask, rds } = setUp();

    expect(errorOf(() => ask(operation, region, target, input))).toBe(error);
    expect(rds.promotions).toHaveLength(0);
  });

  it("refuses a switchover away from a primary that is gone", () => {
    const { regions, ask } = setUp();
    regions.set(virginia, "dark");

    expect(errorOf(() => ask("FailoverGlobalCluster", ireland, ireland))).toBe("InvalidGlobalClusterStateFault");
  });

  it("may show a move only some time after it was asked for, and refuses another one meanwhile", async () => {
    const { kernel, rds, failOver, global } = setUp();
    rds.moveShownAfterMilliseconds = 3_000;

    rds.beginMove(ireland, "failover");
    await pass(kernel, 2);
    const early = global().FailoverState;
    const again = errorOf(() => failOver());
    await pass(kernel, 2);

    expect([early, again, global().FailoverState?.Status]).toEqual([
      undefined,
      "InvalidGlobalClusterStateFault",
      "pending",
    ]);
  });

  it("refuses a second move while one is under way (FM41)", async () => {
    const { kernel, rds, failOver } = setUp();
    rds.beginMove(singapore, "failover");
    await pass(kernel, 20);

    expect(errorOf(() => failOver())).toBe("InvalidGlobalClusterStateFault");
    expect(rds.beginMove(ireland, "failover")).toBe("refused");
  });

  it("shows a move that is being called off, and is idle after it (FM41)", async () => {
    const { kernel, rds, global } = setUp();
    rds.beginCancelling(ireland);
    const during = global().FailoverState.Status;

    await pass(kernel, 60);

    expect(during).toBe("cancelling");
    expect(global()).toMatchObject({ Status: "available" });
    expect(global().FailoverState).toBeUndefined();
  });

  it("hangs in switching-over when the primary dies midway, and is called off in the end", async () => {
    // Prepare
    const { kernel, regions, rds, ask, global } = setUp();
    ask("SwitchoverGlobalCluster", virginia, ireland);
    await pass(kernel, 20);

    // Act
    regions.set(virginia, "dark");
    await pass(kernel, 200);
    const hanging = global().FailoverState.Status;
    await pass(kernel, 300);

    // Assess
    expect(hanging).toBe("switching-over");
    expect(global().FailoverState).toBeUndefined();
    expect(rds.promotions).toHaveLength(0);
    expect(rds.writerRegion).toBe(virginia);
  });

  it("lets a primary that returns believe and write for a while, until it is fenced (FM44)", async () => {
    // Prepare
    const { kernel, regions, rds, failOver, writers } = setUp();
    regions.set(virginia, "dark");
    failOver();
    await pass(kernel, 180);

    // Act
    regions.set(virginia, "up");
    const atReturn = [rds.acceptingWrites, writers(virginia), writers(ireland)];
    await pass(kernel, 60);

    // Assess
    expect(atReturn).toEqual([[virginia, ireland], [arnOf(virginia)], [arnOf(ireland)]]);
    expect([rds.acceptingWrites, writers(virginia)]).toEqual([[ireland], [arnOf(ireland)]]);
    await pass(kernel, 1_500);
    expect(rds.lagMetricMilliseconds(virginia)).not.toBeNull();
  });

  it("leaves two writers when nobody fences the one that returns (FM45)", async () => {
    const { kernel, regions, rds, failOver, writers, ask } = setUp();
    rds.setFencing("never");
    regions.set(virginia, "dark");
    failOver();
    await pass(kernel, 180);

    regions.set(virginia, "up");
    await pass(kernel, 100);

    expect(writers()).toEqual([arnOf(virginia), arnOf(ireland)]);
    expect(rds.acceptingWrites).toEqual([virginia, ireland]);
    const act = () => ask("FailoverGlobalCluster", singapore, singapore, { AllowDataLoss: true });
    expect(errorOf(act)).toBe("InvalidGlobalClusterStateFault");
  });

  it("shows a split that a scenario sets up (FM45)", () => {
    const { rds, writers } = setUp();

    rds.splitOffWriter(singapore);

    expect(writers()).toEqual([arnOf(virginia), arnOf(singapore)]);
    expect(rds.acceptingWrites).toEqual([virginia, singapore]);
  });

  it("has no lag to show at the writer, nor once the writer's Region is gone (FM40)", () => {
    const { regions, rds } = setUp();
    const before = [rds.lagMetricMilliseconds(virginia), typeof rds.lagMetricMilliseconds(ireland)];

    regions.set(virginia, "dark");

    expect(before).toEqual([null, "number"]);
    expect(rds.lagMetricMilliseconds(ireland)).toBeNull();
  });

  it("FM80: takes names in any case and gives them back in lower case", () => {
    const capital = (name: string) => name.replace("shop", "Shop");
    const { rds } = setUp(capital);

    const {
      GlobalClusters: [global],
    } = call(rds, "rds", "DescribeGlobalClusters", ireland, {
      GlobalClusterIdentifier: "SHOP",
    });
    const {
      DBClusters: [cluster],
    } = call(rds, "rds", "DescribeDBClusters", ireland, {
      DBClusterIdentifier: capital(arnOf(ireland)),
    });
    call(rds, "rds", "FailoverGlobalCluster", ireland, {
      GlobalClusterIdentifier: "Shop",
      TargetDbClusterIdentifier: capital(arnOf(ireland)),
      AllowDataLoss: true,
    });

    expect(global.GlobalClusterIdentifier).toBe("shop");
    expect(global.GlobalClusterMembers.map(({ DBClusterArn }: { DBClusterArn: string }) => DBClusterArn)).toContain(
      arnOf(ireland),
    );
    expect(cluster.DBClusterArn).toBe(arnOf(ireland));
  });

  it("lets a secondary leave, and be a writer of its own that no longer follows (FM76)", () => {
    const { rds, global, cluster } = setUp();

    const answers = [rds.detach(ireland), rds.detach(virginia), rds.detach(oregon)];

    expect(answers).toEqual(["detached", "refused", "refused"]);
    const members = global(singapore).GlobalClusterMembers.map((each: { DBClusterArn: string }) => each.DBClusterArn);
    expect(members).toEqual([arnOf(virginia), arnOf(singapore)]);
    expect(rds.acceptingWrites).toEqual([virginia, ireland]);
    expect(rds.lagSeconds(ireland)).toBeNull();
    expect(cluster(ireland)).toMatchObject({ Status: "available", DBClusterMembers: [{ IsClusterWriter: true }, {}] });
    expect(errorOf(() => global())).toBe("GlobalClusterNotFoundFault");
  });

  it.each([{ engineVersion: "17.5" }, { patch: "differs" }] as const)(
    "refuses a target with %j as InvalidDBClusterStateFault (FM77)",
    (change) => {
      const { rds, failOver, cluster } = setUp();
      rds.changeCluster(ireland, change);

      expect(errorOf(() => failOver())).toBe("InvalidDBClusterStateFault");
      expect(cluster(ireland).EngineVersion).toBe("engineVersion" in change ? "17.5" : "17.4");
    },
  );

  it("makes a headless cluster the writer, and nobody can write (FM78)", async () => {
    const { kernel, regions, rds, failOver, writers, cluster } = setUp();
    rds.changeCluster(ireland, { instances: [] });
    regions.set(virginia, "dark");
    failOver();
    await pass(kernel, 180);

    expect(writers()).toEqual([arnOf(ireland)]);
    expect(cluster(ireland)).toMatchObject({ Status: "available", DBClusterMembers: [] });
    expect(rds.acceptingWrites).toEqual([]);
  });

  it("says how each instance of a cluster is, asked for by the cluster", () => {
    const { rds } = setUp();
    rds.changeCluster(ireland, { instances: ["rebooting", "available"] });
    const ask = (cluster: string) =>
      call(rds, "rds", "DescribeDBInstances", ireland, { Filters: [{ Name: "db-cluster-id", Values: [cluster] }] });

    const statuses = ask(`shop-${ireland}`).DBInstances.map(
      (each: { DBInstanceStatus: string }) => each.DBInstanceStatus,
    );

    expect(statuses).toEqual(["rebooting", "available"]);
    expect(ask(`shop-${singapore}`).DBInstances).toEqual([]);
    expect(() => call(rds, "rds", "DescribeDBInstances", ireland, {})).toThrow("exactly one filter");
  });
});
