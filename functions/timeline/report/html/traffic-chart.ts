import { isoInstant } from "../../../shared/clock.ts";
import { type Curve, regionsOf, type TrafficSample, type VantageStrip } from "../curve.ts";
import { parseTime } from "../read.ts";
import type { IncidentSummary } from "../summary.ts";
import { clockWords, offsetOf, offsetWords } from "../words.ts";
import { axisTicks } from "./gantt.ts";
import { Markup, markup, percent } from "./markup.ts";
import { fitsLane } from "./narrow.ts";

const areaHeight = 200;
const axisHeight = 24;
const stripHeight = 40;
/** Older traffic would press the run itself into a line. */
const longestMilliseconds = 24 * 3_600_000;
/** Colours repeat after this many Regions; names and titles still tell them apart. */
const colours = 8;

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly origin: string | null;
}

/** The traffic: measured requests by Region where there are samples, and who served each vantage. */
export function trafficCharts(curve: Curve, run: Pick<IncidentSummary, "origin" | "lastEventAt">): Markup | null {
  const told = [
    ...curve.samples.map((sample) => sample.at),
    ...curve.strips.flatMap((strip) => strip.spans.flatMap((span) => [span.from, span.to])),
  ];
  if (told.length === 0) return null;
  const axis = axisOf(told, run);
  const regions = regionsOf(curve);
  return markup`${curve.samples.length > 1 ? areaChart(curve.samples, regions, axis) : null}${
    curve.strips.length > 0 ? stripChart(curve.strips, regions, axis) : null
  }<ul class="legend" aria-label="Legend">${regions.map(
    (region, index) =>
      markup`<li><svg width="22" height="12" aria-hidden="true"><rect class="region-${index % colours}" width="22" height="12" rx="2"/></svg>${region}</li>`,
  )}<li><svg width="22" height="12" aria-hidden="true"><rect class="lost" width="22" height="12" rx="2"/></svg>failed</li>${
    curve.strips.length > 0
      ? markup`<li><svg width="22" height="12" aria-hidden="true"><rect class="unknown" x="1" y="1" width="20" height="10" rx="2"/></svg>unknown</li>`
      : null
  }</ul><p class="note">Source: ${curve.source}. Time runs from ${clockWords(isoInstant(axis.from))} to ${clockWords(isoInstant(axis.to))} UTC.</p>`;
}

/** The same stretch of time as the chart of steps shows, and more if the traffic tells of more. */
function axisOf(told: readonly string[], run: Pick<IncidentSummary, "origin" | "lastEventAt">): Axis {
  const times = [...told, run.origin, run.lastEventAt].map(parseTime).filter((time) => time !== null);
  const latest = times.reduce((left, right) => Math.max(left, right));
  const recent = times.filter((time) => latest - time <= longestMilliseconds);
  const from = recent.reduce((left, right) => Math.min(left, right), latest);
  return { from, to: Math.max(latest, from + 1_000), origin: run.origin };
}

function ticks(axis: Axis, top: number, bottom: number): Markup {
  return markup`${axisTicks(axis.from, axis.to, parseTime(axis.origin) ?? axis.from).map(
    ({ left, seconds }, index) =>
      markup`<line class="grid" x1="${percent(left)}" x2="${percent(left)}" y1="${top}" y2="${bottom}"/><text class="tick ${index % 2 === 1 ? "between" : null}" x="${percent(left)}" y="${bottom + 17}" text-anchor="${left < 8 ? "start" : left > 92 ? "end" : "middle"}">${offsetWords(seconds)}</text>`,
  )}<line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>`;
}

function rate(sample: TrafficSample, region: string): number {
  return sample.served.find((one) => one.region === region)?.perSecond ?? 0;
}

function total(sample: TrafficSample): number {
  return sample.served.reduce((sum, { perSecond }) => sum + perSecond, sample.failedPerSecond);
}

/** Layers of the stacked area: each Region, then what failed, as points in a box of 1000 × `areaHeight`. Numbers of our own making, so they are markup already. */
export function stackedLayers(
  samples: readonly TrafficSample[],
  regions: readonly string[],
  axis: { readonly from: number; readonly to: number },
): readonly { readonly name: string; readonly points: Markup }[] {
  const highest = Math.max(
    1e-9,
    samples.reduce((most, sample) => Math.max(most, total(sample)), 0),
  );
  const x = (sample: TrafficSample) =>
    Math.round((((parseTime(sample.at) ?? axis.from) - axis.from) / (axis.to - axis.from)) * 10_000) / 10;
  const y = (value: number) => Math.round((1 - value / highest) * areaHeight * 10) / 10;
  const floors = samples.map(() => 0);
  return [...regions, null].map((region) => {
    const lower = samples.map((sample, index) => `${x(sample)},${y(floors[index] ?? 0)}`).toReversed();
    const upper = samples.map((sample, index) => {
      floors[index] = (floors[index] ?? 0) + (region === null ? sample.failedPerSecond : rate(sample, region));
      return `${x(sample)},${y(floors[index] ?? 0)}`;
    });
    return { name: region ?? "failed", points: new Markup([...upper, ...lower].join(" ")) };
  });
}

function areaChart(samples: readonly TrafficSample[], regions: readonly string[], axis: Axis): Markup {
  const highest = samples.reduce((most, sample) => Math.max(most, total(sample)), 0);
  const failing = samples.filter((sample) => sample.failedPerSecond > 0);
  const [first, last] = [samples[0], samples.at(-1)];
  const shares = (sample: TrafficSample | undefined) =>
    sample === undefined
      ? "nothing"
      : regions.map((region) => `${region} ${Math.round(rate(sample, region))} requests a second`).join(", ");
  const description = `At first ${shares(first)}; at the end ${shares(last)}. ${
    failing.length === 0
      ? "No request failed."
      : `Requests failed from ${offsetOf(failing[0]?.at ?? "", axis.origin)} to ${offsetOf(failing.at(-1)?.at ?? "", axis.origin)}.`
  }`;
  const top = 18;
  return markup`<figure><figcaption>Requests a second, by the Region that served them</figcaption><svg class="traffic" width="100%" height="${top + areaHeight + axisHeight}" role="img" aria-labelledby="area-title area-desc"><title id="area-title">Requests a second by Region, and failed ones</title><desc id="area-desc">${description}</desc><text class="tick" x="0" y="12">${Math.round(highest)} a second</text><svg x="0" y="${top}" width="100%" height="${areaHeight}" viewBox="0 0 1000 ${areaHeight}" preserveAspectRatio="none">${stackedLayers(
    samples,
    regions,
    axis,
  ).map(
    ({ name, points }, index) =>
      markup`<polygon class="${index === regions.length ? "lost" : `region-${index % colours}`} layer" points="${points}"><title>${name}</title></polygon>`,
  )}</svg>${ticks(axis, top, top + areaHeight)}</svg></figure>`;
}

/** What served one after the other, as far as a phone has room for it beside the vantage's name. */
function flow(vantage: string, words: readonly string[]): string {
  const last = `… → ${words.at(-1)}`;
  const forms = [words.join(" → "), `${words[0]} → ${last}`];
  return forms.find((form) => fitsLane(vantage, form)) ?? last;
}

function stripChart(strips: readonly VantageStrip[], regions: readonly string[], axis: Axis): Markup {
  const bottom = strips.length * stripHeight + 4;
  const place = (at: string) => (((parseTime(at) ?? axis.from) - axis.from) / (axis.to - axis.from)) * 100;
  const said = (span: VantageStrip["spans"][number]) =>
    span.vote === "failing"
      ? "failed"
      : (span.servedBy ?? (span.vote === "passing" ? "served, Region not said" : "unknown"));
  const described = strips
    .map(
      ({ vantage, spans }) =>
        `${vantage}: ${spans.map((span) => `${said(span)} from ${offsetOf(span.from, axis.origin)}`).join(", ")}`,
    )
    .join(". ");
  return markup`<figure><figcaption>Who served a customer, as seen from each vantage; blank: nobody looked</figcaption><svg class="strips" width="100%" height="${bottom + axisHeight}" role="img" aria-labelledby="strip-title strip-desc"><title id="strip-title">Region that served each vantage over time</title><desc id="strip-desc">${described}.</desc>${ticks(axis, 0, bottom)}${strips.map(
    ({ vantage, spans }, row) => {
      const y = row * stripHeight;
      const words = spans.map(said).filter((word, index, all) => word !== all[index - 1]);
      return markup`<text class="lane" x="0" y="${y + 16}"><tspan class="lane-name">${vantage}</tspan> <tspan class="lane-note idle" dx="4">${flow(vantage, words)}</tspan></text>${spans.map(
        (span) => {
          const index = span.servedBy === null ? -1 : regions.indexOf(span.servedBy);
          const look = span.vote === "failing" ? "lost" : index < 0 ? "unknown" : `region-${index % colours}`;
          return markup`<rect class="${look} span" x="${percent(place(span.from))}" y="${y + 22}" width="${percent(Math.max(place(span.to) - place(span.from), 1))}" height="12"><title>${said(span)}, ${offsetOf(span.from, axis.origin)} to ${offsetOf(span.to, axis.origin)}</title></rect>`;
        },
      )}`;
    },
  )}</svg></figure>`;
}
