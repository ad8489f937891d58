import { describeSeconds } from "../duration.ts";
import type { DatabasePlan, Plan } from "../plan.ts";
import { finding, listed, type PlanFinding, type PlanRule, refuseRepeated, regionNames } from "./finding.ts";

/** arn:partition:rds:region:account:cluster:identifier */
const clusterArn = /^arn:[a-z0-9-]+:rds:([a-z0-9-]+):\d{12}:cluster:[A-Za-z][A-Za-z0-9-]*$/;

type DatabaseRule = (database: DatabasePlan, plan: Plan) => readonly PlanFinding[];

const clustersAreInThePlansRegions: DatabaseRule = ({ clusters }, plan) =>
  foreignRegions(plan, Object.keys(clusters)).map((region) =>
    finding(`database.clusters.${region}`, region, mustBeARegionOf(plan)),
  );

const clusterArnsAreOfTheirRegion: DatabaseRule = ({ clusters }) =>
  Object.entries(clusters).flatMap(([region, arn]) => {
    const key = `database.clusters.${region}`;
    const match = clusterArn.exec(arn);
    if (match === null) {
      return [finding(key, arn, `must be a cluster's ARN: arn:aws:rds:${region}:111122223333:cluster:name`)];
    }
    return match[1] === region
      ? []
      : [finding(key, arn, `must be a cluster in ${region}, and this one is in ${match[1]}`)];
  });

/**
 * RDS takes an identifier in any case and stores it in lower case ("This parameter is stored as a lowercase string",
 * CreateGlobalCluster and CreateDBCluster, Amazon RDS API Reference). What it answers is compared letter by letter, and
 * CloudWatch's dimensions and IAM's ARNs know the stored name alone. DynamoDB, S3 and Auto Scaling do not fold.
 */
const namesAreAsRdsStoresThem: DatabaseRule = ({ globalCluster, clusters }) => [
  ...refuseCapitals("database.globalCluster", globalCluster),
  ...Object.entries(clusters)
    .filter(([, arn]) => clusterArn.test(arn))
    .flatMap(([region, arn]) => refuseCapitals(`database.clusters.${region}`, arn)),
];

function refuseCapitals(key: string, name: string): readonly PlanFinding[] {
  const stored = name.toLowerCase();
  if (name === stored) return [];
  return [finding(key, name, `must be ${stored}: RDS keeps its names in lower case, and answers with no other`)];
}

const writerHasACluster: DatabaseRule = ({ writer, clusters }, plan) => {
  if (foreignRegions(plan, [writer]).length > 0) return [finding("database.writer", writer, mustBeARegionOf(plan))];
  return Object.hasOwn(clusters, writer) ? [] : [finding("database.writer", writer, mustHaveACluster(clusters))];
};

const promotionOrderNamesClusters: DatabaseRule = ({ promotionOrder, clusters }, plan) =>
  promotionOrder.flatMap((region) => {
    const key = "database.promotionOrder";
    if (foreignRegions(plan, [region]).length > 0) return [finding(key, region, mustBeARegionOf(plan))];
    return Object.hasOwn(clusters, region) ? [] : [finding(key, region, mustHaveACluster(clusters))];
  });

const promotionOrderNamesARegionOnce: DatabaseRule = ({ promotionOrder }) =>
  refuseRepeated("database.promotionOrder", promotionOrder, "must name a Region once");

/** Whichever cluster is the writer when its Region fails, another one must be able to take over. */
const everyClusterHasAnHeir: DatabaseRule = ({ promotionOrder, clusters }) => {
  const withoutHeir = Object.keys(clusters).filter((region) => promotionOrder.every((heir) => heir === region));
  return withoutHeir.map((region) =>
    finding(
      "database.promotionOrder",
      listed(promotionOrder),
      `must name a Region besides ${region}, or nothing can be promoted when ${region} fails`,
    ),
  );
};

/** A loss that is accepted without asking anyone cannot be larger than the loss that the business accepts. */
const budgetIsWithinTheObjective: DatabaseRule = ({ dataLossBudgetSeconds }, plan) => {
  const objective = plan.objectives.recoveryPointSeconds;
  if (dataLossBudgetSeconds <= objective) return [];
  return [
    finding(
      "database.dataLossBudget",
      describeSeconds(dataLossBudgetSeconds),
      `must not exceed objectives.recoveryPoint, ${describeSeconds(objective)}`,
    ),
  ];
};

function foreignRegions(plan: Plan, names: readonly string[]): readonly string[] {
  const regions = regionNames(plan);
  return names.filter((name) => !regions.includes(name));
}

function mustBeARegionOf(plan: Plan): string {
  return `must be a Region of the plan: ${listed(regionNames(plan))}`;
}

function mustHaveACluster(clusters: DatabasePlan["clusters"]): string {
  return `must be a Region with a cluster in database.clusters: ${listed(Object.keys(clusters))}`;
}

/** Rules about the database section; a plan without one passes them all. */
export const databaseRules: readonly PlanRule[] = [
  clustersAreInThePlansRegions,
  clusterArnsAreOfTheirRegion,
  namesAreAsRdsStoresThem,
  writerHasACluster,
  promotionOrderNamesClusters,
  promotionOrderNamesARegionOnce,
  everyClusterHasAnHeir,
  budgetIsWithinTheObjective,
].map((rule) => (plan) => (plan.database === null ? [] : rule(plan.database, plan)));
