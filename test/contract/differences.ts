import type { BackendName } from "./backend.ts";
import { ministackDifferences } from "./differences/ministack.ts";
import { motoDifferences } from "./differences/moto.ts";

/** Something that one backend is known not to do as AWS does. The simulator is mended instead. */
export interface Difference {
  /** `service: title` of each case that it shows in. */
  readonly cases: readonly string[];
  /** What it does instead. */
  readonly instead: string;
  /** How the cases fail for that, in the name and message of the failure. */
  readonly shows: RegExp;
  /** What AWS does, and where it says so. */
  readonly documented: string;
}

export const differences: Readonly<Record<BackendName, readonly Difference[]>> = {
  simulator: [],
  moto: motoDifferences,
  ministack: ministackDifferences,
};
