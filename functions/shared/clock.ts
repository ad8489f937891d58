/**
 * Time enters the code base here and nowhere else (a lint rule holds it), so that a run can be replayed on a virtual
 * clock. Safety never rests on comparing two machines' clocks: only the epoch does (FM29).
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves `milliseconds` later; at once when zero or negative. */
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds))),
};

/** An instant as ISO 8601 in UTC with milliseconds, the one form in which instants are stored and shown. */
export function isoInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** An instant for a person: `2026-03-14T09:01:12.345Z` → `2026-03-14 09:01:12 UTC`; the text itself when it is none. */
export function describeInstant(text: string): string {
  try {
    return `${isoInstant(parseInstant(text)).slice(0, 19).replace("T", " ")} UTC`;
  } catch {
    return text;
  }
}

/** `Date.parse` alone takes "event 7" for an instant in 2001, and one without an offset for the machine's own time. */
const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** What was parsed lately. A watch compares the same few instants with each other, round after round. */
const parsed = new Map<string, number>();
const parsedKept = 1_000;

/**
 * Milliseconds since the Unix epoch of an ISO 8601 instant; also of CloudWatch's form, which ends in `+0000`.
 * @throws RangeError naming the value when it is not an instant.
 */
export function parseInstant(text: string): number {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const milliseconds = Date.parse(text.endsWith("Z") ? text : text.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  if (Number.isNaN(milliseconds) || !instantForm.test(text))
    throw new RangeError(`Not an ISO 8601 instant: received ${JSON.stringify(text)}`);
  if (parsed.size >= parsedKept) parsed.clear();
  parsed.set(text, milliseconds);
  return milliseconds;
}

/** Whether a value that was stored, by whatever code, can be parsed as one. */
export function isInstant(value: unknown): value is string {
  if (typeof value !== "string") return false;
  try {
    parseInstant(value);
    return true;
  } catch {
    return false;
  }
}

/** Seconds from one ISO 8601 instant to a later one; negative when it is earlier. */
export function secondsBetween(earlier: string, later: string): number {
  return (parseInstant(later) - parseInstant(earlier)) / 1_000;
}
