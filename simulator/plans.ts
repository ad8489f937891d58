import { readFileSync } from "node:fs";
import { loadPlan } from "../functions/shared/plan/load.ts";
import { type Plan, type TrafficSwitchPlan, vantagesOf } from "../functions/shared/plan/plan.ts";

const loaded = new Map<string, Plan>();

/** An example plan of plans/, by its name without `.yaml`. */
export function planNamed(name: string): Plan {
  let plan = loaded.get(name);
  if (plan === undefined) {
    const path = new URL(`../plans/${name}.yaml`, import.meta.url);
    plan = loadPlan(readFileSync(path, "utf8"), `plans/${name}.yaml`);
    loaded.set(name, plan);
  }
  return plan;
}

/** A plan with a cluster of its database in these Regions only, the writer's among them; all else as it is. */
export function withClustersIn(plan: Plan, regions: readonly string[]): Plan {
  const { database } = plan;
  if (database === null) return plan;
  const clusters = Object.fromEntries(Object.entries(database.clusters).filter(([name]) => regions.includes(name)));
  const promotionOrder = database.promotionOrder.filter((name) => regions.includes(name));
  return { ...plan, database: { ...database, clusters, promotionOrder } };
}

const fourth = "ca-central-1";

/**
 * A plan with one Region more, which has a share of the demand as large as the others' on average and whatever else they
 * have; the last of promotionOrder.
 * @throws RangeError where the plan has that Region already
 */
export function withFourthRegion(plan: Plan): Plan {
  const [model] = plan.regions;
  const { database, traffic } = plan;
  if (model === undefined || !hasRoomForFourth(plan))
    throw new RangeError(`No fourth Region for plan ${plan.application}: ${fourth} has a part in it already`);
  const like = (value: string) => value.replaceAll(model.name, fourth);
  const share = 1 / (plan.regions.length + 1);
  const added = { ...model, name: fourth, probeUrl: like(model.probeUrl), demandShare: share };
  const regions = [
    ...plan.regions.map((region) => ({ ...region, demandShare: region.demandShare * (1 - share) })),
    added,
  ];
  const grown: Plan = {
    ...plan,
    regions,
    traffic: { ...traffic, switch: switchOf({ ...plan, regions }, traffic.switch.kind) },
  };
  if (database === null) return grown;
  const clusters = {
    ...database.clusters,
    [fourth]: like(database.clusters[database.writer] ?? "").replaceAll(database.writer, fourth),
  };
  return { ...grown, database: { ...database, clusters, promotionOrder: [...database.promotionOrder, fourth] } };
}

/** Whether the Region that would be the fourth has no part in the plan yet. */
export function hasRoomForFourth(plan: Plan): boolean {
  return !vantagesOf(plan).includes(fourth);
}

export type SwitchKind = TrafficSwitchPlan["kind"];
export const switchKinds: readonly SwitchKind[] = ["healthCheck", "routingControl", "record"];

/** Where AWS runs the endpoints of ARC clusters. */
const clusterRegions = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/** A plan with another traffic switch, all else as it is; the same plan when it has that switch already. */
export function withSwitch(plan: Plan, kind: SwitchKind): Plan {
  if (plan.traffic.switch.kind === kind) return plan;
  return { ...plan, traffic: { ...plan.traffic, switch: switchOf(plan, kind) } };
}

function switchOf({ application, regions }: Plan, kind: SwitchKind): TrafficSwitchPlan {
  const perRegion = (value: (region: string) => string) =>
    Object.fromEntries(regions.map(({ name }) => [name, value(name)]));
  switch (kind) {
    case "healthCheck":
      return { kind, buckets: perRegion((region) => `${application}-switch-${region}`) };
    case "routingControl":
      return {
        kind,
        endpoints: clusterRegions.map((region) => ({
          region,
          url: `https://${application}.route53-recovery-cluster.${region}.amazonaws.com/v1`,
        })),
        controls: perRegion(
          (region) =>
            `arn:aws:route53-recovery-control::111122223333:controlpanel/${application}/routingcontrol/${region}`,
        ),
      };
    case "record":
      return { kind, healthChecks: perRegion((region) => `${application}-in-dns-${region}`) };
  }
}
