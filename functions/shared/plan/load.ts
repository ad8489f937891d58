import { parseDocument } from "yaml";
import { errorMessage } from "../errors.ts";
import type { Plan } from "./plan.ts";
import { type PlanReading, planOf, problem, readPlanValue } from "./value.ts";

/** A plan is a page of text; anything near this size is another file. */
const longestPlanBytes = 256 * 1024;

/**
 * Reads a plan's YAML text.
 * @param source how to name the file in errors
 * @throws FailoverError "InvalidPlan", one line: file, key, value received, what is allowed. Of several problems it names
 *   the first; `findPlanProblems` names them all.
 */
export function loadPlan(text: string, source: string): Plan {
  return planOf(readPlan(text).reading, source);
}

/** Everything that is wrong with a plan's YAML text, one line each as `loadPlan` words it; empty when it can be used. */
export function findPlanProblems(text: string, source: string): readonly string[] {
  const { reading } = readPlan(text);
  return reading.kind === "plan" ? [] : reading.problems.map((problem) => `${source}: ${problem}`);
}

/**
 * The plan as it is deployed with the functions (`readDeployedPlan`): the value of its YAML text, same keys, as JSON. The
 * functions so need no YAML parser.
 * @throws what `loadPlan` throws
 */
export function renderDeployedPlan(text: string, source: string): string {
  const { reading, value } = readPlan(text);
  planOf(reading, source);
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readPlan(text: string): { readonly reading: PlanReading; readonly value: unknown } {
  const bytes = Buffer.byteLength(text);
  if (bytes > longestPlanBytes) {
    const said = `(whole file): received ${bytes} bytes: must be ${longestPlanBytes} bytes or less`;
    return { reading: problem(said), value: null };
  }
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    return { reading: problem(`not YAML: ${oneLine(errorMessage(error))}`, error), value: null };
  }
  return { reading: readPlanValue(value), value };
}

/**
 * The value of one YAML document. An alias that multiplies beyond the parser's bound is an error, and so is what the
 * parser would only warn of, such as an unknown tag.
 */
function parseYaml(text: string): unknown {
  const document = parseDocument(text);
  const complaint = document.errors[0] ?? document.warnings[0];
  if (complaint !== undefined) throw complaint;
  return document.toJS();
}

function oneLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/:$/, "");
}
