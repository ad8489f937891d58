import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, isoInstant } from "../../../functions/shared/clock.ts";
import type { Logger } from "../../../functions/shared/logger.ts";
import { shared } from "./deadline.ts";
import { type Health, judgeHealth, judgeWrite, look, type WriteResult } from "./health.ts";
import { renderPage } from "./page.ts";
import type { Database, Sessions } from "./stores.ts";

export interface ServiceDependencies {
  readonly region: string;
  /** Paths as the plan probes them, such as /health and /health/write. */
  readonly paths: { readonly health: string; readonly write: string };
  /** Header that names the Region on every answer, errors included. */
  readonly servedByHeader: string;
  readonly sessions: Sessions;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A value that no other write has. */
  readonly newToken: () => string;
}

export interface Service {
  /** @returns the port, which is chosen by the system when 0 was asked for */
  listen(port: number): Promise<number>;
  /**
   * Ends without cutting anybody off: says "draining" to the load balancer, takes no new connection, lets the requests
   * under way finish for at most `graceMs`, then closes what is left and the stores.
   */
  drain(graceMs: number): Promise<void>;
}

/** For the load balancer alone: this process runs and takes requests. Asks no store, see the README. */
export const livePath = "/health/live";

/** Longer than the load balancer keeps an idle connection (60 s), so that it is never the one to find it closed. */
const keepAliveMs = 65_000;

/** No request of this service carries a body worth waiting for. */
const requestLimitMs = 5_000;

interface Answer {
  readonly status: number;
  readonly type: "application/json" | "text/html; charset=utf-8" | "text/plain; charset=utf-8";
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function createService(deps: ServiceDependencies): Service {
  let draining = false;
  const { region, paths, sessions, database, logger } = deps;

  // Checkers from all over the world ask at once: they share one look.
  const readHealth = shared(async (): Promise<Health> => {
    const [itsSessions, itsDatabase] = await Promise.all([look(() => sessions.read()), look(() => database.read())]);
    const health = judgeHealth(region, itsSessions, itsDatabase);
    if (health.status === "failing") logger.warn("A store does not serve", { ...reasonsOf(health) });
    return health;
  });

  const write = async (): Promise<WriteResult> => {
    const token = deps.newToken();
    const writtenAt = isoInstant(deps.clock.now());
    const [toSessions, toDatabase] = await Promise.all([
      look(async () => {
        await sessions.write({ token, writtenAt });
        return "written" as const;
      }),
      look(() => database.write(token)),
    ]);
    const result = judgeWrite(region, token, toSessions, toDatabase);
    if (result.status === "failing") logger.warn("A write failed", { ...reasonsOf(result) });
    return result;
  };

  const routes: Readonly<Record<string, { readonly method: "GET" | "POST"; readonly answer: () => Promise<Answer> }>> =
    {
      [livePath]: {
        method: "GET",
        answer: async () => (draining ? text(503, "draining") : text(200, "live")),
      },
      [paths.health]: {
        method: "GET",
        answer: async () => {
          const health = await readHealth();
          return json(health.status === "serving" ? 200 : 503, health);
        },
      },
      [paths.write]: {
        method: "POST",
        answer: async () => {
          const result = await write();
          return json(result.status === "written" ? 200 : 503, result);
        },
      },
      "/": {
        method: "GET",
        answer: async () => {
          const health = await readHealth();
          return {
            status: health.status === "serving" ? 200 : 503,
            type: "text/html; charset=utf-8",
            body: renderPage(health, paths.write),
            headers: {
              "content-security-policy":
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
            },
          };
        },
      },
    };

  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return text(404, "not found");
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (method !== route.method) return { ...text(405, "method not allowed"), headers: { allow: route.method } };
    return route.answer();
  };

  const server = createServer((request, response) => {
    // What is sent along is not read by anything; it is let through so that the connection can be used again.
    request.resume();
    answerTo(request)
      .catch((error: unknown): Answer => {
        logger.error("A request failed", { reason: error instanceof Error ? error.name : "Error" });
        return text(500, "failed");
      })
      .then((answer) => send(request, response, answer));
  });
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 1_000;
  server.requestTimeout = requestLimitMs;

  const send = (request: IncomingMessage, response: ServerResponse, answer: Answer) => {
    response.writeHead(answer.status, {
      ...answer.headers,
      [deps.servedByHeader]: region,
      "content-type": answer.type,
      "content-length": Buffer.byteLength(answer.body),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(draining ? { connection: "close" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : answer.body);
  };

  return {
    listen: (port) => listen(server, port),
    async drain(graceMs) {
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.race([closed, deps.clock.sleep(graceMs)]);
      server.closeAllConnections();
      await closed;
      sessions.close();
      await database.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function reasonsOf(result: Health | WriteResult): Readonly<Record<string, string>> {
  const { sessions, database } = result;
  return {
    ...(sessions.state === "failing" ? { sessions: sessions.reason } : {}),
    ...(database.state === "failing" ? { database: database.reason } : {}),
  };
}

function json(status: number, value: object): Answer {
  return { status, type: "application/json", body: `${JSON.stringify(value)}\n` };
}

function text(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body: `${body}\n` };
}
