import { foldActions, timesWords } from "../../functions/timeline/report/actions.ts";
import { lossWords } from "../../functions/timeline/report/loss-words.ts";
import { nextSteps } from "../../functions/timeline/report/next.ts";
import type { IncidentSummary } from "../../functions/timeline/report/summary.ts";
import {
  headline,
  offsetOf,
  outcomeTitle,
  recoveryTimeWords,
  sentence,
} from "../../functions/timeline/report/words.ts";
import { type Colour, crop, fill, paint, type Shade, wrap } from "./screen.ts";

export interface ClosingOptions {
  readonly columns: number;
  readonly colour: Colour;
  /** Names of the report files that were written. */
  readonly reportFiles: readonly string[];
  /** Requests of the whole drill; null when nobody counted. */
  readonly requests: { readonly lost: number; readonly total: number } | null;
}

const labelColumns = 18;
/** Enough for the labels and a word beside them; what is narrower breaks lines of its own. */
const leastColumns = 30;

/** What a person reads when the drill is over, as lines. */
export function renderClosing(summary: IncidentSummary, options: ClosingOptions): readonly string[] {
  const { colour } = options;
  const columns = Math.max(leastColumns, Math.min(options.columns, 100));
  const row = (label: string, text: string, shade: Shade = "plain") =>
    wrap(text, columns - labelColumns).map((line, index) =>
      `${fill(index === 0 ? label : "", labelColumns)}${paint(line, shade, colour)}`.trimEnd(),
    );
  const time = recoveryTimeWords(summary);
  const acted = summary.acting.length > 0;
  return [
    ...wrap(headline(summary), columns).map((line) => paint(line, "bold", colour)),
    "",
    ...row("Outcome", outcomeTitle(summary), outcomeShade(summary)),
    ...summary.reasons.flatMap((reason, index) => row(index === 0 ? "Reasons" : "", reason)),
    ...row("Recovery time", `${time.value} (${time.verdict})`, verdictShade(summary.recoveryTime.verdict)),
    ...lossWords(summary).flatMap(({ name, words, verdict }) =>
      row(name, `${words.value} (${words.verdict})`, verdictShade(verdict)),
    ),
    ...(options.requests === null ? [] : row("Requests", requestWords(options.requests))),
    ...(acted ? row("Decided", momentWords(summary.decidedAt, summary)) : []),
    ...(acted ? row("Traffic switched", momentWords(summary.trafficSwitchedAt, summary)) : []),
    ...row("Timeline", chainWords(summary), summary.chain.state === "broken" ? "bad" : "plain"),
    ...block("What was done where", done(summary, columns), colour),
    ...block("Pages", bullets(pageWords(summary), columns), colour),
    ...block("Warnings", bullets(summary.warnings, columns), colour),
    ...block("What to do next", todo(summary, columns), colour),
    ...block(
      "Report",
      options.reportFiles.map((file) => `  ${file}`),
      colour,
    ),
  ];
}

function outcomeShade({ outcome, evidence }: Pick<IncidentSummary, "outcome" | "evidence">): Shade {
  switch (outcome) {
    case "recovered":
      return evidence === "shown" ? "good" : "warn";
    case "degraded":
      return "bad";
    case "waitingForApproval":
    case "inProgress":
      return "warn";
    case "stoodDown":
    case "observed":
    case "nothingRecorded":
      return "plain";
  }
}

function verdictShade(verdict: IncidentSummary["recoveryTime"]["verdict"]): Shade {
  switch (verdict) {
    case "met":
      return "good";
    case "missed":
      return "bad";
    case "unknown":
      return "warn";
    case "notApplicable":
      return "plain";
  }
}

function requestWords({ lost, total }: { readonly lost: number; readonly total: number }): string {
  if (total <= 0) return "none were made";
  const share = (lost / total) * 100;
  const percent = lost > 0 && share < 0.1 ? "less than 0.1" : String(Math.round(share * 10) / 10);
  return `${Math.round(lost)} of ${Math.round(total)} failed (${percent} %)`;
}

function momentWords(at: string | null, summary: IncidentSummary): string {
  return at === null ? "not reached" : `${offsetOf(at, summary.origin)} from the first failing probe`;
}

function chainWords({ chain }: IncidentSummary): string {
  switch (chain.state) {
    case "holds":
      return `${chain.events === 1 ? "1 event" : `${chain.events} events`}, every hash holds`;
    case "broken":
      return `broken at ${chain.at}: ${chain.reason}`;
    case "empty":
      return "no events";
  }
}

function block(title: string, lines: readonly string[], colour: Colour): readonly string[] {
  return lines.length === 0 ? [] : ["", paint(title, "bold", colour), ...lines];
}

function done(summary: IncidentSummary, columns: number): readonly string[] {
  return foldActions(summary.actions).flatMap((action) => {
    const state = action.state === "confirmed" ? "" : ` (${action.state})`;
    return wrap(`${action.summary}${state}${timesWords(action)}`, columns - 28).map((line, index) =>
      index === 0 ? `  ${fill(action.region, 15)} ${fill(action.step, 9)} ${line}` : `${" ".repeat(28)}${line}`,
    );
  });
}

function pageWords(summary: IncidentSummary): readonly string[] {
  return summary.pages.map(
    ({ at, from, summary: said }) => `${offsetOf(at, summary.origin)}, from ${from}: ${sentence(said)}`,
  );
}

function bullets(texts: readonly string[], columns: number): readonly string[] {
  return texts.flatMap((text) =>
    wrap(text, columns - 4).map((line, index) => `${index === 0 ? "  - " : "    "}${line}`),
  );
}

function todo(summary: IncidentSummary, columns: number): readonly string[] {
  const steps = nextSteps(summary);
  return steps.flatMap(({ title, text, input }, index) => [
    `  ${index + 1}. ${crop(title, columns - 5)}`,
    ...wrap(text, columns - 5).map((line) => `     ${line}`),
    // Never cropped or wrapped: it is there to be copied.
    ...(input === null ? [] : [`     ${input}`]),
  ]);
}
