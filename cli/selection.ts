import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { stackRegions } from "../infra/region-failover.ts";
import type { AssembledStack } from "./assembly.ts";
import { UsageError } from "./usage.ts";

/** What a deployment is of: the whole plan, or what the controller has in some of its Regions and nothing else. */
export type Selection = { readonly kind: "all" } | { readonly kind: "regions"; readonly regions: readonly string[] };

/** @throws UsageError for a Region in which the plan has neither a controller nor a witness */
export function readSelection(plan: Plan, regions: readonly string[]): Selection {
  if (regions.length === 0) return { kind: "all" };
  const known = vantagesOf(plan);
  for (const region of regions) {
    if (!known.includes(region)) {
      throw new UsageError(`--region: received ${JSON.stringify(region)}: must be one of ${known.join(", ")}`);
    }
  }
  return { kind: "regions", regions: [...new Set(regions)] };
}

/** Regions that must answer, the first one for whose credentials these are: another one may be down. */
export function regionsToLookAt(plan: Plan, selection: Selection): readonly string[] {
  return selection.kind === "all" ? stackRegions(plan) : selection.regions;
}

/** What `cdk deploy` is told. A stack that is chosen alone is deployed alone: what it depends on is there, or is down. */
export function stackArguments(stacks: readonly AssembledStack[], selection: Selection): readonly string[] {
  if (selection.kind === "all") return ["--all"];
  const chosen = stacks.filter(({ region, part }) => part === "vantage" && selection.regions.includes(region));
  return [...chosen.map(({ id }) => id), "--exclusively"];
}

/**
 * The environment for the CDK's process. Where it asks whose the credentials are it goes to the Region of the environment,
 * else to us-east-1, which may be the one that is down.
 */
export function environmentFor(selection: Selection): Readonly<Record<string, string>> {
  const [region] = selection.kind === "all" ? [] : selection.regions;
  return region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}
