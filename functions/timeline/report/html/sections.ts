import { canonicalJson, type TimelineEvent } from "../../event.ts";
import { endedWords, foldActions, timesWords } from "../actions.ts";
import { lossWords } from "../loss-words.ts";
import { nextSteps } from "../next.ts";
import { chronological } from "../order.ts";
import { detailOf, printable, secondsBetween } from "../read.ts";
import { lookedBecause, startedByWords } from "../signal-words.ts";
import type { IncidentSummary } from "../summary.ts";
import {
  actingWords,
  causeTitle,
  causeWords,
  chainWords,
  clockWords,
  durationWords,
  instantWords,
  kindWords,
  offsetOf,
  originWords,
  recoveryTimeWords,
  regionTitle,
  regionWords,
  resultWords,
  sentence,
  unsaid,
} from "../words.ts";
import { Markup, markup, type Part, prose } from "./markup.ts";

/** A table that becomes a list of cards on a phone; the roles keep it a table for a screen reader there. */
function table(
  caption: string,
  headers: readonly string[],
  rows: readonly (readonly Part[])[],
  look: "stack" | "stack events" = "stack",
): Markup {
  return markup`<table class="${look}" role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${headers.map(
    (header) => markup`<th scope="col" role="columnheader">${header}</th>`,
  )}</tr></thead><tbody role="rowgroup">${rows.map(
    (cells) =>
      markup`<tr role="row">${cells.map(
        (cell, index) => markup`<td role="cell"${label(headers[index] ?? "", cell)}>${cell}</td>`,
      )}</tr>`,
  )}</tbody></table>`;
}

/** Columns that say what they are themselves; on a phone the first kind shares a line and the second takes one. */
const looks: Readonly<Record<string, Markup>> = {
  "When (UTC)": markup` class="time"`,
  "What happened": markup` class="wide"`,
  "What to do": markup` class="wide"`,
  What: markup` class="wide"`,
  Vantage: markup` class="name"`,
  Where: markup` class="name"`,
};

function label(header: string, cell: Part): Part {
  if (Object.hasOwn(looks, header)) return looks[header] ?? null;
  if (cell === null || cell === "") return null;
  return new Markup(` ${header.startsWith("Reason") ? 'class="wide" ' : ""}data-label="${header}:"`);
}

/** A moment in UTC with its offset from the first failing probe. */
function time(at: string | null, origin: string | null): Markup | null {
  if (at === null) return null;
  return markup`<time datetime="${at}" title="${at}">${clockWords(printable(at))}</time> <span class="sub">${offsetOf(at, origin)}</span>`;
}

export function keyFigures(summary: IncidentSummary): Markup {
  const recovery = recoveryTimeWords(summary);
  const losses = lossWords(summary);
  const decided = secondsBetween(summary.failingSince, summary.decidedAt);
  const switched = secondsBetween(summary.decidedAt, summary.trafficSwitchedAt);
  const figure = (name: string, value: string, verdict: string, tone: string) =>
    markup`<div><dt>${name}</dt><dd><div class="value">${value}</div><div class="verdict ${tone}">${prose(verdict)}</div></dd></div>`;
  return markup`<dl class="figures">${[
    figure("Recovery time", recovery.value, recovery.verdict, verdictTone(summary.recoveryTime.verdict)),
    ...losses.map(({ name, words, verdict }) => figure(name, words.value, words.verdict, verdictTone(verdict))),
    ...(summary.acting.length === 0
      ? []
      : [
          figure(
            "Time to decide",
            decided === null ? "unknown" : durationWords(decided),
            decided === null ? "no first failing probe is known" : "from the first failing probe",
            "idle",
          ),
          figure(
            "Time to switch traffic",
            switched === null ? "not switched" : durationWords(switched),
            switched === null ? "no switch was confirmed" : "from the decision",
            "idle",
          ),
        ]),
  ]}</dl>`;
}

function verdictTone(verdict: IncidentSummary["recoveryTime"]["verdict"]): string {
  switch (verdict) {
    case "met":
      return "good";
    case "missed":
      return "bad";
    case "unknown":
      return "warn";
    case "notApplicable":
      return "idle";
  }
}

export function facts(summary: IncidentSummary): Markup | null {
  const rows: readonly (readonly [string, Part])[] = [
    [regionTitle(summary), regionWords(summary)],
    [causeTitle(summary), summary.cause === null ? null : causeWords(summary.cause)],
    ["Survivors", summary.survivors.join(", ")],
    ["Acting Region", summary.acting.length === 0 ? null : actingWords(summary)],
    ["Started by", summary.startedBy === null ? null : startedByWords(summary.startedBy)],
    ["Reason given", summary.reason !== null && summary.reasons.includes(summary.reason) ? null : summary.reason],
    ["First failing probe", instantFact(summary.failingSince, summary)],
    ["Decided", instantFact(summary.decidedAt, summary)],
    ["Traffic switched", instantFact(summary.trafficSwitchedAt, summary)],
    ["Served since", instantFact(summary.servedSince, summary)],
    ["Proven served", instantFact(summary.verifiedAt, summary)],
    ["Reads served", instantFact(summary.reads?.since ?? null, summary)],
    ["Reads proven", instantFact(summary.reads?.verifiedAt ?? null, summary)],
    ["Writer", summary.database?.promotedRegion ?? null],
    ["Reasons", summary.reasons.length > 0 ? markup`${summary.reasons.join("; ")}` : null],
  ];
  const known = rows.filter(([, value]) => value !== null && value !== "");
  if (known.length === 0) return null;
  return markup`<dl class="facts">${known.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function instantFact(at: string | null, summary: IncidentSummary): string | null {
  return at === null ? null : `${instantWords(at)} (${offsetOf(at, summary.origin)})`;
}

export function next(summary: IncidentSummary): Markup {
  const wanted = nextSteps(summary);
  if (wanted.length === 0) return markup`<p>Nothing.</p>`;
  return markup`<ol class="next">${wanted.map(
    ({ title, text, input }) =>
      markup`<li><h3>${prose(title)}</h3><p>${prose(text)}</p>${input === null ? null : markup`<pre>${input}</pre>`}</li>`,
  )}</ol>`;
}

export function evidence(summary: IncidentSummary): Markup | null {
  const decision = summary.explained;
  if (decision === null) return null;
  const because = lookedBecause(decision.signal);
  const reasons = unsaid(decision);
  return markup`<p>${prose(`${decision.region} decided at ${instantWords(decision.at)}: ${sentence(decision.summary)}`)}</p>${
    because === null ? null : markup`<p>${prose(because)}</p>`
  }${reasons.length === 0 ? null : markup`<ul>${reasons.map((reason) => markup`<li>${prose(reason)}</li>`)}</ul>`}${
    decision.votes.length === 0
      ? null
      : table(
          "What each vantage said",
          ["Vantage", "Vote", "Since (UTC)", "Reason"],
          decision.votes.map((vote) => [
            markup`<strong>${vote.vantage}</strong>`,
            vote.vote,
            vote.since === null ? "" : clockWords(vote.since),
            vote.reason ?? "",
          ]),
        )
  }`;
}

export function actions(summary: IncidentSummary): Markup | null {
  if (summary.actions.length === 0) return null;
  return table(
    "Every change that was begun, and what became of it",
    ["Where", "Step", "What", "State", "Begun", "Ended"],
    foldActions(summary.actions).map((action) => [
      markup`<strong>${action.region}</strong>`,
      action.step,
      markup`${action.summary + timesWords(action)}${action.resource === null ? null : markup`<span class="sub">${action.resource}</span>`}`,
      markup`<span class="${action.state === "confirmed" ? "good" : action.state === "failed" ? "bad" : "warn"}">${action.state}</span>`,
      action.intendedAt === null ? "" : offsetOf(action.intendedAt, summary.origin),
      endedWords(action, summary.origin),
    ]),
  );
}

export function notActed(summary: IncidentSummary): Markup | null {
  if (summary.notActed.length === 0) return null;
  return table(
    "Each time that it looked and changed nothing",
    ["When (UTC)", "Where", "About", "Decision", "What happened", "Reasons"],
    summary.notActed.map((decision) => [
      time(decision.at, summary.origin),
      markup`<strong>${decision.region}</strong>`,
      decision.about ?? "",
      resultWords(decision.decision),
      decision.summary,
      unsaid(decision).join("; "),
    ]),
  );
}

export function approvals(summary: IncidentSummary): Markup | null {
  if (summary.approvals.length === 0) return null;
  return table(
    "Questions to a person",
    ["When (UTC)", "What", "Answer", "By", "Reason"],
    summary.approvals.map((approval) => [
      time(approval.requestedAt, summary.origin),
      approval.question,
      approval.answer === null
        ? "not answered"
        : markup`${resultWords(approval.answer)}${approval.answeredAt === null ? null : ` at ${clockWords(approval.answeredAt)}`}`,
      approval.by === "nobody" ? "" : (approval.by ?? ""),
      approval.reason ?? "",
    ]),
  );
}

export function pages(summary: IncidentSummary): Markup | null {
  if (summary.pages.length === 0) return null;
  return table(
    "What people were paged about while the run held the lease",
    ["When (UTC)", "Where", "About", "What happened", "What to do"],
    summary.pages.map((page) => [
      time(page.at, summary.origin),
      markup`<strong>${page.from}</strong>`,
      page.region,
      sentence(page.summary),
      sentence(page.whatToDo),
    ]),
  );
}

export function warnings(summary: IncidentSummary): Markup | null {
  if (summary.warnings.length === 0) return null;
  return markup`<ul>${summary.warnings.map((warning) => markup`<li>${prose(warning)}</li>`)}</ul>`;
}

/** Longest detail shown under an event; the JSON report has the whole of it. */
const longestDetail = 4_000;

export function eventTable(summary: IncidentSummary, events: readonly TimelineEvent[]): Markup {
  return table(
    `Every event, oldest first. The offset counts from ${originWords(summary)}; the epoch rises each time that another execution takes the lease.`,
    ["When (UTC)", "Step", "Written in", "What happened", "Hash"],
    chronological(events).map(({ event }) => [
      time(printable(event.at), summary.origin),
      markup`${printable(event.step)}<span class="sub">${kindWords(event.kind)}</span>`,
      markup`${event.region}<span class="sub">epoch ${event.epoch}, event ${event.seq}</span>`,
      markup`${prose(event.summary)}${detail(event)}`,
      markup`<abbr class="hash" title="${event.hash}">${printable(event.hash).slice(0, 10)}…</abbr>`,
    ]),
    "stack events",
  );
}

function detail(event: TimelineEvent): Markup | null {
  const given = detailOf(event);
  if (Object.keys(given).length === 0) return null;
  const text = canonicalJson(given);
  const shown = text.length > longestDetail ? `${text.slice(0, longestDetail)}… The JSON report has the rest.` : text;
  return markup`<details><summary>Detail</summary><pre>${shown}</pre></details>`;
}

export function chain(summary: IncidentSummary): Markup {
  const holds = summary.chain.state === "holds";
  return markup`<p><strong class="${holds ? "good" : "bad"}">${holds ? "✓" : "✕"}</strong> ${chainWords(summary)}</p>`;
}
