import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, MultiRegionConsistency, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { strongConsistencySets } from "../functions/shared/plan/checks/coordination.ts";
import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";

/** Keys of both tables (functions/coordination/store.ts, timeline/journal.ts, watch/observations.ts). */
const keys = {
  partitionKey: { name: "pk", type: AttributeType.STRING },
  sortKey: { name: "sk", type: AttributeType.STRING },
};

/**
 * What both tables have in common. No key of KMS: a failover must not depend on one more service. No TTL: nothing the
 * controller writes expires, and a strongly consistent table knows none.
 */
const common = {
  ...keys,
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.dynamoOwnedKey(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  // Kept when the stack goes, not when the stack's first deployment fails: then the name would be taken.
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
};

/**
 * Where the stack of the coordination table is: in the first Region by name, whatever the order in the plan. A stack whose
 * home changed would be a new one, and its table, protected and kept, would be in its way.
 */
export function coordinationHome(plan: Plan): string {
  return first([...plan.coordination.regions].sort());
}

/** Where the stack of the records table is: likewise, of the Regions that serve. */
export function recordsHome(plan: Plan): string {
  return first(plan.regions.map(({ name }) => name).sort());
}

/** The strongly consistent table of the coordination item, in three Regions: three replicas, or two and a witness. */
export function coordinationTable(scope: Construct, id: string, plan: Plan): TableV2 {
  const home = coordinationHome(plan);
  const others = plan.coordination.regions.filter((region) => region !== home).sort();
  return new TableV2(scope, id, {
    ...common,
    tableName: plan.coordination.table,
    multiRegionConsistency: MultiRegionConsistency.STRONG,
    replicas: others.map((region) => ({ region, deletionProtection: true })),
    ...(others.length === 1 ? { witnessRegion: witnessOf(plan) } : {}),
  });
}

/** The global table of timelines, observations, decisions, questions and escalations: a copy wherever one is written. */
export function recordsTable(scope: Construct, id: string, plan: Plan): TableV2 {
  const home = recordsHome(plan);
  return new TableV2(scope, id, {
    ...common,
    tableName: plan.recordsTable,
    replicas: vantagesOf(plan)
      .filter((region) => region !== home)
      .sort()
      .map((region) => ({ region, deletionProtection: true })),
  });
}

/** The Region of the third copy, which cannot be read: the first of the Region set that holds no replica. */
export function witnessOf(plan: Plan): string {
  const { regions } = plan.coordination;
  const set = strongConsistencySets.find((each) => regions.every((region) => each.includes(region))) ?? [];
  return first(set.filter((region) => !regions.includes(region)));
}

function first(regions: readonly string[]): string {
  const [region] = regions;
  // The plan's checks see to it; a plan that was not checked must not deploy half of something.
  if (region === undefined) throw new RangeError("A plan without Regions. Received: no Region; read it by loadPlan");
  return region;
}
