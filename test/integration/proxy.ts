import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../functions/shared/clock.ts";
import { type Scope, scopeOf } from "./scope.ts";

/** How a Region behaves, as seen from where the clients are. */
export type RegionCondition =
  /** Everything passes. */
  | { readonly kind: "open" }
  /** Answered at once that the caller may not: HTTP 403. Nothing reaches the server. */
  | { readonly kind: "refuse" }
  /** The connection is reset before an answer. Nothing reaches the server. */
  | { readonly kind: "destroy" }
  /**
   * The request is done, and its answer lost: the connection is reset when the server has answered. After so many
   * requests it is open again.
   */
  | { readonly kind: "loseAnswers"; readonly requests?: number }
  /** Taken, and never answered. Nothing reaches the server. */
  | { readonly kind: "hang" }
  /** Answered that it is too much: HTTP 503. Nothing reaches the server. After so many requests it is open again. */
  | { readonly kind: "throttle"; readonly requests?: number }
  /** Passes after a wait. */
  | { readonly kind: "delay"; readonly milliseconds: number };

/** One request that came to the proxy, whatever became of it. */
export interface ProxiedCall {
  /** The Region, and the name that the service signs under, of the credential scope; empty when it was not signed. */
  readonly region: string;
  readonly service: string;
  /** AWS's name of the operation; for REST services that do not say it, the method and path, such as `GET /bucket`. */
  readonly operation: string;
  /** How its Region behaved when it came. */
  readonly met: RegionCondition["kind"];
}

/** A proxy that stands between AWS clients and one server, and knows which Region each request is meant for. */
export interface RegionProxy {
  /** What clients take for AWS. */
  readonly url: string;
  /** Every request so far, in the order in which they came. */
  readonly calls: readonly ProxiedCall[];
  /**
   * From now on the Region behaves so; requests that already wait go on waiting.
   * @param service the name that a service signs under: that service alone, whatever the rest of its Region does.
   */
  set(region: string, condition: RegionCondition, service?: string): void;
  /** All Regions open again, no call remembered. */
  reset(): void;
  close(): Promise<void>;
}

/** Which requests go on otherwise than to the one server, as they came. */
export interface Routing {
  /** Servers of services, by the name that they sign under. */
  readonly servers?: Readonly<Record<string, string>>;
  /**
   * By a table's name, the Region whose copy stands for that of every Region: replication that takes no time, where a
   * server replicates nothing. What holds for the Region that a request is meant for holds all the same.
   */
  readonly tables?: Readonly<Record<string, string>>;
}

const open: RegionCondition = { kind: "open" };

/** @param target where requests go, such as `http://127.0.0.1:40123`. */
export async function startRegionProxy(target: string, routing: Routing = {}): Promise<RegionProxy> {
  const calls: ProxiedCall[] = [];
  const conditions = new Map<string, { readonly condition: RegionCondition; left: number }>();
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    const { region, service } = scopeOf(request) ?? { region: "", service: "" };
    const condition = meet(region, service);
    const call: ProxiedCall = { region, service, operation: operationOf(request, body), met: condition.kind };
    calls.push(call);
    switch (condition.kind) {
      case "refuse":
        answer(request, response, { status: 403, code: "AccessDenied", message: `The proxy refuses ${region}` });
        return;
      case "throttle":
        answer(request, response, {
          status: 503,
          code: "ThrottlingException",
          message: `The proxy throttles ${region}`,
        });
        return;
      case "destroy":
        request.socket.destroy();
        return;
      case "hang":
        return;
      case "loseAnswers":
        await forward(request, body);
        request.socket.destroy();
        return;
      case "delay":
        await systemClock.sleep(condition.milliseconds);
        break;
      case "open":
        break;
    }
    const { message, bytes } = await forward(request, body);
    // The body is whole here: what described its transfer no longer does.
    const {
      "transfer-encoding": _chunked,
      "content-length": length,
      connection: _connection,
      ...headers
    } = message.headers;
    const told = request.method === "HEAD" ? length : String(bytes.length);
    response.writeHead(message.statusCode ?? 502, {
      ...headers,
      ...(told === undefined ? {} : { "content-length": told }),
    });
    response.end(bytes);
  }

  /** What this request meets, and is counted for. */
  function meet(region: string, service: string): RegionCondition {
    const found = conditions.get(`${region}/${service}`) ?? conditions.get(region);
    if (found === undefined || found.left <= 0) return open;
    found.left--;
    return found.condition;
  }

  async function forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ message: IncomingMessage; bytes: Buffer }> {
    const scope = scopeOf(incoming);
    const server = routing.servers?.[scope?.service ?? ""] ?? target;
    const message = await new Promise<IncomingMessage>((settle, reject) => {
      const { connection: _connection, "transfer-encoding": _chunked, ...headers } = incoming.headers;
      const outgoing = requestOf(
        new URL(incoming.url ?? "/", server),
        {
          method: incoming.method,
          headers: { ...headers, ...moved(incoming, scope, body), "content-length": body.length },
          agent: false,
        },
        settle,
      );
      outgoing.once("error", reject).end(body);
    });
    return { message, bytes: await bytesOf(message) };
  }

  /** The signature's header with the Region of the copy that stands for all; the servers check no signature. */
  function moved(incoming: IncomingMessage, scope: Scope | undefined, body: Buffer): { authorization?: string } {
    if (scope?.service !== "dynamodb" || routing.tables === undefined) return {};
    const { TableName: table = "" } = JSON.parse(body.toString("utf8") || "{}") as { readonly TableName?: string };
    const home = routing.tables[table];
    const { authorization } = incoming.headers;
    if (home === undefined || authorization === undefined) return {};
    return { authorization: authorization.replace(`/${scope.region}/dynamodb/`, `/${home}/dynamodb/`) };
  }

  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    set: (region, condition, service) => {
      const left = "requests" in condition ? (condition.requests ?? Infinity) : Infinity;
      conditions.set(service === undefined ? region : `${region}/${service}`, { condition, left });
    },
    reset: () => {
      conditions.clear();
      calls.length = 0;
    },
    close: () =>
      new Promise((settle) => {
        server.close(() => settle());
        // Those that hang would keep it open.
        server.closeAllConnections();
      }),
  };
}

function operationOf(request: IncomingMessage, body: Buffer): string {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1) ?? target;
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const inQuery = new URLSearchParams(query);
  const form = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const action = form ? new URLSearchParams(body.toString("utf8")).get("Action") : inQuery.get("Action");
  // S3 names most operations in `x-id`, and this one in nothing but its version.
  const listed = inQuery.get("list-type") === "2" ? "ListObjectsV2" : null;
  return action ?? inQuery.get("x-id") ?? listed ?? `${request.method} ${path}`;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** An error in the form of the protocol in which the request was made: JSON, S3's XML, or the XML of the others. */
function answer(request: IncomingMessage, response: ServerResponse, { status, code, message }: Refusal): void {
  const service = scopeOf(request)?.service;
  if (request.headers["content-type"]?.includes("json") === true) {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code });
    response.end(JSON.stringify({ __type: code, message }));
    return;
  }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(service === "s3" ? error : `<ErrorResponse>${error}<RequestId>proxy</RequestId></ErrorResponse>`);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
