import { BlockList, isIP } from "node:net";
import { RegionInfo } from "aws-cdk-lib/region-info";
import { FailoverError } from "../functions/shared/errors.ts";
import { finding, listed, type PlanFinding } from "../functions/shared/plan/checks/finding.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { specialSubnets } from "../functions/shared/subnet.ts";

/**
 * What only the world outside a plan can say: that its Regions exist, and that its addresses can be reached from all of
 * them. Asked where a plan is synthesized, rehearsed or deployed, not in the functions: those hold no list of Regions that
 * could be out of date in the middle of an outage.
 */

/** "any": for an emulator, which has customers and Regions on one machine. */
export type Addresses = "public" | "any";

/** @throws FailoverError "InvalidPlan", one line: file, key, value received, what is allowed */
export function refuseUnreal(plan: Plan, source: string, addresses: Addresses): void {
  const [first] = [...findUnknownRegions(plan), ...(addresses === "any" ? [] : findPrivateAddresses(plan))];
  if (first !== undefined) throw new FailoverError("InvalidPlan", `${source}: ${first.key}: ${first.message}`);
}

/**
 * The list is aws-cdk-lib's, and the application's own copy of it: a Region that AWS opens comes with an update of that
 * package, or by `Fact.register` in an app, and needs nothing of this project.
 */
function findUnknownRegions(plan: Plan): readonly PlanFinding[] {
  // A global table lies in one partition, and the Regions of strong consistency are checked already.
  const partition = RegionInfo.get(plan.coordination.regions[0] ?? "us-east-1").partition;
  const known = RegionInfo.regions.filter((region) => region.partition === partition).map(({ name }) => name);
  return placesOf(plan)
    .filter(([, region]) => !known.includes(region))
    .map(([key, region]) => {
      const near = known.filter((name) => name.split("-")[0] === region.split("-")[0]);
      const allowed = `must be an AWS Region: ${listed(near.length > 0 ? near : known)}; newer ones come with npm install aws-cdk-lib@latest`;
      return finding(key, region, allowed);
    });
}

/** Every Region that the plan's own checks do not hold against another list of it, by its key. */
function placesOf({ regions, traffic, detection }: Plan): readonly (readonly [key: string, region: string])[] {
  const endpoints = traffic.switch.kind === "routingControl" ? traffic.switch.endpoints : [];
  return [
    ...regions.map(({ name }) => [`regions.${name}`, name] as const),
    ...endpoints.map(({ region }, index) => [`traffic.switch.endpoints.${index}.region`, region] as const),
    ...detection.witnesses.map((region, index) => [`detection.witnesses.${index}`, region] as const),
  ];
}

/** Each vantage probes each Region, and Route 53's checkers do, from wherever they are: over the internet. */
function findPrivateAddresses(plan: Plan): readonly PlanFinding[] {
  const { regions, traffic, recovery } = plan;
  const urls: readonly (readonly [key: string, url: string])[] = [
    ...regions.map(({ name, probeUrl }) => [`regions.${name}.probe`, probeUrl] as const),
    ["traffic.url", traffic.url],
    ...(recovery.writeProbeUrl === null ? [] : [["recovery.writeProbe", recovery.writeProbeUrl] as const]),
  ];
  return urls
    .filter(([, url]) => !isPublic(new URL(url).hostname))
    .map(([key, url]) => finding(key, url, "must be an address that the internet can reach: every vantage probes it"));
}

/** RFC 6761, 6762, 7686, 8375 and ICANN's `internal`: names that nobody outside one network or machine can look up. */
const privateDomains = /(?:^|\.)(?:localhost|local|internal|test|invalid|example|onion|home\.arpa)$/;

function isPublic(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  switch (isIP(host)) {
    case 4:
      return !special.check(host, "ipv4");
    case 6:
      return globalUnicast.check(host, "ipv6") && !special.check(host, "ipv6");
    default:
      return host.includes(".") && !privateDomains.test(host);
  }
}

/** IANA's registries of special-purpose addresses, those that are not globally reachable. */
const special = new BlockList();
for (const [network, prefix] of specialSubnets) {
  special.addSubnet(network, prefix, "ipv4");
}
special.addSubnet("2001:db8::", 32, "ipv6");

const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
