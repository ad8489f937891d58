import type { TimelineEvent } from "../event.ts";
import { type Curve, readCurve } from "./curve.ts";
import { layoutGantt } from "./html/gantt.ts";
import { ganttChart, ganttLegend, patterns } from "./html/gantt-chart.ts";
import { Markup, markup, prose } from "./html/markup.ts";
import {
  actions,
  approvals,
  chain,
  eventTable,
  evidence,
  facts,
  keyFigures,
  next,
  notActed,
  pages,
  warnings,
} from "./html/sections.ts";
import { styleSheet } from "./html/style.ts";
import { trafficCharts } from "./html/traffic-chart.ts";
import type { IncidentSummary } from "./summary.ts";
import { evidenceTitle, headline, incidentWords, instantWords, outcomeTitle } from "./words.ts";

/**
 * The report as one HTML file: no script, no request to anywhere (its own policy forbids both), so that it can be
 * attached, printed and opened years later.
 * @param curve the traffic; read from the timeline unless given
 */
export function renderHtml(
  summary: IncidentSummary,
  events: readonly TimelineEvent[],
  curve: Curve = readCurve(events),
): string {
  // One look that changed nothing has no course worth drawing.
  const charts = summary.acting.length === 0 ? [] : layoutGantt(summary);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${outcomeTitle(summary)}: ${summary.application}, ${incidentWords(summary)}</title>
<style>${new Markup(styleSheet)}</style>
</head>
<body>
${patterns}
<main>
<header>
<p class="eyebrow"><b>${summary.application}</b> · Region failover report · ${incidentWords(summary)}</p>
<h1>${prose(headline(summary))}</h1>
<p class="meta"><span class="badge ${outcomeTone(summary)}">${outcomeTitle(summary)}</span>${summary.origin === null ? null : instantWords(summary.origin)}</p>
</header>
${keyFigures(summary)}
${section("facts", "In short", facts(summary))}
${section("next", "What a person must do next", next(summary))}
${section("warnings", "Warnings", warnings(summary))}
${
  charts.length === 0
    ? null
    : section(
        "steps",
        "Steps",
        markup`${charts.map((chart, index) =>
          charts.length === 1
            ? ganttChart(chart, summary, index)
            : markup`<h3>${index === 0 ? "First run" : `Retry ${index}`}</h3>${ganttChart(chart, summary, index)}`,
        )}${ganttLegend}`,
      )
}
${section("traffic", "Traffic", trafficCharts(curve, summary))}
${section("evidence", evidenceTitle(summary), evidence(summary))}
${section("actions", "What was done where", actions(summary))}
${section("pages", "Pages", pages(summary))}
${section("approvals", "Approvals", approvals(summary))}
${section("not-acted", "Decisions not to act", notActed(summary))}
${events.length === 0 ? null : section("timeline", "Timeline", eventTable(summary, events))}
${section("chain", "Is this timeline whole?", chain(summary))}
</main>
</body>
</html>
`;
  return page.html;
}

function section(id: string, title: string, body: Markup | null): Markup | null {
  if (body === null) return null;
  return markup`<section${id === "timeline" ? new Markup(' class="long"') : null} aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

function outcomeTone({ outcome, evidence }: Pick<IncidentSummary, "outcome" | "evidence">): string {
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
      return "idle";
  }
}
