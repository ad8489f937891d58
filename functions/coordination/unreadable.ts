import type * as z from "../shared/zod.ts";
import { itemFormat } from "./item.ts";

/** Longest value that is shown of a field that cannot be read. */
const longestValue = 200;

/**
 * One sentence for whoever is called because the item cannot be read (FM30): which field, what it holds and what may
 * stand there, and what to do, which is another thing where a version newer than this one has written.
 */
export function describeUnreadable(
  application: string,
  stored: Readonly<Record<string, unknown>>,
  error: z.core.$ZodError,
): string {
  const { path = [], message = "" } = error.issues[0] ?? {};
  let value: unknown = stored;
  for (const key of path) value = (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
  const shown = (value === undefined ? "missing" : (JSON.stringify(value) ?? String(value))).slice(0, longestValue);
  const field = path.map(String).join(".") || "the item";
  const isNewer = typeof stored.format === "number" && stored.format > itemFormat;
  const whatToDo = isNewer
    ? `It has been written in format ${stored.format} and this version knows ${itemFormat}: deploy the newer version here too, or have a person mend the field`
    : "A person must mend it";
  return `The coordination item of ${application} cannot be read: ${field} is ${shown}. ${message}. ${whatToDo} before anything is changed`;
}
