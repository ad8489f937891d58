/** What a line may carry besides its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logs: one JSON object a line. `child` adds fields to every line that follows. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

/** Says nothing. */
export const silentLogger: Logger = {
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
