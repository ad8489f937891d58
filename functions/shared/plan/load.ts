import { parseDocument } from "yaml";
import type { z } from "zod";
import { FailoverError } from "../errors.ts";
import { checkPlan } from "./checks.ts";
import { type Plan, toPlan } from "./plan.ts";
import { planFileSchema } from "./schema.ts";

/**
 * Reads a plan's YAML text.
 * @param source how to name the file in errors
 * @throws FailoverError "InvalidPlan", one line: file, key, value received, what is allowed
 */
export function loadPlan(text: string, source: string): Plan {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new FailoverError("InvalidPlan", `${source}: not YAML: ${problem.message.split("\n")[0]}`, {
      cause: problem,
    });
  }
  const value: unknown = document.toJS();
  const parsed = planFileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    throw new FailoverError("InvalidPlan", `${source}: ${describeIssue(issue, value)}`, { cause: parsed.error });
  }
  const plan = toPlan(parsed.data);
  const finding = checkPlan(plan)[0];
  if (finding !== undefined) {
    throw new FailoverError("InvalidPlan", `${source}: ${finding.key}: ${finding.message}`);
  }
  return plan;
}

/** One line: key, value received, what is allowed. */
function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
  const key = path.map(String).join(".") || "(top level)";
  return `${key}: received ${shorten(valueAt(root, path))}: ${issue.message}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return value;
}

function shorten(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
