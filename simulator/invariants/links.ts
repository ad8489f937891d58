import type { RegionChange } from "../aws/regions.ts";

interface Cut {
  readonly between: readonly [string, string];
  readonly from: number;
  to: number;
}

/** Which links between Regions were cut, and from when to when: while one is, a vantage may honestly see what others do not. */
export class Links {
  readonly #cuts: Cut[] = [];

  note(change: Extract<RegionChange, { kind: "link" }>, at: number): void {
    const { between, after } = change;
    const open = this.#cuts.find((cut) => cut.to === Number.POSITIVE_INFINITY && isSame(cut.between, between));
    if (after === "cut" && open === undefined) this.#cuts.push({ between, from: at, to: Number.POSITIVE_INFINITY });
    if (after === "mended" && open !== undefined) open.to = at;
  }

  /** Whether any link was cut at `from` or at some instant since. */
  anyCutSince(from: number): boolean {
    return this.#cuts.some((cut) => cut.to >= from);
  }

  /** Whether a link of `region` was cut at `from` or at some instant since. */
  cutSince(region: string, from: number): boolean {
    return this.#cuts.some((cut) => cut.to >= from && cut.between.includes(region));
  }
}

function isSame(one: readonly [string, string], other: readonly [string, string]): boolean {
  return one.every((region) => other.includes(region));
}
