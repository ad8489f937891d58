import type { DatabasePlan } from "../../functions/shared/plan/plan.ts";
import { tableArn } from "../names.ts";
import type { Permission, Rule, Subject } from "./statement.ts";

function withDatabase(rule: (database: DatabasePlan, subject: Subject) => readonly Permission[]): Rule {
  return (subject) => (subject.plan.database === null ? [] : rule(subject.plan.database, subject));
}

function globalClusterArn({ globalCluster }: DatabasePlan, { place }: Subject): string {
  return `arn:${place.partition}:rds::${place.account}:global-cluster:${globalCluster}`;
}

export function readsTheDatabase(subject: Subject): readonly Permission[] {
  return withDatabase((database) => [
    {
      actions: ["rds:DescribeGlobalClusters"],
      resources: [globalClusterArn(database, subject)],
      reason: "Reads who is the writer and what moves",
    },
    {
      actions: ["rds:DescribeDBClusters"],
      resources: Object.values(database.clusters),
      reason: "Reads whether the clusters are available",
    },
  ])(subject);
}

export function readsInstances(subject: Subject): readonly Permission[] {
  return withDatabase((database) => [
    {
      actions: ["rds:DescribeDBInstances"],
      // Asked for by cluster, which names no instance: IAM then asks about all of the Region.
      resources: Object.values(database.clusters).map((arn) => arn.replace(/:cluster:.*$/, ":db:*")),
      reason: "Reads whether a cluster has an instance that serves",
    },
  ])(subject);
}

/** @param ways the calls that may be made: a switchover loses nothing, a failover may */
export function movesTheWriter(...ways: readonly ("FailoverGlobalCluster" | "SwitchoverGlobalCluster")[]): Rule {
  return withDatabase((database, subject) => [
    {
      actions: ways.map((way) => `rds:${way}`),
      resources: [globalClusterArn(database, subject), ...Object.values(database.clusters)],
      reason:
        "Makes another cluster the writer; AWS asks for the global cluster and for both clusters that change places",
    },
  ]);
}

/**
 * Aurora attempts a snapshot of the old primary after an unplanned failover, `rds:unplanned-global-failover-<cluster>-<timestamp>`,
 * and it ages out with the cluster's backups unless it is copied ("Recovering an Aurora global database from an unplanned outage").
 */
export function keepsLostWrites(subject: Subject): readonly Permission[] {
  return withDatabase(({ clusters }, { plan }) => {
    const arns = Object.values(clusters);
    const snapshots = (name: (cluster: string) => string) =>
      arns.map((arn) => arn.replace(/:cluster:(.+)$/, (_all, cluster: string) => `:cluster-snapshot:${name(cluster)}`));
    return [
      {
        actions: ["rds:DescribeDBClusterSnapshots"],
        resources: [...arns, ...snapshots(() => "*")],
        reason: "Finds the snapshot that Aurora attempts of writes that were lost",
      },
      {
        actions: ["rds:CopyDBClusterSnapshot"],
        resources: [
          ...snapshots((cluster) => `rds:unplanned-global-failover-${cluster}-*`),
          ...snapshots(() => `lost-writes-${plan.application}-*`),
        ],
        reason: "Keeps a copy of it, which does not age out; of other snapshots it makes none",
      },
    ];
  })(subject);
}

function readsLag(regions: readonly string[], purpose: string): readonly Permission[] {
  if (regions.length === 0) return [];
  return [
    {
      actions: ["cloudwatch:GetMetricData"],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": regions } },
      reason: `${purpose}; the API knows no resource to name for it`,
    },
  ];
}

export function readsLagEverywhere(subject: Subject): readonly Permission[] {
  return withDatabase((database) => readsLag(Object.keys(database.clusters), "Reads a survivor's replication lag"))(
    subject,
  );
}

export function samplesItsOwnLag(subject: Subject): readonly Permission[] {
  return withDatabase(({ clusters }, { place }) =>
    readsLag(
      Object.keys(clusters).filter((region) => region === place.region),
      "Samples the replication lag of its own Region",
    ),
  )(subject);
}

/** Where the plan lets a new writer be raised. */
export function raisesTheWriter(subject: Subject): readonly Permission[] {
  return withDatabase(({ clusters, scale }) =>
    scale === "off"
      ? []
      : [
          {
            actions: ["rds:ModifyDBCluster"],
            resources: Object.values(clusters),
            reason:
              "Raises the Serverless v2 range of the new writer to the old one's; the API cannot be held to that alone",
          },
        ],
  )(subject);
}

/** Of the Region in which a function runs: AWS names an instance by its own identifier, which no plan has. */
export function samplesItsOwnClustersSize(subject: Subject): readonly Permission[] {
  return withDatabase(({ clusters }, { place }) => {
    const arn = clusters[place.region];
    if (arn === undefined) return [];
    return [
      {
        actions: ["rds:DescribeDBClusters"],
        resources: [arn],
        reason: "Samples how large the cluster of its own Region is",
      },
      {
        actions: ["rds:DescribeDBInstances"],
        resources: [`arn:${place.partition}:rds:${place.region}:${place.account}:db:*`],
        reason: "Samples what the instances of that cluster run on; a plan does not name them",
      },
    ];
  })(subject);
}

export function describesTables({ plan, place }: Subject): readonly Permission[] {
  if (plan.tables.length === 0) return [];
  return [
    {
      actions: ["dynamodb:DescribeTable"],
      resources: plan.tables.flatMap((name) =>
        plan.regions.map(({ name: region }) => tableArn(name, { ...place, region })),
      ),
      reason: "Reads the state of the survivors' replicas",
    },
  ];
}
