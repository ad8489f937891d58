import type { BackendName } from "./backend.ts";

/** Cases in which one backend is known not to do as AWS does. */
export interface Difference {
  /** `service: title` of each. */
  readonly cases: readonly string[];
  readonly backend: BackendName;
  /** What it does instead. */
  readonly instead: string;
  /** How the cases fail for that, in the name and message of the failure. */
  readonly shows: RegExp;
  /** What AWS does, and where it says so. */
  readonly documented: string;
}

export const differences: readonly Difference[] = [];
