import { describeSubnet, findSpecial, overlap, parseSubnet, type Subnet, toldBits } from "../../subnet.ts";
import type { Plan } from "../plan.ts";
import { finding, type PlanFinding, type PlanRule } from "./finding.ts";

/** Each is asked for in every look at where DNS sends customers. */
const mostSubnets = 4;

/** Wider than this no network is, and no answer is for all of it. */
const shortestPrefix = 8;

function subnetsAreAFew(plan: Plan): readonly PlanFinding[] {
  return plan.regions.flatMap(({ name, customerSubnets }) => {
    const key = `regions.${name}.customerSubnets`;
    if (customerSubnets === null || (customerSubnets.length >= 1 && customerSubnets.length <= mostSubnets)) return [];
    if (customerSubnets.length === 0)
      return [finding(key, "none", "must name one at least; left out, AWS's own stand")];
    return [
      finding(
        key,
        `${customerSubnets.length} of them`,
        `must be ${mostSubnets} at most: each is asked for in every look`,
      ),
    ];
  });
}

function subnetsAreSubnets(plan: Plan): readonly PlanFinding[] {
  return subnetsOf(plan).flatMap(({ key, text, subnet }) => {
    const allowed = subnet === null ? refuseText(text) : refuseSubnet(text, subnet);
    return allowed === null ? [] : [finding(key, text, allowed)];
  });
}

function refuseText(text: string): string {
  return text.includes(":")
    ? "must be an IPv4 subnet: name servers are asked for IPv4 addresses"
    : "must be an IPv4 subnet such as 81.2.69.0/24";
}

function refuseSubnet(text: string, subnet: Subnet): string | null {
  if (describeSubnet(subnet) !== text) return `must be ${describeSubnet(subnet)}, without bits beyond its prefix`;
  if (subnet.prefix > toldBits) return `must be /${toldBits} or wider: resolvers tell name servers no more`;
  if (subnet.prefix < shortestPrefix) return `must be /${shortestPrefix} or narrower: no answer is for all of it`;
  const special = findSpecial(subnet);
  return special === null ? null : `must be of the internet, and ${special} is not: Route 53 knows nothing of it`;
}

/** Whoever is asked for twice, or for two Regions at once, tells nothing apart. */
function subnetsAreApart(plan: Plan): readonly PlanFinding[] {
  const subnets = subnetsOf(plan);
  return subnets.flatMap(({ region, key, text, subnet }, index) => {
    const twin = subnets
      .slice(0, index)
      .find((earlier) => subnet !== null && earlier.subnet !== null && overlap(earlier.subnet, subnet));
    if (twin === undefined) return [];
    const where = twin.region === region ? "listed before it" : `a subnet of ${twin.region}`;
    return [finding(key, text, `must not overlap ${twin.text}, ${where}`)];
  });
}

function subnetsOf(plan: Plan) {
  return plan.regions.flatMap(({ name: region, customerSubnets }) =>
    (customerSubnets ?? []).map((text, index) => ({
      region,
      key: `regions.${region}.customerSubnets.${index}`,
      text,
      subnet: parseSubnet(text),
    })),
  );
}

/** Rules about the customers for whom name servers are asked. */
export const customerRules: readonly PlanRule[] = [subnetsAreAFew, subnetsAreSubnets, subnetsAreApart];
