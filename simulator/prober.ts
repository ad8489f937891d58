import type { HttpProber, ProbeResult } from "../functions/shared/clients.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { Random } from "../functions/shared/random.ts";
import { roundTripMs } from "./aws/distance.ts";
import type { Dns } from "./aws/dns.ts";
import type { Regions } from "./aws/regions.ts";
import type { SimulatedS3 } from "./aws/s3.ts";
import { drawFrom, requestRoundTrips, requestServiceMilliseconds } from "./aws/timings.ts";
import type { NameServers } from "./aws/name-servers.ts";
import type { VirtualClock } from "./clock.ts";
import type { Customers } from "./customers.ts";
import { type HeaderForm, servingHeader } from "./serving-header.ts";

export interface ProbedWorld {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly dns: Pick<Dns, "answer">;
  readonly customers: Pick<Customers, "servedShare" | "canWrite">;
  /** Who is at an address, and a source of chance for those who ask there: it changes nothing for other probes. @default nobody */
  readonly addresses?: { readonly nameServers: Pick<NameServers, "regionAt">; readonly random: Random };
  /** What the application's serving header looks like, by Region. @default the Region's name */
  readonly headerForm?: (region: string) => HeaderForm;
  /** Objects of the switch, as whoever signs nothing reads them. */
  readonly s3: Pick<SimulatedS3, "readUnsigned">;
  /** For the buckets' answers alone, so that a look at one changes no other probe's luck. @default random */
  readonly storageRandom?: Random;
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

type ProbeRequest = Parameters<HttpProber["probe"]>[0];

/** What a URL leads to: one Region's endpoint, the public name, or nowhere. */
type Place =
  | { readonly kind: "endpoint"; readonly region: string }
  | { readonly kind: "publicName" }
  | { readonly kind: "object"; readonly region: string; readonly bucket: string; readonly key: string }
  | { readonly kind: "nowhere"; readonly host: string };

function createPlaces(plan: Plan): (url: string) => Place {
  const regionOfHost = new Map(plan.regions.map(({ name, probeUrl }) => [new URL(probeUrl).host, name]));
  const publicHosts = new Set(
    [plan.traffic.url, plan.recovery.writeProbeUrl].flatMap((url) => (url === null ? [] : [new URL(url).host])),
  );
  const { switch: chosen } = plan.traffic;
  const buckets = new Map<string, { readonly region: string; readonly bucket: string }>(
    Object.entries(chosen.kind === "healthCheck" ? chosen.buckets : {}).map(([region, bucket]) => [
      `${bucket}.s3.${region}.amazonaws.com`,
      { region, bucket },
    ]),
  );
  const known = new Map<string, Place>();

  function placeOf(url: string): Place {
    const { host, pathname } = new URL(url);
    const holder = buckets.get(host);
    if (holder !== undefined) return { kind: "object", ...holder, key: pathname.slice(1) };
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
  const headerOf = (region: string) => servingHeader(region, options.headerForm?.(region) ?? "region");

  /** A vantage that is cut off reaches nothing: what it probes are public endpoints, its own Region's among them. */
  function reaches(target: string): boolean {
    return regions.health(vantage) !== "partitioned" && regions.sees(vantage) && regions.reachable(vantage, target);
  }

  /** Null: no answer in time. */
  async function ask(
    target: string,
    { method, timeoutMs }: Pick<ProbeRequest, "method" | "timeoutMs">,
    chance: Random,
  ): Promise<ProbeResult | null> {
    const distance = requestRoundTrips * roundTripMs(vantage, target) * (1 + 0.2 * chance.next());
    const latencyMs = Math.round(distance + drawFrom(chance, requestServiceMilliseconds));
    const luck = chance.next();
    if (!reaches(target) || latencyMs >= timeoutMs) return null;
    await clock.sleep(latencyMs);
    if (!reaches(target)) return null;
    const isServed = luck < customers.servedShare(target) && (method === "GET" || customers.canWrite(target));
    return isServed
      ? { kind: "served", status: 200, latencyMs, servedBy: headerOf(target) }
      : { kind: "failed", reason: "HTTP 503", latencyMs };
  }

  /** Null: nobody is at the address that is asked, or there is no answer in time. */
  function askAt(
    place: Place & { kind: "endpoint" | "publicName" },
    request: ProbeRequest,
  ): Promise<ProbeResult | null> {
    const { address } = request;
    if (address === undefined) {
      return ask(place.kind === "endpoint" ? place.region : dns.answer(vantage), request, random);
    }
    const target = options.addresses?.nameServers.regionAt(address, vantage) ?? null;
    return target === null ? Promise.resolve(null) : ask(target, request, options.addresses?.random ?? random);
  }

  /** As a health checker asks: nothing is signed. Null: no answer in time. */
  async function read(object: Extract<Place, { kind: "object" }>, timeoutMs: number): Promise<ProbeResult | null> {
    const chance = options.storageRandom ?? random;
    const distance = requestRoundTrips * roundTripMs(vantage, object.region) * (1 + 0.2 * chance.next());
    const latencyMs = Math.round(distance + drawFrom(chance, requestServiceMilliseconds));
    if (!reaches(object.region) || latencyMs >= timeoutMs) return null;
    await clock.sleep(latencyMs);
    if (!reaches(object.region)) return null;
    const status = options.s3.readUnsigned(object.bucket, object.key);
    return status === 200
      ? { kind: "served", status, latencyMs, servedBy: null }
      : { kind: "failed", reason: `HTTP ${status}`, latencyMs, status };
  }

  async function probe(request: ProbeRequest): Promise<ProbeResult> {
    const { url, timeoutMs } = request;
    const startedAt = clock.now();
    const place = placeOf(url);
    if (place.kind === "nowhere") {
      return { kind: "failed", reason: `getaddrinfo ENOTFOUND ${place.host}`, latencyMs: 0 };
    }
    const result = place.kind === "object" ? await read(place, timeoutMs) : await askAt(place, request);
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
