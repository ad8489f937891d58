import type { TimelineEvent } from "../event.ts";
import { endedWords, foldActions, timesWords } from "./actions.ts";
import { lossWords } from "./loss-words.ts";
import { nextSteps } from "./next.ts";
import { chronological } from "./order.ts";
import { printable, secondsBetween } from "./read.ts";
import { lookedBecause, startedByWords } from "./signal-words.ts";
import type { IncidentSummary } from "./summary.ts";
import {
  actingWords,
  capitalised,
  causeTitle,
  causeWords,
  chainWords,
  clockWords,
  durationWords,
  evidenceTitle,
  headline,
  incidentWords,
  instantWords,
  kindWords,
  offsetOf,
  outcomeTitle,
  periodWords,
  recoveryTimeWords,
  regionTitle,
  regionWords,
  resultWords,
  sentence,
  unsaid,
} from "./words.ts";

/** Text that Markdown shows as it is, on one line and inside a table cell. */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]|~#]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/(https?|www)([:.])/gi, "$1\u200b$2");
}

const safe = escapeMarkdown;

function table(headers: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(headers), line(headers.map(() => "---")), ...rows.map(line), ""];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines];
}

/** A block of JSON that its text cannot leave, not even where a renderer lets HTML through. */
function block(json: string): readonly string[] {
  const text = printable(json).replaceAll("<", "\\u003c");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}json`, text, fence, ""];
}

/** The report for a post-mortem document. */
export function renderMarkdown(summary: IncidentSummary, events: readonly TimelineEvent[]): string {
  const lines = [
    `# ${safe(headline(summary))}`,
    "",
    `${safe(capitalised(incidentWords(summary)))} · ${outcomeTitle(summary)}${summary.origin === null ? "" : ` · ${instantWords(summary.origin)}`}`,
    "",
    ...section("Key figures", figures(summary)),
    ...section("What a person must do next", next(summary)),
    ...section(evidenceTitle(summary), evidence(summary)),
    ...section("Steps", steps(summary)),
    ...section("What was done where", actions(summary)),
    ...section("Decisions not to act", notActed(summary)),
    ...section("Approvals", approvals(summary)),
    ...section("Pages", pages(summary)),
    ...section("Warnings", bullets(summary.warnings)),
    ...section("Timeline", timeline(summary, events)),
    ...section("Is this timeline whole?", [`${safe(chainWords(summary))}`, ""]),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function bullets(texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [...texts.map((text) => `- ${safe(text)}`), ""];
}

function figures(summary: IncidentSummary): readonly string[] {
  const time = recoveryTimeWords(summary);
  const region = regionWords(summary);
  const acted = summary.acting.length > 0;
  const moment = (name: string, at: string | null, more = "") => {
    if (at !== null) return [[name, `${instantWords(at)} (${offsetOf(at, summary.origin)})${more}`]];
    return acted ? [[name, "not reached"]] : [];
  };
  const toDecide = secondsBetween(summary.failingSince, summary.decidedAt);
  return table(
    ["Figure", "Value"],
    [
      ["Outcome", outcomeTitle(summary)],
      ...(summary.reasons.length > 0 ? [["Reasons", summary.reasons.map(safe).join("; ")]] : []),
      ...(region === null ? [] : [[regionTitle(summary), safe(region)]]),
      ...(summary.cause === null ? [] : [[causeTitle(summary), safe(causeWords(summary.cause))]]),
      ...(summary.startedBy === null ? [] : [["Started by", safe(startedByWords(summary.startedBy))]]),
      ...(acted ? [["Acting Region", safe(actingWords(summary))]] : []),
      ["Recovery time", `${time.value} (${time.verdict})`],
      ...lossWords(summary).map(({ name, words }) => [name, `${words.value} (${safe(words.verdict)})`]),
      ...moment("First failing probe", summary.failingSince),
      ...moment("Decided", summary.decidedAt, toDecide === null ? "" : `, ${durationWords(toDecide)} after it`),
      ...moment("Traffic switched", summary.trafficSwitchedAt),
      ...moment("Customers proven served", summary.verifiedAt),
      ...(summary.reads === null ? [] : moment("Reads proven served", summary.reads.verifiedAt)),
    ],
  );
}

function next(summary: IncidentSummary): readonly string[] {
  const wanted = nextSteps(summary);
  if (wanted.length === 0) return ["Nothing.", ""];
  return wanted.flatMap(({ title, text, input }, index) => [
    `### ${index + 1}. ${safe(title)}`,
    "",
    safe(text),
    "",
    ...(input === null ? [] : block(input)),
  ]);
}

function evidence(summary: IncidentSummary): readonly string[] {
  const decision = summary.explained;
  if (decision === null) return [];
  const because = lookedBecause(decision.signal);
  return [
    `${safe(decision.region)} decided at ${instantWords(decision.at)}: ${safe(sentence(decision.summary))}${because === null ? "" : ` ${safe(because)}`}`,
    "",
    ...bullets(unsaid(decision)),
    ...(decision.votes.length === 0
      ? []
      : table(
          ["Vantage", "Vote", "Since", "Reason"],
          decision.votes.map((vote) => [
            safe(vote.vantage),
            safe(vote.vote),
            vote.since === null ? "" : clockWords(vote.since),
            safe(vote.reason ?? ""),
          ]),
        )),
  ];
}

function steps(summary: IncidentSummary): readonly string[] {
  // One look that changed nothing has no course worth a table.
  if (summary.acting.length === 0) return [];
  const rows = summary.steps.flatMap((step) =>
    step.periods.map((period) => [
      safe(period.region === null ? period.step : `${period.step}, ${period.region}`),
      clockWords(period.from),
      period.to === null ? "" : clockWords(period.to),
      safe(periodWords(period)),
      safe(period.reason ?? ""),
    ]),
  );
  return table(["Step", "Started (UTC)", "Ended (UTC)", "Result", "Reason"], rows);
}

function actions(summary: IncidentSummary): readonly string[] {
  if (summary.actions.length === 0) return [];
  return table(
    ["Where", "Step", "What", "State", "Begun", "Ended"],
    foldActions(summary.actions).map((action) => [
      safe(action.region),
      safe(action.step),
      safe(`${action.summary}${action.resource === null ? "" : ` (${action.resource})`}${timesWords(action)}`),
      action.state,
      action.intendedAt === null ? "" : offsetOf(action.intendedAt, summary.origin),
      endedWords(action, summary.origin),
    ]),
  );
}

function notActed(summary: IncidentSummary): readonly string[] {
  return bullets(
    summary.notActed.map(
      (decision) =>
        `${instantWords(decision.at)}, ${decision.region}${decision.about === null ? "" : ` about ${decision.about}`}: ${sentence(decision.summary)}${
          unsaid(decision).length > 0 ? ` Reasons: ${sentence(unsaid(decision).join("; "))}` : ""
        }`,
    ),
  );
}

function approvals(summary: IncidentSummary): readonly string[] {
  return bullets(
    summary.approvals.map(({ question, answer, by, reason, requestedAt, answeredAt }) => {
      const asked = requestedAt === null ? "" : ` Asked at ${clockWords(requestedAt)}.`;
      const answered =
        answer === null
          ? " Not answered."
          : ` ${capitalised(resultWords(answer))}${by === null || by === "nobody" ? "" : ` by ${by}`} at ${answeredAt === null ? "an unknown time" : clockWords(answeredAt)}.`;
      return `${question}${asked}${answered}${reason === null ? "" : ` Reason: ${sentence(reason)}`}`;
    }),
  );
}

function pages(summary: IncidentSummary): readonly string[] {
  return bullets(
    summary.pages.map(
      ({ at, from, summary: said, whatToDo }) =>
        `${instantWords(at)} (${offsetOf(at, summary.origin)}), from ${from}: ${sentence(said)} ${sentence(whatToDo)}`,
    ),
  );
}

function timeline(summary: IncidentSummary, events: readonly TimelineEvent[]): readonly string[] {
  const rows = chronological(events).map(({ event }) => [
    safe(clockWords(printable(event.at))),
    offsetOf(event.at, summary.origin),
    String(event.epoch),
    safe(printable(event.region)),
    safe(printable(event.step)),
    safe(kindWords(event.kind)),
    safe(event.summary),
  ]);
  return rows.length === 0
    ? []
    : table(["UTC", "Offset", "Epoch", "Written in", "Step", "Kind", "What happened"], rows);
}
