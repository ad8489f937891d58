import { describeAllowed } from "../allowed.ts";
import { FailoverError } from "../errors.ts";
import type * as z from "../zod.ts";
import { checkPlan } from "./checks.ts";
import { type Plan, toPlan } from "./plan.ts";
import { planFileSchema } from "./schema.ts";

/** What a plan file's value turned out to be: a plan, or all that is wrong with it, one line each. */
export type PlanReading =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "problems"; readonly problems: readonly [string, ...string[]]; readonly cause?: unknown };

/** Checks a plan file's value: its form, then what its parts must be to each other. How it was written is all one. */
export function readPlanValue(value: unknown): PlanReading {
  if (value === null) return problem("(top level): received nothing: must be a plan, and the file is empty");
  const misfit = findMisfit(value, [], []);
  if (misfit !== null) return problem(misfit);

  const parsed = planFileSchema.safeParse(value);
  if (!parsed.success) {
    return several(
      // A misspelt key comes before the key that is therefore missing.
      parsed.error.issues
        .toSorted((left, right) => Number(isStrangeKey(right)) - Number(isStrangeKey(left)))
        .flatMap((issue) => describeIssue(issue, value)),
      parsed.error,
    );
  }
  const plan = toPlan(parsed.data);
  const findings = checkPlan(plan).map((finding) => `${finding.key}: ${finding.message}`);
  return findings.length === 0 ? { kind: "plan", plan } : several(findings);
}

/**
 * The plan that was read.
 * @param source how to name the file in errors
 * @throws FailoverError "InvalidPlan", one line: file, key, value received, what is allowed
 */
export function planOf(read: PlanReading, source: string): Plan {
  if (read.kind === "plan") return read.plan;
  throw new FailoverError("InvalidPlan", `${source}: ${read.problems[0]}`, { cause: read.cause });
}

export function problem(text: string, cause?: unknown): PlanReading {
  return { kind: "problems", problems: [text], cause };
}

function several(problems: readonly string[], cause?: unknown): PlanReading {
  const [first = "(top level): not a plan", ...others] = problems;
  return { kind: "problems", problems: [first, ...others], cause };
}

/**
 * What the schema cannot refuse by itself: it passes over a key named `__proto__`, and an alias may make a value contain
 * itself.
 */
function findMisfit(value: unknown, path: readonly string[], ancestors: readonly unknown[]): string | null {
  if (typeof value !== "object" || value === null) return null;
  if (ancestors.includes(value)) return `${describePath(path)}: received an alias of what contains it: must be a value`;
  for (const [key, member] of Object.entries(value)) {
    const here = [...path, key];
    const misfit = key === "__proto__" ? refuseKey(here, member) : findMisfit(member, here, [...ancestors, value]);
    if (misfit !== null) return misfit;
  }
  return null;
}

function refuseKey(path: readonly PropertyKey[], value: unknown): string {
  return `${describePath(path)}: received ${shorten(value)}: must be left out, there is no such key`;
}

function isStrangeKey(issue: z.core.$ZodIssue): boolean {
  return issue.code === "unrecognized_keys";
}

/** One line a problem: key, value received, what is allowed. */
function describeIssue(issue: z.core.$ZodIssue, root: unknown): readonly string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return refuseKey(path, valueAt(root, path));
    });
  }
  const received = issue.code === "invalid_key" ? issue.path.at(-1) : valueAt(root, issue.path);
  return [`${describePath(issue.path)}: received ${shorten(received)}: ${describeAllowed(issue)}`];
}

function describePath(path: readonly PropertyKey[]): string {
  return path.map(String).join(".") || "(top level)";
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function shorten(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
