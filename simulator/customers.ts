import type { Plan, PlanRegion } from "../functions/shared/plan/plan.ts";
import type { Random } from "../functions/shared/random.ts";
import type { Dns } from "./aws/dns.ts";
import { nameServerCount } from "./aws/name-servers.ts";
import type { Regions } from "./aws/regions.ts";
import { repeatEvery } from "./aws/repeat.ts";
import { customerSampleSeconds, overshootFactor } from "./aws/timings.ts";
import type { VirtualClock } from "./clock.ts";
import { TrafficCurve, type TrafficSample } from "./customers/curve.ts";

export type { TrafficSample } from "./customers/curve.ts";

export interface CustomersOptions {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly dns: Pick<Dns, "answer">;
  /** What a Region can serve now, in requests a second; Infinity where capacity is not managed. */
  readonly capacity: (region: PlanRegion) => number;
  /** Regions whose database takes writes now; null when there is no database, and so no write that could fail. */
  readonly acceptingWrites: () => readonly string[] | null;
  /** Of all customers together. @default 1,000 */
  readonly requestsPerSecond?: number;
}

/** Share of requests that write. Assumption. */
export const writeShare = 0.1;
/** Share of requests that a Region still serves in a gray failure. Assumption: most customers fail, not all. */
export const grayServedShare = 0.1;
/** A population counts as served when this share of its reads, and of its writes, is. */
const servedEnough = 0.99;
/**
 * Share of customers whose resolver keeps an answer for several times its TTL (FM53). Assumption; below the share that
 * may fail, so that they show in the requests lost and not in when customers are served again.
 */
export const overshootingShare = 0.005;
/** Resolvers of a population that heed the TTL; their caches expire one after the other. */
const resolversPerPopulation = 8;

/** Seconds of which it is remembered what each Region was asked for and served. */
const secondsRemembered = 256;
/** What is remembered of a Region and second: the load, and the shares of reads and of writes that succeeded. */
const figures = 3;

/** Requests of a stretch of time that went to a Region, how many of them failed, and by what chance one at a random second did not. */
export interface Service {
  readonly asked: number;
  readonly failed: number;
  /** Geometric mean of the share that was served: its n-th power is the chance that n looks spread over the time all pass. */
  readonly chance: number;
}

/** Customers of one place behind one resolver. */
interface ResolverGroup {
  readonly population: number;
  location: string;
  /** Which of the zone's name servers it asks. */
  readonly server: number;
  readonly requestsPerSecond: number;
  cacheMs: number;
  /** Index of the Region that the cached answer names. */
  region: number;
  expiresAt: number;
}

/** The application's customers around the world: one population a Region, at home where that Region is. */
export class Customers {
  readonly #clock: VirtualClock;
  readonly #regions: Regions;
  readonly #dns: Pick<Dns, "answer">;
  readonly #capacity: CustomersOptions["capacity"];
  readonly #acceptingWrites: CustomersOptions["acceptingWrites"];
  readonly #places: readonly PlanRegion[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #groups: readonly ResolverGroup[];
  readonly #curve: TrafficCurve;
  // By Region, of the last second: asked for, served, and the shares of reads and of writes that succeed.
  readonly #load: Float64Array;
  readonly #served: Float64Array;
  readonly #readShare: Float64Array;
  readonly #writeShare: Float64Array;
  // By population: requests a second, and of these the reads and the writes that succeed.
  readonly #demand: Float64Array;
  readonly #reads: Float64Array;
  readonly #writes: Float64Array;
  readonly #remembered: Float64Array;
  /** By Region: the share of requests that it still serves, whatever its size. */
  readonly #impaired = new Map<string, number>();
  #counted = 0;
  #failedShare = 0;
  #countedAt = 0;
  #timeToLiveSeconds: number;
  #stop: (() => void) | null = null;

  constructor(options: CustomersOptions) {
    const { plan, clock, random, regions, dns, requestsPerSecond = 1_000 } = options;
    this.#clock = clock;
    this.#regions = regions;
    this.#dns = dns;
    this.#capacity = options.capacity;
    this.#acceptingWrites = options.acceptingWrites;
    this.#places = plan.regions;
    this.#timeToLiveSeconds = plan.traffic.timeToLiveSeconds;
    const names = plan.regions.map(({ name }) => name);
    this.#index = new Map(names.map((name, index) => [name, index]));
    this.#curve = new TrafficCurve(names);
    const size = names.length;
    this.#load = new Float64Array(size);
    this.#served = new Float64Array(size);
    this.#readShare = new Float64Array(size);
    this.#writeShare = new Float64Array(size);
    this.#demand = Float64Array.from(plan.regions, ({ demandShare }) => demandShare * requestsPerSecond);
    this.#remembered = new Float64Array(secondsRemembered * size * figures);
    this.#reads = new Float64Array(size);
    this.#writes = new Float64Array(size);
    this.#groups = names.flatMap((location, population) =>
      createGroups(plan.traffic.timeToLiveSeconds * 1_000, clock.now(), random, {
        population,
        location,
        requestsPerSecond: this.#demand[population] ?? 0,
      }),
    );
    for (const group of this.#groups) group.region = this.#resolve(group);
    this.#spread();
  }

  /** Lets customers come, and counts them every simulated second. */
  start(): void {
    this.#stop ??= repeatEvery(this.#clock, customerSampleSeconds * 1_000, 0, () => this.#count());
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** From now on it counts when customers are served again. */
  markFault(): void {
    this.#curve.markFault(this.#clock.now());
  }

  /** One sample a second, for the report. */
  get curve(): readonly TrafficSample[] {
    return this.#curve.samples();
  }

  /** What customers who were sent to `region` got after `from` and until `to`, milliseconds since the epoch; some minutes back at most. */
  service(region: string, of: "reads" | "writes", from: number, to: number): Service {
    const [offset, share] = of === "reads" ? [1, 1 - writeShare] : [2, writeShare];
    let [asked, failed, logarithms, seconds] = [0, 0, 0, 0];
    for (let back = 1; back <= Math.min(this.#counted, secondsRemembered); back++) {
      const at = this.#countedAt - (back - 1) * customerSampleSeconds * 1_000;
      if (at <= from) break;
      if (at > to) continue;
      const row = ((this.#counted - back) % secondsRemembered) * this.#places.length + this.#indexOf(region);
      const load = (this.#remembered[row * figures] ?? 0) * share;
      const served = this.#remembered[row * figures + offset] ?? 0;
      asked += load;
      failed += load * (1 - served);
      logarithms += Math.log(served);
      seconds++;
    }
    return { asked, failed, chance: seconds === 0 ? 1 : Math.exp(logarithms / seconds) };
  }

  /** Requests that failed. */
  get trafficLost(): number {
    return this.#curve.lostRequests;
  }

  get trafficTotal(): number {
    return this.#curve.totalRequests;
  }

  /** Milliseconds since the epoch; see TrafficCurve. */
  get servedAgainAt(): number | null {
    return this.#curve.servedAgainAt;
  }

  /** Requests a second that are sent to the Region. */
  load(region: string): number {
    return this.#load[this.#indexOf(region)] ?? 0;
  }

  /** Share of the requests sent to the Region that it serves now, 0 to 1. */
  servedShare(region: string): number {
    return this.#shareServed(this.#indexOf(region));
  }

  /** From now on a Region serves no more than this share of its requests: part of its fleet, or of a zone, is broken. 1 mends it. */
  impair(region: string, share: number): void {
    this.#impaired.set(region, share);
  }

  /** From the next answer on resolvers keep what they are told for so long, or for several times that. */
  keepAnswersFor(seconds: number): void {
    for (const group of this.#groups) group.cacheMs *= seconds / this.#timeToLiveSeconds;
    this.#timeToLiveSeconds = seconds;
  }

  /** Whether what is served in the Region can be written now. */
  canWrite(region: string): boolean {
    const writers = this.#acceptingWrites();
    if (writers === null) return true;
    for (const writer of writers) if (this.#regions.reachable(region, writer)) return true;
    return false;
  }

  /** The customers at home in `region` come from `location`, another place of which Route 53 says that it is nearest to it. */
  settle(region: string, location: string): void {
    const home = this.#indexOf(region);
    for (const group of this.#groups) if (group.population === home) group.location = location;
  }

  /** Share of the requests of those at home in `region` that are still sent there, resolvers that overshoot among them. */
  shareAtHome(region: string): number {
    const home = this.#indexOf(region);
    const [all, sent] = this.#groups.reduce(
      ([every, here], { population, region: at, requestsPerSecond }) =>
        population === home ? [every + requestsPerSecond, here + (at === home ? requestsPerSecond : 0)] : [every, here],
      [0, 0],
    );
    return all === 0 ? 0 : sent / all;
  }

  /** Share of all requests of the last second that failed. */
  get failedShare(): number {
    return this.#failedShare;
  }

  #count(): void {
    this.#spread();
    const demand = this.#demand;
    let failed = 0;
    const row = (this.#counted++ % secondsRemembered) * demand.length * figures;
    this.#countedAt = this.#clock.now();
    for (let index = 0; index < demand.length; index++) {
      const reads = this.#shareServed(index);
      const writes = reads > 0 && this.canWrite(this.#places[index]?.name ?? "") ? reads : 0;
      this.#readShare[index] = reads;
      this.#writeShare[index] = writes;
      const load = this.#load[index] ?? 0;
      const served = load * ((1 - writeShare) * reads + writeShare * writes);
      this.#served[index] = served;
      this.#remembered[row + index * figures] = load;
      this.#remembered[row + index * figures + 1] = reads;
      this.#remembered[row + index * figures + 2] = writes;
      failed += load - served;
    }
    const asked = this.#load.reduce((sum, load) => sum + load, 0);
    this.#failedShare = asked === 0 ? 0 : failed / asked;
    this.#curve.add(this.#clock.now(), this.#served, failed, this.#standing());
  }

  /** Sends every group where its resolver says, asking anew where the answer has expired. */
  #spread(): void {
    const now = this.#clock.now();
    this.#load.fill(0);
    for (const group of this.#groups) {
      if (group.expiresAt <= now) {
        group.region = this.#resolve(group);
        group.expiresAt = now + group.cacheMs;
      }
      this.#load[group.region] = (this.#load[group.region] ?? 0) + group.requestsPerSecond;
    }
  }

  #standing(): "served" | "failing" {
    this.#reads.fill(0);
    this.#writes.fill(0);
    for (const { population, region, requestsPerSecond } of this.#groups) {
      this.#reads[population] = (this.#reads[population] ?? 0) + requestsPerSecond * (this.#readShare[region] ?? 0);
      this.#writes[population] = (this.#writes[population] ?? 0) + requestsPerSecond * (this.#writeShare[region] ?? 0);
    }
    for (let population = 0; population < this.#demand.length; population++) {
      const enough = (this.#demand[population] ?? 0) * servedEnough;
      if ((this.#reads[population] ?? 0) < enough || (this.#writes[population] ?? 0) < enough) return "failing";
    }
    return "served";
  }

  #shareServed(index: number): number {
    const place = this.#places[index];
    if (place === undefined) return 0;
    const health = this.#regions.health(place.name);
    if (health === "dark" || health === "partitioned") return 0;
    const load = this.#load[index] ?? 0;
    const fits = (load === 0 ? 1 : Math.min(1, this.#capacity(place) / load)) * (this.#impaired.get(place.name) ?? 1);
    return health === "gray" ? fits * grayServedShare : fits;
  }

  #resolve({ location, server }: Pick<ResolverGroup, "location" | "server">): number {
    return this.#indexOf(this.#dns.answer(location, server));
  }

  #indexOf(region: string): number {
    const index = this.#index.get(region);
    if (index === undefined) throw new RangeError(`The plan has no Region ${JSON.stringify(region)}`);
    return index;
  }
}

/** The resolvers of one population, their caches filled one after the other, and one that overshoots. */
function createGroups(
  timeToLiveMs: number,
  now: number,
  random: Random,
  people: Pick<ResolverGroup, "population" | "location" | "requestsPerSecond">,
): readonly ResolverGroup[] {
  const { population, location, requestsPerSecond } = people;
  const overshooting = requestsPerSecond * overshootingShare;
  const group = (server: number, cacheMs: number, requests: number, age: number): ResolverGroup => ({
    population,
    location,
    server,
    requestsPerSecond: requests,
    cacheMs,
    region: 0,
    expiresAt: now + Math.round(cacheMs * (1 - age)),
  });
  const heeding = Array.from({ length: resolversPerPopulation }, (_, index) =>
    group(
      index % nameServerCount,
      timeToLiveMs,
      (requestsPerSecond - overshooting) / resolversPerPopulation,
      (index + random.next()) / resolversPerPopulation,
    ),
  );
  return [...heeding, group(0, timeToLiveMs * overshootFactor, overshooting, random.next())];
}
