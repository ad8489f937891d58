import { readFileSync } from "node:fs";
import { FailoverError } from "../functions/shared/errors.ts";
import { loadPlan, renderDeployedPlan } from "../functions/shared/plan/load.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { type Addresses, refuseUnreal } from "./reality.ts";

/** A plan that passed all checks, with what the functions are given of it. */
export interface PlanDocument {
  readonly plan: Plan;
  /** The file's value as JSON, with the keys of the file: what lies beside each function as plan.json. */
  readonly json: string;
}

/**
 * Reads a plan file.
 * @param addresses which ones a probe may have. @default public ones
 * @throws FailoverError "InvalidPlan", one line: file, key, value received, what is allowed
 */
export function readPlanDocument(path: string, addresses: Addresses = "public"): PlanDocument {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new FailoverError("InvalidPlan", `${path}: cannot be read: must be the path of a plan file`, {
      cause: error,
    });
  }
  return parsePlanDocument(text, path, addresses);
}

/** The same from text. @param source how to name it in errors */
export function parsePlanDocument(text: string, source: string, addresses: Addresses = "public"): PlanDocument {
  const plan = loadPlan(text, source);
  refuseUnreal(plan, source, addresses);
  return { plan, json: renderDeployedPlan(text, source) };
}

/**
 * The account that a plan deploys to: that of its Aurora clusters, for a global database lives in one account and the
 * functions must be in the same. Null where there is no database: the plan does not say. (The account of an ARC routing
 * control says nothing: a cluster may be shared between accounts.)
 * @throws FailoverError "InvalidPlan" when the clusters are in several accounts
 */
export function accountOf(plan: Plan): string | null {
  const accounts = new Set(Object.values(plan.database?.clusters ?? {}).map((arn) => arn.split(":")[4] ?? ""));
  const [account = null, ...others] = accounts;
  if (others.length === 0) return account;
  throw new FailoverError(
    "InvalidPlan",
    `database.clusters: received clusters of accounts ${[...accounts].join(", ")}: must be of one account, as a global database is`,
  );
}
