import { within } from "./deadline.ts";
import type { Database, DatabaseLook, Mark, WriteRoute } from "./stores.ts";

/** One way to the cluster. `NotConnectedError` is thrown when nothing was sent. */
export interface SqlRoute {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  close(): Promise<void>;
}

/** No connection stands, so nothing was sent: another route may be tried without fear of writing twice. */
export class NotConnectedError extends Error {
  override readonly name = "NotConnectedError";
}

/** SQLSTATE read_only_sql_transaction: PostgreSQL refused before it changed anything. */
const readOnlyTransaction = "25006";

/** Route 53's checkers wait 2 s for an answer once connected; the look must end before that. */
export const readLimitMs = 1_500;

/**
 * A forwarded write crosses an ocean and back, up to about 0.3 s a round trip. The controller's probe waits 4 s for the
 * whole request.
 */
export const writeLimitMs = 3_000;

/** How the cluster names itself, and the marks, in one round trip: real rows, not `SELECT 1`. */
const readMarks = `
  SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "readOnly",
         (SELECT coalesce(json_agg(json_build_object('region', region, 'token', token, 'writtenAt',
                   to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY region), '[]')
          FROM mark) AS marks`;

/** A plain UPDATE: what write forwarding carries for certain. RETURNING tells a missing row from a written one. */
const writeMark = "UPDATE mark SET token = $1, written_at = now() WHERE region = $2 RETURNING region";

/**
 * The marks in PostgreSQL. Reads go to the reader endpoint. So do writes, first: in a Region whose cluster is not the
 * writer, Aurora forwards them from there to the one that is. Where that is refused because the instance is read-only
 * (forwarding is off, or it is a replica beside the writer), the write goes to the cluster's writer endpoint.
 */
export function createDatabase(deps: {
  readonly region: string;
  readonly reader: SqlRoute;
  readonly writer: SqlRoute;
}): Database {
  const write = async (token: string): Promise<WriteRoute> => {
    try {
      await update(deps.reader, token);
      return "reader";
    } catch (error) {
      if (!nothingWritten(error)) throw error;
      await update(deps.writer, token);
      return "writer";
    }
  };
  const update = async (route: SqlRoute, token: string) => {
    const { rows } = await route.query(writeMark, [token, deps.region]);
    if (rows.length === 0)
      throw new Error(`The table mark has no row for ${deps.region}: apply the schema of the workload's stack again`);
  };
  return {
    read: () => within(readLimitMs, "The database", async () => toLook((await deps.reader.query(readMarks, [])).rows)),
    write: (token) => within(writeLimitMs, "The database", () => write(token)),
    close: async () => {
      await Promise.all([deps.reader.close(), deps.writer.close()]);
    },
  };
}

/** Only where it is certain may the write be sent once more: a lost answer means unknown. */
function nothingWritten(error: unknown): boolean {
  return error instanceof NotConnectedError || (error as { readonly code?: unknown }).code === readOnlyTransaction;
}

function toLook(rows: readonly unknown[]): DatabaseLook {
  const [row] = rows as readonly { readonly readOnly: boolean; readonly marks: readonly Mark[] }[];
  if (row === undefined) throw new Error("The database answered without a row");
  return { marks: row.marks, writer: row.readOnly ? "elsewhere" : "here" };
}
