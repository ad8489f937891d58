import { type Colour, fill, paint, type Shade, wrap } from "./screen.ts";

/** One line of `drill --all`. */
export interface DrillRow {
  readonly scenario: string;
  /** Null: it may end in every way. */
  readonly expected: string | null;
  readonly outcome: string;
  /** Null: not recovered, or nothing to recover. */
  readonly rtoSeconds: number | null;
  /** Null: unknown, or nothing to lose. */
  readonly rpoSeconds: number | null;
  readonly stateTransitions: number;
  readonly violations: number;
}

/** A drill is right when it ended as expected and no invariant was violated. */
export function isRight(row: DrillRow): boolean {
  return (row.expected === null || row.outcome === row.expected) && row.violations === 0;
}

function duration(seconds: number | null): string {
  if (seconds === null) return "-";
  return seconds >= 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds * 10) / 10} s`;
}

const columns = [
  { title: "scenario", width: 26, side: "left" },
  { title: "expected", width: 18, side: "left" },
  { title: "outcome", width: 18, side: "left" },
  { title: "RTO", width: 7, side: "right" },
  { title: "RPO", width: 6, side: "right" },
  { title: "states", width: 6, side: "right" },
  { title: "broken", width: 6, side: "right" },
  { title: "", width: 6, side: "left" },
] as const;

function line(cells: readonly string[]): string {
  return columns.map(({ width, side }, index) => fill(cells[index] ?? "", width, side)).join(" ");
}

/** The table of `drill --all` ("states": state transitions; "broken": invariants violated), at most 100 columns wide, with a closing line. */
export function renderTable(rows: readonly DrillRow[], colour: Colour): readonly string[] {
  const wrong = rows.filter((row) => !isRight(row)).length;
  const closing: readonly [string, Shade] =
    wrong === 0
      ? [`All ${rows.length} scenarios ended as expected, with no violation.`, "good"]
      : [`${wrong} of ${rows.length} scenarios FAILED.`, "bad"];
  const legend =
    "RTO, RPO: recovery time, data loss (-: none was measured). states: state transitions. broken: promises broken.";
  return [
    paint(line(columns.map(({ title }) => title)).trimEnd(), "bold", colour),
    ...rows.map((row) => {
      const right = isRight(row);
      const cells = line([
        row.scenario,
        row.expected ?? "-",
        row.outcome,
        duration(row.rtoSeconds),
        duration(row.rpoSeconds),
        String(row.stateTransitions),
        String(row.violations),
      ]).trimEnd();
      return `${cells} ${paint(right ? "ok" : "FAILED", right ? "good" : "bad", colour)}`;
    }),
    "",
    ...wrap(legend, 100).map((text) => paint(text, "soft", colour)),
    paint(closing[0], closing[1], colour),
  ];
}
