import type * as z from "./zod.ts";

/** What is allowed where a schema found something else, as "must …". */
export function describeAllowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      // The schema's own words, where it has any, say more than the type.
      return ownWords(issue.message) ?? `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    case "invalid_union":
      return "options" in issue ? `must be one of ${issue.options?.join(", ")}` : issue.message;
    case "invalid_format":
      return formatNames[issue.format] ?? issue.message;
    case "too_small":
      return `must ${describeBound(issue, issue.inclusive === false ? `more than ${issue.minimum}` : `at least ${issue.minimum}`)}`;
    case "too_big":
      return `must ${describeBound(issue, issue.inclusive === false ? `less than ${issue.maximum}` : `at most ${issue.maximum}`)}`;
    default:
      return issue.message;
  }
}

function ownWords(message: string): string | null {
  return message.startsWith("must") ? message : null;
}

const formatNames: Readonly<Record<string, string>> = {
  url: "must be a URL such as https://eu-west-1.example.com/health",
  datetime: "must be an ISO 8601 instant such as 2026-03-14T09:00:00Z",
};

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "keys with values",
  record: "keys with values",
};

/** A bound on a number is on its value, any other one on how much of it there is. */
function describeBound(issue: { readonly origin: string; readonly exact?: boolean }, bound: string): string {
  const amount = issue.exact === true ? bound.replace(/^at (?:least|most)/, "exactly") : bound;
  switch (issue.origin) {
    case "string":
      return `have ${amount} characters`;
    case "array":
      return `have ${amount} entries`;
    default:
      return `be ${amount}`;
  }
}
