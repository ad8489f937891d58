import { FailoverError } from "../../functions/shared/errors.ts";
import type { Plan, PlanRegion, TrafficSwitchPlan } from "../../functions/shared/plan/plan.ts";
import { livePath } from "./service/server.ts";

/** What is deployed in one Region, as the plan names it. */
export interface RegionBlueprint {
  readonly name: string;
  /** The Region's own name, which the plan's vantages probe. */
  readonly host: string;
  readonly autoScalingGroup: string;
  /** Identifier of the Aurora cluster: the last part of its ARN in the plan. */
  readonly cluster: string;
  /** Of the VPC: no two Regions overlap, so that they can be connected one day. */
  readonly cidr: string;
  /** Whether the global database begins its life with the writer here. */
  readonly database: "writer" | "reader";
}

/** The reference workload that a plan describes: every name is the plan's, so that the controller finds what it looks for. */
export interface Blueprint {
  readonly application: string;
  readonly account: string;
  readonly hostedZoneId: string;
  /** The name that customers use. */
  readonly record: string;
  readonly servedByHeader: string;
  readonly paths: { readonly health: string; readonly write: string };
  readonly table: string;
  readonly globalCluster: string;
  /** The writer's Region first, since the others are joined to what it makes. */
  readonly regions: readonly [RegionBlueprint, ...RegionBlueprint[]];
  /** The plan's traffic switch: who makes the health checks of the records follows from it. */
  readonly switch: TrafficSwitchPlan["kind"];
  /** Per Region, the health check that the plan itself names; null where the switch is not `record`. */
  readonly healthCheckIds: Readonly<Record<string, string>> | null;
}

/** What an alias to a load balancer is kept for, whatever a plan says (Route 53 sets it). */
const aliasTimeToLiveSeconds = 60;

/** 10.40.0.0/16, 10.41.0.0/16 and so on. */
const firstNetwork = 40;
const mostRegions = 10;

/**
 * Reads from a plan what to deploy.
 * @throws FailoverError "InvalidPlan", one line, where the plan describes something that this workload is not
 */
export function drawBlueprint(plan: Plan): Blueprint {
  const { database, traffic } = plan;
  if (database === null) throw unfit("database", "nothing", "the reference workload has an Aurora global database");
  const [table, ...others] = plan.tables;
  if (table === undefined || others.length > 0)
    throw unfit("tables", JSON.stringify(plan.tables), "the reference workload has exactly one table");
  if (traffic.timeToLiveSeconds < aliasTimeToLiveSeconds)
    throw unfit(
      "traffic.timeToLive",
      `${traffic.timeToLiveSeconds} s`,
      `an alias to a load balancer is kept ${aliasTimeToLiveSeconds} s`,
    );
  if (plan.regions.length > mostRegions)
    throw unfit("regions", `${plan.regions.length}`, `the reference workload spans ${mostRegions} Regions at most`);

  const health = readUrl("traffic.url", traffic.url);
  const write = plan.recovery.writeProbeUrl;
  const paths = {
    health: health.pathname,
    write: write === null ? "/health/write" : readUrl("recovery.writeProbe", write).pathname,
  };
  if (new Set([...Object.values(paths), livePath, "/"]).size < 4)
    throw unfit("traffic.url", traffic.url, `its path, the write probe's, ${livePath} and / must differ`);

  const accounts = new Set(Object.values(database.clusters).map((arn) => arn.split(":")[4] ?? ""));
  const [account = ""] = accounts;
  if (accounts.size !== 1 || !/^\d{12}$/.test(account))
    throw unfit("database.clusters", [...accounts].join(", "), "all clusters must be in one account");

  const regions = plan.regions.map((region, index) =>
    drawRegion(region, index, paths.health, { clusters: database.clusters, writer: database.writer }),
  );
  const writer = regions.find((region) => region.database === "writer");
  if (writer === undefined) throw unfit("database.writer", database.writer, "must be a Region of the plan");

  return {
    application: plan.application,
    account,
    hostedZoneId: traffic.hostedZoneId,
    record: traffic.record,
    servedByHeader: traffic.servedByHeader,
    paths,
    table,
    globalCluster: database.globalCluster,
    regions: [writer, ...regions.filter((region) => region !== writer)],
    switch: traffic.switch.kind,
    healthCheckIds: traffic.switch.kind === "record" ? traffic.switch.healthChecks : null,
  };
}

function drawRegion(
  region: PlanRegion,
  index: number,
  healthPath: string,
  database: { readonly clusters: Readonly<Record<string, string>>; readonly writer: string },
): RegionBlueprint {
  const key = `regions.${region.name}`;
  const probe = readUrl(`${key}.probe`, region.probeUrl);
  if (probe.pathname !== healthPath)
    throw unfit(`${key}.probe`, region.probeUrl, `its path must be that of traffic.url, ${healthPath}`);
  if (region.autoScalingGroup === null)
    throw unfit(`${key}.autoScalingGroup`, "nothing", "the reference workload runs in an Auto Scaling group");
  const cluster = database.clusters[region.name]?.split(":cluster:")[1];
  if (cluster === undefined || cluster === "")
    throw unfit(`database.clusters.${region.name}`, "nothing", "every Region of the workload has a cluster");
  return {
    name: region.name,
    host: probe.hostname,
    autoScalingGroup: region.autoScalingGroup,
    cluster,
    cidr: `10.${firstNetwork + index}.0.0/16`,
    database: region.name === database.writer ? "writer" : "reader",
  };
}

function readUrl(key: string, text: string): URL {
  const url = new URL(text);
  if (url.protocol !== "https:" || url.port !== "" || url.search !== "")
    throw unfit(key, text, "the reference workload serves https on port 443, and no query");
  return url;
}

function unfit(key: string, received: string, rule: string): FailoverError {
  return new FailoverError("InvalidPlan", `${key}: received ${received}: ${rule}`);
}
