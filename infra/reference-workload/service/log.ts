import { type Clock, isoInstant } from "../../../functions/shared/clock.ts";
import type { LogFields, Logger } from "../../../functions/shared/logger.ts";

/** One JSON object a line, for the journal. Callers pass names and reasons, never error objects or requests. */
export function createLineLogger(write: (line: string) => void, clock: Clock, always: LogFields = {}): Logger {
  const log = (level: string) => (message: string, fields?: LogFields) =>
    write(`${JSON.stringify({ at: isoInstant(clock.now()), level, message, ...always, ...fields })}\n`);
  return {
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: (fields) => createLineLogger(write, clock, { ...always, ...fields }),
  };
}
