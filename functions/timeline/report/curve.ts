import { isoInstant } from "../../shared/clock.ts";
import type { TimelineEvent } from "../event.ts";
import { chronological } from "./order.ts";
import { amountOf, childOf, detailOf, instantOf, listOf, parseTime, recordOf, textOf } from "./read.ts";

/** Requests per second at one instant. */
export interface TrafficSample {
  /** ISO 8601. */
  readonly at: string;
  readonly served: readonly { readonly region: string; readonly perSecond: number }[];
  readonly failedPerSecond: number;
}

/** A stretch in which one vantage got the same answer. */
export interface ServedSpan {
  readonly from: string;
  readonly to: string;
  readonly vote: string;
  /** The Region that answered; null when none did or it did not say. */
  readonly servedBy: string | null;
}

/** Which Region served the customers of one vantage over time. */
export interface VantageStrip {
  readonly vantage: string;
  readonly spans: readonly ServedSpan[];
}

/** What is known of the traffic: measured samples where there are any, and what each vantage was served by. */
export interface Curve {
  /** Where the figures come from, for the reader. */
  readonly source: string;
  readonly samples: readonly TrafficSample[];
  readonly strips: readonly VantageStrip[];
}

const mostSamples = 2_000;
const mostVantages = 24;

/** The traffic as the timeline tells it, from `detail.servedByRegion`, `detail.failed` and `detail.customers`. */
export function readCurve(events: readonly TimelineEvent[]): Curve {
  const samples: TrafficSample[] = [];
  const strips = new Map<string, ServedSpan[]>();
  for (const { event, time } of chronological(events)) {
    const detail = detailOf(event);
    const at = isoInstant(time);
    const served = childOf(detail, "servedByRegion");
    const regions = Object.keys(served).filter((region) => amountOf(served, region) !== null);
    if (regions.length > 0 && samples.length < mostSamples) {
      samples.push({
        at,
        served: regions.map((region) => ({ region, perSecond: amountOf(served, region) ?? 0 })),
        failedPerSecond: amountOf(detail, "failed") ?? 0,
      });
    }
    const direct = listOf(detail, "customers");
    const customers = direct.length > 0 ? direct : listOf(childOf(detail, "evidence"), "customers");
    for (const item of customers) {
      const customer = recordOf(item);
      const vantage = textOf(customer, "vantage");
      if (vantage === null || (!strips.has(vantage) && strips.size >= mostVantages)) continue;
      const spans = strips.get(vantage) ?? [];
      strips.set(vantage, spans);
      const vote = textOf(customer, "vote") ?? "unknown";
      const servedBy = vote === "passing" ? textOf(customer, "servedBy") : null;
      const since = instantOf(customer, "since");
      extend(spans, { at, vote, servedBy, since });
    }
  }
  return {
    source: "from the timeline",
    samples,
    strips: [...strips].map(([vantage, spans]) => ({ vantage, spans })).sort(byVantage),
  };
}

function byVantage(left: VantageStrip, right: VantageStrip): number {
  return left.vantage < right.vantage ? -1 : 1;
}

/** An answer holds until the next one that this vantage reports. */
function extend(
  spans: ServedSpan[],
  seen: {
    readonly at: string;
    readonly vote: string;
    readonly servedBy: string | null;
    readonly since: string | null;
  },
): void {
  const { at, vote, servedBy, since } = seen;
  const last = spans.at(-1);
  if (last === undefined) {
    // The first report of a failure says since when; a passing one may have been served by another Region before.
    const from = vote === "failing" && since !== null && (parseTime(since) ?? 0) < (parseTime(at) ?? 0) ? since : at;
    spans.push({ from, to: at, vote, servedBy });
    return;
  }
  spans[spans.length - 1] = { ...last, to: at };
  if (last.vote !== vote || last.servedBy !== servedBy) spans.push({ from: at, to: at, vote, servedBy });
}

/** Every Region that the curve names, in the order of their names: their place decides their colour. */
export function regionsOf(curve: Curve): readonly string[] {
  const names = [
    ...curve.samples.flatMap((sample) => sample.served.map(({ region }) => region)),
    ...curve.strips.flatMap((strip) => strip.spans.flatMap(({ servedBy }) => (servedBy === null ? [] : [servedBy]))),
  ];
  return [...new Set(names)].sort();
}
