import { readLag } from "../../functions/database/cloudwatch.ts";
import { beginMove, readDatabase } from "../../functions/database/rds.ts";
import type { AwsClients } from "../../functions/shared/clients.ts";
import { awsError } from "../fakes/small-cloud.ts";
import { clusters, createWorld, database, storefront } from "./world.ts";

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly { readonly Name: string }[] };
    readonly Period: number;
    readonly Stat: string;
  };
}

/** A CloudWatch that has values for metrics whose name and dimensions are given as `Name/Dimension/…`. */
function cloudWatchWith(values: Readonly<Record<string, readonly number[]>>) {
  const asked: Query[] = [];
  const aws = {
    cloudWatch: () => ({
      send: async ({ input }: { readonly input: { readonly MetricDataQueries: readonly Query[] } }) => {
        asked.push(...input.MetricDataQueries);
        return {
          MetricDataResults: input.MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
            const key = [Metric.MetricName, ...Metric.Dimensions.map(({ Name }) => Name)].join("/");
            const found = values[key] ?? [];
            return {
              Id,
              Values: found,
              Timestamps: found.map((_, minute) => new Date(Date.UTC(2026, 2, 1, 12, minute))),
            };
          }),
        };
      },
    }),
  } as unknown as AwsClients;
  const { cloud } = createWorld();
  return { deps: { ...cloud.dependencies(storefront, "eu-west-1"), aws }, asked };
}

const request = {
  region: "eu-west-1",
  clusterArn: clusters["eu-west-1"],
  sourceRegion: "us-east-1",
  from: "2026-03-01T12:00:00.000Z",
  to: "2026-03-01T12:10:00.000Z",
};

describe("readLag", () => {
  it("turns milliseconds into seconds and says from when and where they are", async () => {
    const { deps, asked } = cloudWatchWith({ "AuroraGlobalDBRPOLag/DBClusterIdentifier": [740, 1_200] });

    const readings = await readLag(deps, request);

    expect(readings).toEqual([
      { seconds: 0.74, sampledAt: "2026-03-01T12:00:00.000Z", source: "AuroraGlobalDBRPOLag" },
      { seconds: 1.2, sampledAt: "2026-03-01T12:01:00.000Z", source: "AuroraGlobalDBRPOLag" },
    ]);
    expect(asked.map(({ MetricStat: { Period, Stat } }) => [Period, Stat])).toEqual(asked.map(() => [60, "Maximum"]));
    expect(asked[0]?.MetricStat.Metric.Dimensions).toEqual([
      { Name: "DBClusterIdentifier", Value: "storefront-eu-west-1" },
    ]);
  });

  it.each([
    ["AuroraGlobalDBRPOLag/DBClusterIdentifier/SourceRegion", "AuroraGlobalDBRPOLag"],
    ["AuroraGlobalDBReplicationLag/DBClusterIdentifier", "AuroraGlobalDBReplicationLag"],
    ["AuroraGlobalDBReplicationLag/DBClusterIdentifier/SourceRegion", "AuroraGlobalDBReplicationLag"],
  ])("takes %s when there is nothing better", async (key, source) => {
    const { deps } = cloudWatchWith({ [key]: [500] });

    expect(await readLag(deps, request)).toMatchObject([{ seconds: 0.5, source }]);
  });

  it("gives both metrics' readings, and of two sets of dimensions the worse one, minute by minute", async () => {
    const { deps } = cloudWatchWith({
      "AuroraGlobalDBRPOLag/DBClusterIdentifier": [300, 910],
      "AuroraGlobalDBRPOLag/DBClusterIdentifier/SourceRegion": [900, 310],
      "AuroraGlobalDBReplicationLag/DBClusterIdentifier": [400],
    });

    const readings = await readLag(deps, request);

    expect(readings.map(({ source, seconds }) => [source, seconds])).toEqual([
      ["AuroraGlobalDBRPOLag", 0.9],
      ["AuroraGlobalDBRPOLag", 0.91],
      ["AuroraGlobalDBReplicationLag", 0.4],
    ]);
  });

  it.each([
    ["ThrottlingException", undefined, 4],
    ["TimeoutError", undefined, 4],
    ["ThrottlingException", 1, 1],
    ["AccessDeniedException", undefined, 1],
  ] as const)("FM33: after %s, told to try %s times, asks %i times", async (name, attempts, expected) => {
    let asked = 0;
    const { deps } = cloudWatchWith({});
    const cloudWatch = () => ({
      send: async () => {
        asked++;
        throw awsError(name, "not now", name === "TimeoutError" ? 0 : 400);
      },
    });

    const read = readLag({ ...deps, aws: { ...deps.aws, cloudWatch } as unknown as AwsClients }, request, attempts);

    await expect(read).rejects.toThrow("not now");
    expect(asked).toBe(expected);
  });

  it("answers with nothing when there is nothing", async () => {
    expect(await readLag(cloudWatchWith({}).deps, request)).toEqual([]);
  });
});

function rdsWith(answer: (operation: string, region: string) => object) {
  const sent: { readonly operation: string; readonly region: string; readonly input: object }[] = [];
  const { cloud } = createWorld();
  const deps = cloud.dependencies(storefront, "eu-west-1");
  const rds = (region: string) => ({
    send: async (command: { readonly constructor: { readonly name: string }; readonly input: object }) => {
      const operation = command.constructor.name.replace(/Command$/, "");
      sent.push({ operation, region, input: command.input });
      return answer(operation, region);
    },
  });
  return { sent, deps: { ...deps, aws: { ...deps.aws, rds } as unknown as AwsClients } };
}

describe("beginMove", () => {
  const names = { GlobalClusterIdentifier: "storefront", TargetDbClusterIdentifier: clusters["eu-west-1"] };
  it.each([
    ["failover", { operation: "FailoverGlobalCluster", region: "eu-west-1", input: { ...names, AllowDataLoss: true } }],
    ["switchover", { operation: "SwitchoverGlobalCluster", region: "us-east-1", input: names }],
  ] as const)("makes a %s by its own call, in the Region where AWS wants it (FM42)", async (flavour, expected) => {
    const { sent, deps } = rdsWith(() => ({}));

    await beginMove(deps, {
      flavour,
      globalCluster: "storefront",
      primary: "us-east-1",
      target: "eu-west-1",
      targetArn: clusters["eu-west-1"],
    });

    expect(sent).toEqual([expected]);
  });
});

describe("readDatabase", () => {
  const regions = ["eu-west-1", "ap-southeast-1"];
  const global = (FailoverState: object | undefined) => ({
    GlobalClusters: [
      {
        GlobalClusterIdentifier: "storefront",
        Status: "available",
        GlobalClusterMembers: [{ DBClusterArn: clusters["us-east-1"], IsWriter: true }],
        FailoverState,
      },
    ],
  });

  it.each([undefined, {}])("takes an absent or empty FailoverState for no move", async (state) => {
    const { deps } = rdsWith((operation) => (operation === "DescribeGlobalClusters" ? global(state) : {}));

    const view = await readDatabase(deps, "storefront", database.clusters, regions);

    expect(view.global).toMatchObject({ kind: "read", found: { move: null } });
  });

  it("asks the next survivor when the first does not answer, and each for its own cluster", async () => {
    const { deps, sent } = rdsWith((operation, region) => {
      if (region === "eu-west-1") throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      if (operation === "DescribeGlobalClusters")
        return global({ Status: "pending", ToDbClusterArn: clusters["eu-west-1"] });
      if (operation === "DescribeDBInstances") {
        return { DBInstances: [{ DBInstanceIdentifier: "one", DBInstanceStatus: "rebooting" }] };
      }
      const DBClusterMembers = [
        { DBInstanceIdentifier: "one", IsClusterWriter: true },
        { DBInstanceIdentifier: "two" },
      ];
      const seen = { DBClusterArn: clusters["ap-southeast-1"], Status: "available", EngineVersion: "17.4" };
      return { DBClusters: [{ ...seen, DBClusterMembers }] };
    });

    const view = await readDatabase(deps, "storefront", database.clusters, regions);

    expect(view.global).toMatchObject({ kind: "read", found: { move: { status: "pending", dataLoss: "unsaid" } } });
    expect(view.clusters).toEqual({
      "eu-west-1": { kind: "unreadable", reason: "no answer" },
      "ap-southeast-1": {
        kind: "read",
        found: {
          status: "available",
          engineVersion: "17.4",
          instances: [
            { id: "one", role: "writer", status: "rebooting" },
            { id: "two", role: "reader", status: null },
          ],
          engine: null,
        },
      },
    });
    expect(sent.every(({ region }) => regions.includes(region))).toBe(true);
  });

  it("says why when nobody answers, and when there is no such cluster", async () => {
    const none = rdsWith(() => ({}));

    const view = await readDatabase(none.deps, "storefront", database.clusters, regions);

    expect(view.clusters["eu-west-1"]).toMatchObject({ kind: "absent" });
    expect(view.global).toEqual({
      kind: "absent",
      reason: "eu-west-1: there is no global cluster storefront; ap-southeast-1: there is no global cluster storefront",
    });
  });

  it("FM81: tells the engine, by the global cluster's word and by each survivor's own cluster", async () => {
    const { deps } = rdsWith((operation, region) => {
      if (operation === "DescribeGlobalClusters") {
        return { GlobalClusters: [{ ...global({}).GlobalClusters[0], Engine: "aurora-mysql" }] };
      }
      if (region === "ap-southeast-1") return { DBClusters: [{ DBClusterArn: clusters[region], Status: "available" }] };
      return { DBClusters: [{ DBClusterArn: clusters["eu-west-1"], Status: "available", Engine: "neptune" }] };
    });

    const view = await readDatabase(deps, "storefront", database.clusters, regions);

    expect(view.global).toMatchObject({ found: { engine: "aurora-mysql" } });
    expect(view.clusters).toMatchObject({
      "eu-west-1": { found: { engine: "neptune" } },
      "ap-southeast-1": { found: { engine: null } },
    });
  });

  it("knows a cluster, and not how its instances are, where only that cannot be read", async () => {
    const { deps } = rdsWith((operation) => {
      if (operation === "DescribeGlobalClusters") return global({});
      if (operation === "DescribeDBInstances") throw Object.assign(new Error("no"), { name: "AccessDenied" });
      const DBClusterMembers = [{ DBInstanceIdentifier: "one", IsClusterWriter: true }];
      return { DBClusters: [{ DBClusterArn: clusters["eu-west-1"], Status: "available", DBClusterMembers }] };
    });

    const view = await readDatabase(deps, "storefront", database.clusters, ["eu-west-1"]);

    expect(view.clusters["eu-west-1"]).toEqual({
      kind: "read",
      found: {
        status: "available",
        engineVersion: null,
        instances: [{ id: "one", role: "writer", status: null }],
        engine: null,
      },
    });
  });

  it("FM76: asks a Region besides for its cluster where that is no member, and else leaves it alone", async () => {
    const { deps, sent } = rdsWith((operation) => {
      if (operation === "DescribeGlobalClusters") return global({});
      throw Object.assign(new Error("not found"), { name: "DBClusterNotFoundFault" });
    });

    const asked = await readDatabase(deps, "storefront", database.clusters, ["eu-west-1"], ["ap-southeast-1"]);
    await readDatabase(deps, "storefront", database.clusters, ["eu-west-1"], ["us-east-1"]);

    expect(asked.clusters["ap-southeast-1"]).toMatchObject({ kind: "absent" });
    expect(sent.filter(({ region }) => region === "us-east-1")).toEqual([]);
  });
});
