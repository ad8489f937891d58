import type { HttpProber, ProbeResult } from "../functions/shared/clients.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { Random } from "../functions/shared/random.ts";
import { roundTripMs } from "./aws/distance.ts";
import type { Dns } from "./aws/dns.ts";
import type { Regions } from "./aws/regions.ts";
import { drawFrom, requestRoundTrips, requestServiceMilliseconds } from "./aws/timings.ts";
import type { VirtualClock } from "./clock.ts";
import type { Customers } from "./customers.ts";

export interface ProbedWorld {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly dns: Pick<Dns, "answer">;
  readonly customers: Pick<Customers, "servedShare" | "canWrite">;
}

export interface ProberOptions extends ProbedWorld {
  /** The Region in which the prober runs. */
  readonly vantage: string;
  /** Whether the process that probes still lives; nothing is answered to the dead. @default while its Region runs */
  readonly isAlive?: () => boolean;
}

/** Makes the prober of one process. */
export type ProberFactory = (vantage: string, isAlive: () => boolean) => HttpProber;

/** Probers of one world. Every invocation has its own; what they all know of the plan's URLs is worked out once. */
export function createProberFactory(world: ProbedWorld): ProberFactory {
  const places = createPlaces(world.plan);
  return (vantage, isAlive) => createProber({ ...world, vantage, isAlive }, places);
}

/** Probes the simulated application as a customer at the vantage's place would, without a DNS cache. */
export function createSimulatedProber(options: ProberOptions): HttpProber {
  return createProber(options, createPlaces(options.plan));
}

/** What a URL leads to: one Region's endpoint, the public name, or nowhere. */
type Place =
  | { readonly kind: "endpoint"; readonly region: string }
  | { readonly kind: "publicName" }
  | { readonly kind: "nowhere"; readonly host: string };

function createPlaces(plan: Plan): (url: string) => Place {
  const regionOfHost = new Map(plan.regions.map(({ name, probeUrl }) => [new URL(probeUrl).host, name]));
  const publicHosts = new Set(
    [plan.traffic.url, plan.recovery.writeProbeUrl].flatMap((url) => (url === null ? [] : [new URL(url).host])),
  );
  const known = new Map<string, Place>();

  function placeOf(url: string): Place {
    const { host } = new URL(url);
    const region = regionOfHost.get(host);
    if (region !== undefined) return { kind: "endpoint", region };
    return publicHosts.has(host) ? { kind: "publicName" } : { kind: "nowhere", host };
  }

  return (url) => {
    let place = known.get(url);
    if (place === undefined) {
      place = placeOf(url);
      known.set(url, place);
    }
    return place;
  };
}

function createProber(options: ProberOptions, placeOf: (url: string) => Place): HttpProber {
  const { clock, random, regions, dns, customers, vantage } = options;
  const isAlive = () => regions.runs(vantage) && (options.isAlive?.() ?? true);

  /** A vantage that is cut off reaches nothing: what it probes are public endpoints, its own Region's among them. */
  function reaches(target: string): boolean {
    return regions.health(vantage) !== "partitioned" && regions.sees(vantage) && regions.reachable(vantage, target);
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
    const place = placeOf(url);
    if (place.kind === "nowhere") {
      return { kind: "failed", reason: `getaddrinfo ENOTFOUND ${place.host}`, latencyMs: 0 };
    }
    const target = place.kind === "endpoint" ? place.region : dns.answer(vantage);
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
