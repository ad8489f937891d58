import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { systemClock } from "../../../functions/shared/clock.ts";
import { createDatabase } from "./database.ts";
import { createLineLogger } from "./log.ts";
import { openPostgresRoute } from "./postgres.ts";
import { createService } from "./server.ts";
import { createSessions, sessionsLimitMs } from "./sessions.ts";
import { readSettings } from "./settings.ts";

/** Shorter than the 30 s that systemd waits before it kills. */
const graceMs = 20_000;

const settings = readSettings(process.env);
const region = settings.WORKLOAD_REGION;
const logger = createLineLogger((line) => process.stdout.write(line), systemClock, { region });

const openRoute = (host: string) =>
  openPostgresRoute({
    region,
    logger,
    host,
    port: settings.WORKLOAD_DATABASE_PORT,
    database: settings.WORKLOAD_DATABASE_NAME,
    user: settings.WORKLOAD_DATABASE_USER,
  });

const service = createService({
  region,
  paths: { health: settings.WORKLOAD_HEALTH_PATH, write: settings.WORKLOAD_WRITE_PATH },
  servedByHeader: settings.WORKLOAD_SERVED_BY_HEADER,
  sessions: createSessions({
    region,
    table: settings.WORKLOAD_SESSIONS_TABLE,
    client: new DynamoDBClient({
      region,
      // A health check that repeats itself hides what it should show.
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: sessionsLimitMs,
        requestTimeout: sessionsLimitMs,
        throwOnRequestTimeout: true,
      }),
    }),
  }),
  database: createDatabase({
    region,
    reader: openRoute(settings.WORKLOAD_DATABASE_READER),
    writer: openRoute(settings.WORKLOAD_DATABASE_WRITER),
  }),
  clock: systemClock,
  logger,
  newToken: randomUUID,
});

const end = async (signal: NodeJS.Signals) => {
  logger.info("Draining", { signal });
  await service.drain(graceMs);
  logger.info("Ended");
  process.exit(0);
};
process.once("SIGTERM", end);
process.once("SIGINT", end);

const port = await service.listen(settings.WORKLOAD_PORT);
logger.info("Serving", { port });
