import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { HttpProber, ProbeResult } from "./clients.ts";
import { type Clock, systemClock } from "./clock.ts";
import { errorMessage } from "./errors.ts";

type ProbeRequest = Parameters<HttpProber["probe"]>[0];
type Answer = { readonly status: number; readonly servedBy: string | null };

/** Whoever has received this much of a page is being served; the rest is not worth the transfer. */
const longestBodyBytes = 64 * 1024;

/** A longer header does not name a Region, and what it says would be stored. */
const longestRegionName = 32;

/**
 * The real network. Every probe is a new customer: its own connection, the name looked up anew, the certificate checked.
 * It is served when the status is 2xx or 3xx, as for a Route 53 health check, and the body arrives, all within the time
 * given: a page that begins and never ends serves nobody. Redirects are not followed, for they lead to another host.
 */
export function createHttpProber(clock: Clock = systemClock): HttpProber {
  return {
    async probe(request) {
      const startedAt = clock.now();
      const latencyMs = () => clock.now() - startedAt;
      let deadline: AbortSignal | null = null;
      try {
        // One deadline over name lookup, connection, TLS, head and body.
        deadline = AbortSignal.timeout(request.timeoutMs);
        const { status, servedBy } = await ask(request, deadline);
        if (status >= 200 && status < 400) return { kind: "served", status, latencyMs: latencyMs(), servedBy };
        return { ...failed(`HTTP ${status}`, latencyMs()), status };
      } catch (error) {
        // What a deadline breaks off says "reset", or "aborted", according to how far it got.
        const reason = deadline?.aborted ? `timed out after ${request.timeoutMs} ms` : describeFailure(error);
        return failed(reason, latencyMs());
      }
    },
  };
}

function failed(reason: string, latencyMs: number): ProbeResult {
  return { kind: "failed", reason, latencyMs };
}

async function ask({ url, method, servedByHeader, address }: ProbeRequest, signal: AbortSignal): Promise<Answer> {
  const target = new URL(url);
  const send = target.protocol === "https:" ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send(target, {
      method,
      // No agent: a connection of its own, closed afterwards.
      agent: false,
      signal,
      ...(address === undefined ? {} : { lookup: alwaysFind(address) }),
      headers: { "user-agent": "region-failover-probe", "cache-control": "no-cache" },
    })
      .once("response", resolve)
      // Stays in place: an abort after the head errors the request as well as the response.
      .on("error", reject)
      .end();
  });
  await discardBody(response);
  return { status: response.statusCode ?? 0, servedBy: readRegion(response.headers[servedByHeader.toLowerCase()]) };
}

/**
 * Finds every name at one address, and so asks no resolver. The name itself stays what Host, SNI and the check of the
 * certificate go by.
 */
function alwaysFind(address: string): LookupFunction {
  return (_name, options, found) => {
    const family = isIP(address);
    if (options.all) found(null, [{ address, family }]);
    else found(null, address, family);
  };
}

/** Reads the body to its end, or as much of it as is worth reading. @throws when it breaks off or stalls */
async function discardBody(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    // Leaving the loop destroys the response, and its connection with it.
    if (bytes >= longestBodyBytes) return;
  }
}

function readRegion(header: string | readonly string[] | undefined): string | null {
  if (typeof header !== "string") return null;
  const name = header.trim();
  return name === "" || name.length > longestRegionName ? null : name;
}

/** Node's code where it has one, such as `ECONNREFUSED`: short enough for a timeline. */
function describeFailure(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : errorMessage(error);
}
