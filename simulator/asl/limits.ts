import { StateFailure } from "./errors.ts";
import type { JsonValue } from "./json.ts";

/** Bytes of a state's or task's input or output, and of one variable (Developer Guide, "Step Functions service quotas"). */
export const PAYLOAD_BYTES = 256 * 1024;

/** Bytes of all variables of an execution together (Developer Guide, "Passing data between states with variables"). */
export const VARIABLES_BYTES = 10 * 1024 * 1024;

/** Events in one Standard execution's history (Developer Guide, "Step Functions service quotas"). */
export const HISTORY_EVENTS = 25_000;

/** Concurrent iterations of an inline Map (Developer Guide, "Using Map state in Inline mode"). */
export const INLINE_MAP_CONCURRENCY = 40;

/** Characters in the name of a state or an execution. */
export const NAME_LENGTH = 80;

/** Seconds in any timeout or wait; also the timeout of a task that states none. */
export const LONGEST_SECONDS = 99_999_999;

/**
 * Bytes of `value` as UTF-8 JSON, counted by walking it without writing it out, so that checking every hand-over is
 * cheap. Gives up, with some figure above `limit`, as soon as the limit is passed.
 */
export function jsonBytes(value: JsonValue, limit = Number.POSITIVE_INFINITY): number {
  if (value === null) return 4;
  switch (typeof value) {
    case "boolean":
      return value ? 4 : 5;
    case "number":
      return String(value).length;
    case "string":
      return stringBytes(value);
  }
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      bytes += jsonBytes(item, limit - bytes) + 1;
      if (bytes - 1 > limit) return bytes;
    }
    return value.length > 0 ? bytes - 1 : bytes;
  }
  let members = 0;
  for (const [key, member] of Object.entries(value)) {
    members++;
    bytes += stringBytes(key) + 1 + jsonBytes(member, limit - bytes) + 1;
    if (bytes - 1 > limit) return bytes;
  }
  return members > 0 ? bytes - 1 : bytes;
}

function stringBytes(text: string): number {
  let bytes = 2;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x22 || unit === 0x5c) bytes += 2;
    else if (unit < 0x20) bytes += unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 2 : 6;
    else if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index++;
    } else if (unit >= 0xd800 && unit <= 0xdfff) bytes += 6;
    else bytes += 3;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** @throws StateFailure `States.DataLimitExceeded` when `value` is larger than a payload may be; `what` names it. */
export function checkPayload(value: JsonValue, what: string): void {
  if (jsonBytes(value, PAYLOAD_BYTES) > PAYLOAD_BYTES) {
    throw new StateFailure("States.DataLimitExceeded", `${what} is larger than ${PAYLOAD_BYTES} bytes`);
  }
}
