import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  SwitchoverGlobalClusterCommand,
} from "@aws-sdk/client-rds";
import type { DatabaseView, GlobalCluster } from "../../../functions/database/classify.ts";
import { readRange, readSize, setRange } from "../../../functions/database/instances.ts";
import { beginMove, readDatabase } from "../../../functions/database/rds.ts";
import { type Cloud, cloudRegions, ireland, singapore, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { storefront } from "../plan.ts";

interface Database {
  readonly id: string;
  readonly clusters: Readonly<Record<string, string>>;
  view(): Promise<DatabaseView>;
  /** The global cluster as ireland sees it. */
  global(): Promise<GlobalCluster>;
  move(flavour: "failover" | "switchover", target: string): Promise<void>;
  arn(region: string): string;
}

/** A global cluster whose writer is in us-east-1. */
async function withDatabase(cloud: Cloud): Promise<Database> {
  const id = cloud.unique("shop");
  const clusters = await cloud.prepare.globalCluster(id, virginia);
  const deps = cloud.dependencies(storefront);
  const view = () => readDatabase(deps, id, clusters, [ireland, singapore]);
  const arn = (region: string) => clusters[region] as string;
  return {
    id,
    clusters,
    view,
    arn,
    async global() {
      const { global } = await view();
      if (global.kind !== "read") throw new Error(global.reason);
      return global.found;
    },
    move: (flavour, target) =>
      beginMove(deps, { flavour, globalCluster: id, primary: virginia, target, targetArn: arn(target) }),
  };
}

function writers({ members }: GlobalCluster): readonly string[] {
  return members.filter(({ role }) => role === "writer").map(({ arn }) => arn);
}

/** Waits until nothing moves and all is available. */
function untilSettled(cloud: Cloud, database: Database): Promise<GlobalCluster> {
  return cloud.until(
    () => database.global(),
    ({ status, move }) => move === null && status === "available",
  );
}

export const rds: Contract = {
  service: "Aurora Global Database",
  cases: {
    "a global cluster at rest has one writer, all its members, and moves nowhere": async (cloud) => {
      const database = await withDatabase(cloud);

      const global = await database.global();

      expect(global).toMatchObject({ status: "available", move: null });
      expect(global.members.map(({ arn }) => arn).sort()).toEqual(Object.values(database.clusters).sort());
      expect(writers(global)).toEqual([database.arn(virginia)]);
    },

    "each Region describes its own cluster, asked for by its ARN": async (cloud) => {
      const database = await withDatabase(cloud);

      const { clusters } = await database.view();

      const available = { kind: "read", found: { status: "available" } };
      expect(clusters).toMatchObject({ [ireland]: available, [singapore]: available });
    },

    "a cluster has the instances that were put in it, each with its status, and says its engine version": async (
      cloud,
    ) => {
      const database = await withDatabase(cloud);

      const { clusters } = await database.view();

      const cluster = clusters[ireland];
      if (cluster?.kind !== "read") throw new Error("not read");
      expect(cluster.found.engineVersion).toMatch(/^\d+\.\d+/);
      expect(cluster.found.instances.length).toBeGreaterThan(0);
      expect(new Set(cluster.found.instances.map(({ status }) => status))).toEqual(new Set(["available"]));
    },

    "instances are asked for by their cluster, and those of another are left out": async (cloud) => {
      const database = await withDatabase(cloud);
      const ask = (cluster: string) =>
        cloud.aws
          .rds(ireland)
          .send(new DescribeDBInstancesCommand({ Filters: [{ Name: "db-cluster-id", Values: [cluster] }] }));

      const own = await ask(database.arn(ireland).split(":").at(-1) ?? "");

      expect(own.DBInstances?.length).toBeGreaterThan(0);
      expect(own.DBInstances?.[0]).toMatchObject({ DBInstanceStatus: "available" });
    },

    "one instance of the cluster that is the writer is its writer": async (cloud) => {
      const database = await withDatabase(cloud);

      const { DBClusters } = await cloud.aws
        .rds(virginia)
        .send(new DescribeDBClustersCommand({ DBClusterIdentifier: database.arn(virginia) }));

      const writing = DBClusters?.[0]?.DBClusterMembers?.filter(({ IsClusterWriter }) => IsClusterWriter === true);
      expect(writing).toHaveLength(1);
    },

    "each Region says what its own cluster's instances run on, and between what they scale (FM85)": async (cloud) => {
      const database = await withDatabase(cloud);

      const sizes = await Promise.all(
        cloudRegions.map((region) => readSize(cloud.dependencies(storefront), region, database.arn(region))),
      );

      for (const size of sizes) {
        expect(size).toMatchObject({
          writerClass: "db.serverless",
          serverless: { minimumUnits: 1, maximumUnits: 8 },
        });
        expect(size?.instances).toBeGreaterThan(0);
      }
    },

    "a range of Serverless v2 is raised by the cluster's identifier, and described from then on (FM85)": async (
      cloud,
    ) => {
      const database = await withDatabase(cloud);
      const deps = cloud.dependencies(storefront);
      const range = { minimumUnits: 4, maximumUnits: 32 };

      await setRange(deps, ireland, database.arn(ireland).split(":").at(-1) ?? "", range);

      const read = (region: string) => readRange(deps, region, database.arn(region));
      await cloud.until(
        () => read(ireland),
        (found) => found?.maximumUnits === range.maximumUnits,
      );
      expect(await read(ireland)).toEqual(range);
      expect(await read(singapore)).toEqual({ minimumUnits: 1, maximumUnits: 8 });
    },

    "a range of a cluster that is not there is refused": async (cloud) => {
      await withDatabase(cloud);
      const range = { minimumUnits: 4, maximumUnits: 32 };

      const refusal = await refusalOf(setRange(cloud.dependencies(storefront), ireland, cloud.unique("nobody"), range));

      expect(refusal).toEqual({ name: "DBClusterNotFoundFault", sortedAs: "rejected" });
    },

    "the global cluster and each cluster say of what engine they are": async (cloud) => {
      const database = await withDatabase(cloud);

      const { global, clusters } = await database.view();

      expect(global).toMatchObject({ found: { engine: "aurora-postgresql" } });
      const engine = { found: { engine: "aurora-postgresql" } };
      expect(clusters).toMatchObject({ [ireland]: engine, [singapore]: engine });
    },

    "every Region with a cluster describes the same global cluster": async (cloud) => {
      const database = await withDatabase(cloud);

      const seen = await Promise.all(
        cloudRegions.map((region) =>
          cloud.aws.rds(region).send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: database.id })),
        ),
      );

      const members = seen.map(({ GlobalClusters: [global] = [] }) =>
        (global?.GlobalClusterMembers ?? []).map(({ DBClusterArn, IsWriter }) => `${DBClusterArn} ${IsWriter}`).sort(),
      );
      expect(members[0]).toHaveLength(3);
      expect(members).toEqual([members[0], members[0], members[0]]);
    },

    "asked for one global cluster, AWS answers with that one alone": async (cloud) => {
      const database = await withDatabase(cloud);

      const { GlobalClusters } = await cloud.aws
        .rds(ireland)
        .send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: database.id }));

      expect(GlobalClusters?.map(({ GlobalClusterIdentifier }) => GlobalClusterIdentifier)).toEqual([database.id]);
    },

    "an unknown global cluster is GlobalClusterNotFoundFault": async (cloud) => {
      await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws
          .rds(ireland)
          .send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: cloud.unique("nobody") })),
      );

      expect(refusal).toEqual({ name: "GlobalClusterNotFoundFault", sortedAs: "rejected" });
    },

    "an unknown global cluster is absent from the view, which says so": async (cloud) => {
      const { clusters } = await withDatabase(cloud);

      const view = await readDatabase(cloud.dependencies(storefront), cloud.unique("nobody"), clusters, [ireland]);

      expect(view.global).toMatchObject({ kind: "absent", reason: expect.stringContaining(ireland) });
      expect(view.clusters[ireland]).toMatchObject({ kind: "read", found: { status: "available" } });
    },

    "an unknown cluster is DBClusterNotFoundFault": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws
          .rds(ireland)
          .send(new DescribeDBClustersCommand({ DBClusterIdentifier: `${database.arn(ireland)}-nobody` })),
      );

      expect(refusal).toEqual({ name: "DBClusterNotFoundFault", sortedAs: "rejected" });
    },

    "a cluster of another Region is not to be asked for here": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws.rds(ireland).send(new DescribeDBClustersCommand({ DBClusterIdentifier: database.arn(singapore) })),
      );

      expect(refusal.sortedAs).toBe("rejected");
    },

    "a switchover asked for in the primary's Region makes the target the one writer": async (cloud) => {
      const database = await withDatabase(cloud);

      await database.move("switchover", ireland);

      const global = await untilSettled(cloud, database);
      expect(writers(global)).toEqual([database.arn(ireland)]);
      expect(global.members).toHaveLength(3);
    },

    "a failover that allows data loss, asked for in the target's Region, makes the target the one writer": async (
      cloud,
    ) => {
      const database = await withDatabase(cloud);

      await database.move("failover", ireland);

      const global = await untilSettled(cloud, database);
      expect(writers(global)).toEqual([database.arn(ireland)]);
      expect(global.members).toHaveLength(3);
    },

    "the cluster that became the writer is available": async (cloud) => {
      const database = await withDatabase(cloud);

      await database.move("failover", ireland);

      await untilSettled(cloud, database);
      expect((await database.view()).clusters[ireland]).toMatchObject({ kind: "read", found: { status: "available" } });
    },

    "while a failover is under way its state says from where, to where, and that data may be lost": async (cloud) => {
      const database = await withDatabase(cloud);

      await database.move("failover", ireland);

      const { move } = await database.global();
      expect(move).toMatchObject({ from: database.arn(virginia), to: database.arn(ireland), dataLoss: "allowed" });
      expect(["pending", "failing-over"]).toContain(move?.status);
    },

    "while a switchover is under way its state says that nothing may be lost": async (cloud) => {
      const database = await withDatabase(cloud);

      await database.move("switchover", ireland);

      const { move } = await database.global();
      expect(move).toMatchObject({ from: database.arn(virginia), to: database.arn(ireland), dataLoss: "notAllowed" });
      expect(["pending", "switching-over"]).toContain(move?.status);
    },

    "the writer flag stays where it was until the move is done": async (cloud) => {
      const database = await withDatabase(cloud);

      await database.move("switchover", ireland);

      expect(writers(await database.global())).toEqual([database.arn(virginia)]);
    },

    "a failover without AllowDataLoss is a switchover (FM42)": async (cloud) => {
      const database = await withDatabase(cloud);

      const { GlobalCluster } = await cloud.aws.rds(ireland).send(
        new FailoverGlobalClusterCommand({
          GlobalClusterIdentifier: database.id,
          TargetDbClusterIdentifier: database.arn(ireland),
        }),
      );

      expect(GlobalCluster?.FailoverState).toMatchObject({ IsDataLossAllowed: false });
    },

    "AllowDataLoss and Switchover together are refused, and nothing moves": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws.rds(ireland).send(
          new FailoverGlobalClusterCommand({
            GlobalClusterIdentifier: database.id,
            TargetDbClusterIdentifier: database.arn(ireland),
            AllowDataLoss: true,
            Switchover: true,
          }),
        ),
      );

      expect(refusal.sortedAs).toBe("rejected");
      expect(await database.global()).toMatchObject({ move: null });
      expect(writers(await database.global())).toEqual([database.arn(virginia)]);
    },

    "a second move while one is under way is InvalidGlobalClusterStateFault": async (cloud) => {
      const database = await withDatabase(cloud);
      await database.move("failover", ireland);

      const refusal = await refusalOf(database.move("failover", singapore));

      expect(refusal).toEqual({ name: "InvalidGlobalClusterStateFault", sortedAs: "rejected" });
    },

    "a move to the writer itself is refused": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(database.move("failover", virginia));

      expect(refusal.sortedAs).toBe("rejected");
      expect(writers(await database.global())).toEqual([database.arn(virginia)]);
    },

    "a move to an unknown cluster is DBClusterNotFoundFault": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws.rds(ireland).send(
          new FailoverGlobalClusterCommand({
            GlobalClusterIdentifier: database.id,
            TargetDbClusterIdentifier: `${database.arn(ireland)}-nobody`,
            AllowDataLoss: true,
          }),
        ),
      );

      expect(refusal).toEqual({ name: "DBClusterNotFoundFault", sortedAs: "rejected" });
    },

    "a failover of an unknown global cluster is GlobalClusterNotFoundFault": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws.rds(ireland).send(
          new FailoverGlobalClusterCommand({
            GlobalClusterIdentifier: cloud.unique("nobody"),
            TargetDbClusterIdentifier: database.arn(ireland),
            AllowDataLoss: true,
          }),
        ),
      );

      expect(refusal).toEqual({ name: "GlobalClusterNotFoundFault", sortedAs: "rejected" });
    },

    "a switchover of an unknown global cluster is GlobalClusterNotFoundFault": async (cloud) => {
      const database = await withDatabase(cloud);

      const refusal = await refusalOf(
        cloud.aws.rds(virginia).send(
          new SwitchoverGlobalClusterCommand({
            GlobalClusterIdentifier: cloud.unique("nobody"),
            TargetDbClusterIdentifier: database.arn(ireland),
          }),
        ),
      );

      expect(refusal).toEqual({ name: "GlobalClusterNotFoundFault", sortedAs: "rejected" });
    },

    "what was switched over can be switched back": async (cloud) => {
      const database = await withDatabase(cloud);
      await database.move("switchover", ireland);
      await untilSettled(cloud, database);

      await beginMove(cloud.dependencies(storefront), {
        flavour: "switchover",
        globalCluster: database.id,
        primary: ireland,
        target: virginia,
        targetArn: database.arn(virginia),
      });

      expect(writers(await untilSettled(cloud, database))).toEqual([database.arn(virginia)]);
    },
  },
};
