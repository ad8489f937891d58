import { runScript } from "../run.ts";

/** A function's death costs nothing but time; a Region's may take the room that customers need. */
export const withSurvivorsLost = { functions: ["recovered"], regions: ["degraded", "recovered"] };

export interface MatrixReport {
  readonly points: number;
  readonly faultsInjected: number;
  readonly violations: readonly unknown[];
  readonly outcomesByFault: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export async function crashMatrixOf(...options: readonly string[]): Promise<MatrixReport> {
  const { stdout } = await runScript("cli/simulate.ts", ["--crash-matrix", "--json", ...options]);
  return JSON.parse(stdout);
}

/** The outcomes where functions died, and where Regions did. */
export function whatEnded({ outcomesByFault }: MatrixReport) {
  const of = (...faults: readonly string[]) =>
    [...new Set(faults.flatMap((fault) => Object.keys(outcomesByFault[fault] ?? {})))].sort();
  return {
    functions: of("crashBefore", "crashAfter"),
    regions: of("regionDiesBefore", "regionDiesAfter"),
  };
}
