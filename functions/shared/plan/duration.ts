const form = /^P(?=\d|T)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Seconds of an ISO 8601 duration of days, hours, minutes and seconds (`PT1M30S` → 90); null when `text` is none.
 * Months and years have no fixed length and are refused.
 */
export function parseDuration(text: string): number | null {
  const match = form.exec(text);
  if (match === null) return null;
  const [, days, hours, minutes, seconds] = match;
  return Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** The pattern that editors check durations against. */
export const durationPattern = form.source;

/** Seconds as a person says them: `90` → `1 min 30 s`, `3600` → `1 h`. */
export function describeSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`;
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  const rest = whole % 60;
  return [hours > 0 ? `${hours} h` : "", minutes > 0 ? `${minutes} min` : "", rest > 0 ? `${rest} s` : ""]
    .filter((part) => part !== "")
    .join(" ");
}

/** Verifying that traffic has left waits for the time to live and some more, and must end before its function's time is up. */
export const longestTimeToLiveSeconds = 5 * 60;
