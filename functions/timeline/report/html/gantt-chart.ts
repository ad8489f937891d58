import { isoInstant } from "../../../shared/clock.ts";
import type { IncidentSummary } from "../summary.ts";
import { clockWords, durationWords, offsetOf, offsetWords, originWords } from "../words.ts";
import type { GanttLayout, GanttRow } from "./gantt.ts";
import { type Markup, markup, percent } from "./markup.ts";
import { characterWidth, fitsLane, narrowWidth } from "./narrow.ts";

/** Heights in pixels. Widths are per cent, so that text keeps its size on a phone. */
const milestoneHeight = 22;
const lineHeight = 14;
const axisHeight = 24;
const rowHeight = 46;
const barTop = 24;
const barHeight = 14;

const flagWidth = 10;

/** Patterns that tell the results apart without colour. Defined once a page. */
export const patterns: Markup = markup`<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="p-degraded"/><line x1="0" y1="0" x2="0" y2="6" class="p-line"/></pattern>
<pattern id="cross" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="p-failed"/><path d="M0 0V6M0 0H6" class="p-line"/></pattern>
<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="p-waiting"/><circle cx="3" cy="3" r="1.2" class="p-dot"/></pattern>
<pattern id="lost" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" class="p-lost"/><line x1="0" y1="0" x2="0" y2="6" class="p-line"/></pattern>
</defs></svg>`;

/** The chart of one run: a lane a step, its result written above its bar. */
export function ganttChart(layout: GanttLayout, summary: IncidentSummary, index: number): Markup {
  const flags = layout.milestones.map((milestone) => flagLines(milestone, summary.origin));
  const flagTops = running(flags.map((lines) => milestoneHeight + (lines.length - 1) * lineHeight));
  const top = (flagTops.at(-1) ?? 0) + 6;
  const rowTops = running(layout.rows.map(laneHeight)).map((height) => top + height);
  const bottom = rowTops.at(-1) ?? top;
  const seconds = (layout.to - layout.from) / 1_000;
  const described = layout.rows.map((row) => `${rowTitle(row)}: ${row.full}`).join(". ");
  return markup`<svg class="gantt" width="100%" height="${bottom + axisHeight}" role="img" aria-labelledby="gantt-${index}-title gantt-${index}-desc">
<title id="gantt-${index}-title">Steps of the run over ${durationWords(seconds)}</title>
<desc id="gantt-${index}-desc">${described}.</desc>
${layout.ticks.map(
  (tick, place) =>
    markup`<line class="grid" x1="${percent(tick.left)}" x2="${percent(tick.left)}" y1="${top}" y2="${bottom}"/><text class="tick ${place % 2 === 1 ? "between" : null}" x="${percent(tick.left)}" y="${bottom + 17}" text-anchor="${anchor(tick.left)}">${offsetWords(tick.seconds)}</text>`,
)}
${layout.milestones.map((milestone, row) => milestoneLine(milestone.left, flags[row] ?? [], flagTops[row] ?? 0, bottom))}
${layout.rows.map((row, place) => rowChart(row, rowTops[place] ?? top))}
<line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>
</svg>
<p class="note">Time runs from ${clockWords(isoInstant(layout.from))} to ${clockWords(isoInstant(layout.to))} UTC. Offsets count from ${originWords(summary)}.</p>${reasons(layout)}`;
}

const calm: ReadonlySet<string> = new Set(["good", "skipped", "waiting"]);

/** What a lane is too narrow to say: why a step did not end well, and what came before its last stretch. */
function reasons(layout: GanttLayout): Markup | null {
  const told = layout.rows.filter(
    (row) => shorten(row.note) !== row.note || (row.full !== row.note && row.bars.some(({ tone }) => !calm.has(tone))),
  );
  if (told.length === 0) return null;
  return markup`<ul class="reasons">${told.map((row) => markup`<li><b>${rowTitle(row)}</b>: ${row.full}.</li>`)}</ul>`;
}

function anchor(left: number): string {
  return left < 8 ? "start" : left > 92 ? "end" : "middle";
}

function rowTitle(row: GanttRow): string {
  const name = row.step.charAt(0).toUpperCase() + row.step.slice(1);
  return row.region === null ? name : `${name} in ${row.region}`;
}

/** Where each begins when they follow one another, and where the last one ends. */
function running(heights: readonly number[]): readonly number[] {
  const tops = [0];
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + height);
  return tops;
}

/** Beside the flag, on the side that has more room. */
function isBefore(left: number): boolean {
  return left > 50;
}

function flagLines({ title, at, left }: GanttLayout["milestones"][number], origin: string | null): readonly string[] {
  const room = ((isBefore(left) ? left : 100 - left) / 100) * narrowWidth - flagWidth;
  const most = Math.floor(room / characterWidth);
  const lines: string[] = [];
  for (const word of `${title} ${offsetOf(at, origin)}`.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function milestoneLine(left: number, lines: readonly string[], top: number, bottom: number): Markup {
  const y = top + 12;
  const x = percent(left);
  const before = isBefore(left);
  const spans = lines.map(
    (line, index) =>
      markup`<tspan x="${before ? -flagWidth : flagWidth}" y="${4 + index * lineHeight}">${line}</tspan>${index < lines.length - 1 ? markup` ` : null}`,
  );
  return markup`<line class="milestone" x1="${x}" x2="${x}" y1="${y}" y2="${bottom}"/><svg x="${x}" y="${y}" width="1" height="1" overflow="visible"><path class="flag" d="M0 -5L5 0L0 5L-5 0Z"/><text class="flag-text" text-anchor="${before ? "end" : "start"}">${spans}</text></svg>`;
}

/** Whether a lane's note stands beside its name, or below it for want of room on a phone. */
function noteLine(row: GanttRow): 0 | 1 {
  return fitsLane(rowTitle(row), shorten(row.note)) ? 0 : 1;
}

function laneHeight(row: GanttRow): number {
  return rowHeight + noteLine(row) * lineHeight;
}

function rowChart(row: GanttRow, top: number): Markup {
  const symbol = row.tone === null ? "" : toneSymbols[row.tone];
  const below = noteLine(row);
  const place = below === 1 ? markup`x="0" dy="${lineHeight}"` : markup`dx="4"`;
  const y = top + below * lineHeight;
  return markup`<g><text class="lane" x="0" y="${top + 17}"><tspan class="lane-name">${rowTitle(row)}</tspan> <tspan class="lane-note ${row.tone ?? "idle"}" ${place}>${symbol} ${shorten(row.note)}</tspan></text><rect class="track" x="0" y="${y + barTop}" width="100%" height="${barHeight}" rx="3"/>${row.bars.map(
    (bar) =>
      markup`<rect class="bar ${bar.tone}" x="${percent(bar.left)}" y="${y + barTop}" width="${percent(bar.width)}" height="${barHeight}" rx="2"><title>${bar.title}</title></rect>`,
  )}${row.marks.map(
    (mark) =>
      markup`<svg x="${percent(mark.left)}" y="${y + barTop + barHeight / 2}" width="1" height="1" overflow="visible">${markShapes[mark.kind]}<title>${mark.title}</title></svg>`,
  )}</g>`;
}

const toneSymbols: Readonly<Record<NonNullable<GanttRow["tone"]>, string>> = {
  good: "✓",
  skipped: "–",
  degraded: "▲",
  failed: "✕",
  running: "…",
  interrupted: "‖",
  other: "?",
};

const markShapes = {
  begun: markup`<circle class="mark begun" r="3.5"/>`,
  confirmed: markup`<circle class="mark confirmed" r="3.5"/>`,
  failed: markup`<path class="mark crossed" d="M-4 -4L4 4M4 -4L-4 4"/>`,
} as const;

/** What fits beside a lane's name on a phone; the whole text is in the chart's description. */
function shorten(note: string): string {
  return note.length > 32 ? `${note.slice(0, 31).toWellFormed()}…` : note;
}

/** What the shapes mean. */
export const ganttLegend: Markup = markup`<ul class="legend" aria-label="Legend">
<li><svg width="22" height="12" aria-hidden="true"><rect class="bar good" width="22" height="12" rx="2"/></svg>done</li>
<li><svg width="22" height="12" aria-hidden="true"><rect class="bar degraded" width="22" height="12" rx="2"/></svg>degraded</li>
<li><svg width="22" height="12" aria-hidden="true"><rect class="bar failed" width="22" height="12" rx="2"/></svg>failed</li>
<li><svg width="22" height="12" aria-hidden="true"><rect class="bar interrupted" width="22" height="12" rx="2"/></svg>interrupted or running</li>
<li><svg width="22" height="12" aria-hidden="true"><rect class="bar waiting" width="22" height="12" rx="2"/></svg>failing, not yet confirmed</li>
<li><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><circle class="mark begun" r="3.5"/></svg>change begun</li>
<li><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><circle class="mark confirmed" r="3.5"/></svg>change confirmed</li>
<li><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path class="mark crossed" d="M-4 -4L4 4M4 -4L-4 4"/></svg>change failed</li>
</ul>`;
