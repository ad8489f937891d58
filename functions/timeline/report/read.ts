import { isoInstant, parseInstant } from "../../shared/clock.ts";
import type { Json, TimelineEvent } from "../event.ts";

/**
 * Readers of an event's detail. The report is read when things went wrong, so a detail that is absent or odd reads as
 * null or empty and never throws.
 */
export type Detail = Readonly<Record<string, Json>>;

/** Longest text taken from a detail; what is longer is cut and marked. */
const longestText = 2_000;
/** Most items taken from a list in a detail. */
const longestList = 200;

/** The value as an object; empty when it is something else. */
export function recordOf(value: unknown): Detail {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Detail) : {};
}

export function detailOf(event: TimelineEvent): Detail {
  return recordOf(event.detail);
}

function own(detail: Detail, key: string): Json | undefined {
  return Object.hasOwn(detail, key) ? detail[key] : undefined;
}

/** A text that says something, or null. */
export function textOf(detail: Detail, key: string): string | null {
  const value = own(detail, key);
  if (typeof value !== "string") return null;
  const text = printable(value);
  return text === "" ? null : text;
}

/** A finite number, or null. */
export function numberOf(detail: Detail, key: string): number | null {
  const value = own(detail, key);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A finite number that is not negative, or null: durations and counts. */
export function amountOf(detail: Detail, key: string): number | null {
  const value = numberOf(detail, key);
  return value !== null && value >= 0 ? value : null;
}

export function listOf(detail: Detail, key: string): readonly Json[] {
  const value = own(detail, key);
  return Array.isArray(value) ? (value as readonly Json[]).slice(0, longestList) : [];
}

/** The texts of a list; one text reads as a list of one. */
export function textsOf(detail: Detail, key: string): readonly string[] {
  const single = textOf(detail, key);
  if (single !== null) return [single];
  return listOf(detail, key).flatMap((item) => {
    const text = typeof item === "string" ? printable(item) : "";
    return text === "" ? [] : [text];
  });
}

export function childOf(detail: Detail, key: string): Detail {
  return recordOf(own(detail, key));
}

/** Whether the detail speaks of `key` at all, be it with null. */
export function speaksOf(detail: Detail, key: string): boolean {
  return own(detail, key) !== undefined;
}

/** Milliseconds since the Unix epoch of an ISO 8601 instant with date and time, or null. */
export function parseTime(value: unknown): number | null {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value)) return null;
  try {
    return parseInstant(value);
  } catch {
    return null;
  }
}

/** An instant in its one form, or null when it is none. */
export function instantOf(detail: Detail, key: string): string | null {
  const time = parseTime(own(detail, key));
  return time === null ? null : isoInstant(time);
}

/** Seconds between two instants, or null when one of them is unknown. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  const [start, end] = [parseTime(from), parseTime(to)];
  return start === null || end === null ? null : (end - start) / 1_000;
}

// Control characters would drive a terminal, direction marks would reorder a line; neither belongs in a report.
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line of text that is safe to show: no control characters, no direction marks, bounded. */
export function printable(text: unknown): string {
  const given = typeof text === "string" ? text : typeof text === "number" ? String(text) : "";
  const line = given.toWellFormed().replace(unprintable, " ").replace(/ {2,}/g, " ").trim();
  return line.length > longestText ? `${line.slice(0, longestText - 1).toWellFormed()}…` : line;
}
