import type { Json } from "../timeline/event.ts";

const mark = "…";
/** Where cutting begins: nothing that a person types is longer. */
const longest = 16_384;
const shortest = 8;

/** Text of so many characters at most; what was cut ends in a mark. */
export function shortenText(text: string, most: number): string {
  if (text.length <= most) return text;
  // A character that is two code units is not cut in two.
  const kept = text.slice(0, most - mark.length).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept}${mark}`;
}

/**
 * A value as JSON text of so many bytes at most. What does not fit is cut where it is longest, texts and lists alike, and each
 * cut carries a mark; what fits is said as it is.
 */
export function fitText(content: Readonly<Record<string, Json>>, mostBytes: number): string {
  const whole = JSON.stringify(content);
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  for (let most = longest; most >= shortest; most /= 2) {
    const text = JSON.stringify(cut(content, most));
    if (Buffer.byteLength(text) <= mostBytes) return text;
  }
  // A tree so wide and deep is none of the controller's records.
  return JSON.stringify({ summary: cut(content.summary ?? null, shortest), cut: mark });
}

function cut(value: Json, most: number): Json {
  if (typeof value === "string") return shortenText(value, most);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const kept = value.slice(0, most).map((each) => cut(each as Json, most));
    return value.length > most ? [...kept, mark] : kept;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cut(each as Json, most)]));
}
