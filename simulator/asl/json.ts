/** What a state machine's data is made of. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What `value` is called in a message. */
export function describe(value: unknown): string {
  const text = typeof value === "function" ? "a function" : JSON.stringify(value);
  if (text === undefined) return "undefined";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/**
 * A copy that shares nothing with `value`, as if it had travelled over the wire: absent and undefined members are
 * dropped, undefined itself is null.
 */
export function overTheWire(value: unknown): JsonValue {
  const text = JSON.stringify(value);
  return text === undefined ? null : JSON.parse(text);
}
