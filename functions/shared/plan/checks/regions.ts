import type { Plan } from "../plan.ts";
import { finding, listed, type PlanFinding, type PlanRule, refuseRepeated, regionNames } from "./finding.ts";

const shareTolerance = 0.01;

function atLeastTwoRegions(plan: Plan): readonly PlanFinding[] {
  if (plan.regions.length >= 2) return [];
  return [
    finding("regions", listed(regionNames(plan)), "must name two Regions or more: one has nowhere to fail over to"),
  ];
}

function demandSharesAddUpToOne(plan: Plan): readonly PlanFinding[] {
  const sum = plan.regions.reduce((total, region) => total + region.demandShare, 0);
  if (Math.abs(sum - 1) <= shareTolerance) return [];
  const shares = plan.regions.map((region) => `${region.name} ${region.demandShare}`);
  return [
    finding(
      "regions",
      `demandShare of ${listed(shares)}, together ${Number(sum.toFixed(4))}`,
      `must add up to 1, give or take ${shareTolerance}`,
    ),
  ];
}

function everyRegionHasItsOwnProbe(plan: Plan): readonly PlanFinding[] {
  return plan.regions.flatMap((region, index) => {
    const twin = plan.regions.slice(0, index).find((other) => other.probeUrl === region.probeUrl);
    if (twin === undefined) return [];
    return [
      finding(
        `regions.${region.name}.probe`,
        region.probeUrl,
        `must be an endpoint of ${region.name} alone, and it is the probe of ${twin.name} too`,
      ),
    ];
  });
}

/** Under the public name some healthy Region answers: a probe of it never sees its Region fail. */
function probesBypassTheSwitch(plan: Plan): readonly PlanFinding[] {
  return plan.regions
    .filter((region) => hostOf(region.probeUrl) === bareName(plan.traffic.record))
    .map((region) =>
      finding(
        `regions.${region.name}.probe`,
        region.probeUrl,
        `must not be under traffic.record ${plan.traffic.record}, where any Region may answer`,
      ),
    );
}

function customersAskForTheRecord(plan: Plan): readonly PlanFinding[] {
  if (hostOf(plan.traffic.url) === bareName(plan.traffic.record)) return [];
  return [
    finding(
      "traffic.url",
      plan.traffic.url,
      `must be under traffic.record ${plan.traffic.record}, as customers ask for it`,
    ),
  ];
}

function switchNamesExactlyThePlansRegions(plan: Plan): readonly PlanFinding[] {
  const { key, byRegion } = switchMap(plan);
  const regions = regionNames(plan);
  const missing = regions.filter((region) => !Object.hasOwn(byRegion, region));
  const foreign = Object.keys(byRegion).filter((region) => !regions.includes(region));
  if (missing.length === 0 && foreign.length === 0) return [];
  return [finding(key, listed(Object.keys(byRegion)), `must name exactly the plan's Regions: ${listed(regions)}`)];
}

function switchGivesEveryRegionItsOwn(plan: Plan): readonly PlanFinding[] {
  const { key, byRegion } = switchMap(plan);
  return refuseRepeated(key, Object.values(byRegion), "must be a different one for each Region");
}

/** A cluster has one endpoint in each of five Regions, so that any one of those Regions may be gone. */
function routingControlEndpointsAreInFiveRegions(plan: Plan): readonly PlanFinding[] {
  const { switch: trafficSwitch } = plan.traffic;
  if (trafficSwitch.kind !== "routingControl") return [];
  const { endpoints } = trafficSwitch;
  const key = "traffic.switch.endpoints";
  return [
    ...refuseRepeated(
      key,
      endpoints.map((endpoint) => endpoint.region),
      "must be in five different Regions",
    ),
    ...refuseRepeated(
      key,
      endpoints.map((endpoint) => endpoint.url),
      "must be the five different endpoints of the cluster",
    ),
  ];
}

function switchMap(plan: Plan): { readonly key: string; readonly byRegion: Readonly<Record<string, string>> } {
  const { switch: trafficSwitch } = plan.traffic;
  switch (trafficSwitch.kind) {
    case "healthCheck":
      return { key: "traffic.switch.buckets", byRegion: trafficSwitch.buckets };
    case "routingControl":
      return { key: "traffic.switch.controls", byRegion: trafficSwitch.controls };
    case "record":
      return { key: "traffic.switch.healthChecks", byRegion: trafficSwitch.healthChecks };
  }
}

function hostOf(url: string): string {
  return bareName(new URL(url).hostname);
}

/** A DNS name without the dot that ends it in a zone file. */
function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Rules about the Regions and about what moves traffic between them. */
export const regionRules: readonly PlanRule[] = [
  atLeastTwoRegions,
  demandSharesAddUpToOne,
  everyRegionHasItsOwnProbe,
  probesBypassTheSwitch,
  customersAskForTheRecord,
  switchNamesExactlyThePlansRegions,
  switchGivesEveryRegionItsOwn,
  routingControlEndpointsAreInFiveRegions,
];
