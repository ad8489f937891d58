import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { AwsClients, AwsService } from "../clients.ts";

/** How long one attempt of one call may take, in milliseconds (FM38). */
export interface CallLimits {
  /** Until the TCP connection stands. */
  readonly connectMs: number;
  /** From the start of the attempt until the head of the answer is there, TLS included. */
  readonly answerMs: number;
  /** From the start of the attempt until the whole answer is there, however slowly it trickles in. */
  readonly wholeMs: number;
}

/**
 * - Connect, 1 s: round trips between Regions take up to about 0.3 s, so whoever has not answered by then is not there.
 * - Answer, 4 s: control planes answer within about a second; one that is ill is asked again by the step's own loop,
 *   which knows what else there is to do.
 * - Whole, 6 s: answers are a few kilobytes.
 */
export const productionLimits: CallLimits = { connectMs: 1_000, answerMs: 4_000, wholeMs: 6_000 };

/**
 * The SDK sends everything once. After a lost answer it would repeat a call that may have been done; the steps' own loops
 * read the real resource first, and only then decide whether to ask again (FM31).
 */
const attempts = 1;

/**
 * Makes the clients of one service, each a Region (or endpoint) of its own, when first asked for. Each service has a file
 * of its own beside this one, so that a bundle holds the SDK clients that its handler is wired to, and no others.
 */
export type ClientFactory<Service extends AwsService> = (limits: CallLimits) => AwsClients[Service];

/**
 * What every client is made with, besides its Region. Endpoints are the SDK's own, so `AWS_ENDPOINT_URL` and
 * `NODE_EXTRA_CA_CERTS` work as they do everywhere.
 */
export function bounded(limits: CallLimits) {
  return { requestHandler: new BoundedHandler(limits), maxAttempts: attempts, retryMode: "standard" } as const;
}

/** Remembers what `create` made for a key. Keys are Regions and endpoints, of which a plan names a handful. */
export function oncePerKey<Client, Rest extends readonly unknown[]>(
  create: (key: string, ...rest: Rest) => Client,
): (key: string, ...rest: Rest) => Client {
  const made = new Map<string, Client>();
  return (key, ...rest) => {
    const client = made.get(key) ?? create(key, ...rest);
    made.set(key, client);
    return client;
  };
}

/**
 * The SDK's own handler with every wait bounded. The SDK's limits end with the head of the answer or start anew with each
 * byte; the deadline that is added here bounds the whole.
 *
 * Connections are not kept: Lambda freezes a function between invocations, the other side hangs up meanwhile, and the
 * first call after the thaw would fail with an outcome nobody knows. A handshake more is a fair price, and a name that
 * moved is looked up anew.
 */
class BoundedHandler extends NodeHttpHandler {
  readonly #wholeMs: number;

  constructor(limits: CallLimits) {
    super({
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.answerMs,
      // Without this the limit is only logged, and a call to a dead Region hangs until the function itself times out.
      throwOnRequestTimeout: true,
      socketTimeout: limits.answerMs,
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false },
    });
    this.#wholeMs = limits.wholeMs;
  }

  override async handle(...[request, options]: Parameters<NodeHttpHandler["handle"]>) {
    const deadline = AbortSignal.timeout(this.#wholeMs);
    const callers = options?.abortSignal;
    const abortSignal = callers instanceof AbortSignal ? AbortSignal.any([callers, deadline]) : deadline;
    return super.handle(request, { ...options, abortSignal });
  }
}
