import { NoAnswerError } from "./deadline.ts";
import type { DatabaseLook, Mark, WriteRoute } from "./stores.ts";

/** What one store answered: `found`, or why not. */
export type Look<Found> =
  | { readonly state: "serving"; readonly found: Found }
  | { readonly state: "failing"; readonly reason: string };

/** What one request to a store was worth; never throws. */
export async function look<Found>(work: () => Promise<Found>): Promise<Look<Found>> {
  try {
    return { state: "serving", found: await work() };
  } catch (error) {
    return { state: "failing", reason: describe(error) };
  }
}

/** Whether this Region serves reads, as an answer to a customer's request. */
export interface Health {
  readonly region: string;
  readonly status: "serving" | "failing";
  readonly sessions: Look<Mark | null>;
  readonly database: Look<DatabaseLook>;
}

/**
 * A Region serves when both of its stores answer a real read. A database that is read-only here still serves: were that
 * a failure, the loss of the writer's Region would make every Region look lost, and nobody could tell which one is.
 */
export function judgeHealth(region: string, sessions: Health["sessions"], database: Health["database"]): Health {
  const status = sessions.state === "serving" && database.state === "serving" ? "serving" : "failing";
  return { region, status, sessions, database };
}

/** Whether a write through this Region has arrived in both stores. */
export interface WriteResult {
  readonly region: string;
  readonly status: "written" | "failing";
  readonly token: string;
  readonly sessions: Look<"written">;
  readonly database: Look<WriteRoute>;
}

export function judgeWrite(
  region: string,
  token: string,
  sessions: WriteResult["sessions"],
  database: WriteResult["database"],
): WriteResult {
  const status = sessions.state === "serving" && database.state === "serving" ? "written" : "failing";
  return { region, status, token, sessions, database };
}

/**
 * For customers and logs: the kind of error. Its text stays inside, for it may name hosts, users and statements; only
 * what this service words itself is shown.
 */
function describe(error: unknown): string {
  if (error instanceof NoAnswerError) return error.message;
  if (!(error instanceof Error)) return "Error";
  const code = codeOf(error) ?? codeOf(error.cause);
  return code === null ? error.name : `${error.name} ${code}`;
}

/** SQLSTATE or Node's code, such as 28000 or ECONNREFUSED. */
function codeOf(error: unknown): string | null {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : null;
}
