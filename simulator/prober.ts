import type { HttpProber, ProbeResult } from "../functions/shared/clients.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { Random } from "../functions/shared/random.ts";
import { roundTripMs } from "./aws/distance.ts";
import type { Dns } from "./aws/dns.ts";
import type { Regions } from "./aws/regions.ts";
import { drawFrom, requestRoundTrips, requestServiceMilliseconds } from "./aws/timings.ts";
import type { VirtualClock } from "./clock.ts";
import type { Customers } from "./customers.ts";

export interface ProberOptions {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly dns: Pick<Dns, "answer">;
  readonly customers: Pick<Customers, "servedShare" | "canWrite">;
  /** The Region in which the prober runs. */
  readonly vantage: string;
  /** Whether the process that probes still lives; nothing is answered to the dead. @default while its Region runs */
  readonly isAlive?: () => boolean;
}

/** Probes the simulated application as a customer at the vantage's place would, without a DNS cache. */
export function createSimulatedProber(options: ProberOptions): HttpProber {
  const { plan, clock, random, regions, dns, customers, vantage } = options;
  const regionOfHost = new Map(plan.regions.map(({ name, probeUrl }) => [new URL(probeUrl).host, name]));
  const publicHosts = new Set(
    [plan.traffic.url, plan.recovery.writeProbeUrl].flatMap((url) => (url === null ? [] : [new URL(url).host])),
  );
  const isAlive = () => regions.runs(vantage) && (options.isAlive?.() ?? true);

  function findTarget(url: string): string | null {
    const { host } = new URL(url);
    return regionOfHost.get(host) ?? (publicHosts.has(host) ? dns.answer(vantage) : null);
  }

  /** A vantage that is cut off reaches nothing: what it probes are public endpoints, its own Region's among them. */
  function reaches(target: string): boolean {
    return regions.health(vantage) !== "partitioned" && regions.reachable(vantage, target);
  }

  /** Null: no answer in time. */
  async function ask(target: string, method: "GET" | "POST", timeoutMs: number): Promise<ProbeResult | null> {
    const distance = requestRoundTrips * roundTripMs(vantage, target) * (1 + 0.2 * random.next());
    const latencyMs = Math.round(distance + drawFrom(random, requestServiceMilliseconds));
    const luck = random.next();
    if (!reaches(target) || latencyMs >= timeoutMs) return null;
    await clock.sleep(latencyMs);
    if (!reaches(target)) return null;
    const isServed = luck < customers.servedShare(target) && (method === "GET" || customers.canWrite(target));
    return isServed
      ? { kind: "served", status: 200, latencyMs, servedBy: target }
      : { kind: "failed", reason: "HTTP 503", latencyMs };
  }

  async function probe(request: Parameters<HttpProber["probe"]>[0]): Promise<ProbeResult> {
    const { url, method, timeoutMs } = request;
    const startedAt = clock.now();
    const target = findTarget(url);
    if (target === null) {
      return { kind: "failed", reason: `getaddrinfo ENOTFOUND ${new URL(url).host}`, latencyMs: 0 };
    }
    const result = await ask(target, method, timeoutMs);
    if (result !== null) return result;
    await clock.sleep(startedAt + timeoutMs - clock.now());
    return { kind: "failed", reason: `no answer within ${timeoutMs} ms`, latencyMs: timeoutMs };
  }

  return {
    probe: (request) =>
      new Promise((resolve, reject) => {
        probe(request).then((result) => {
          if (isAlive()) resolve(result);
        }, reject);
      }),
  };
}
