import { regionsInService } from "../coordination/rules.ts";
import type { CoordinationItem } from "../coordination/item.ts";
import type { NameServer } from "../shared/clients.ts";
import { isInstant, secondsBetween } from "../shared/clock.ts";
import { type Plan, regionNamed } from "../shared/plan/plan.ts";
import type { RegionVote } from "./observation.ts";

/**
 * What a vantage has learned of where DNS sends customers. It stands in the vantage's observation, so that every Region has
 * it at hand when it must show that traffic has left another one: what is learned in calm times is kept through trouble.
 */

/** Somewhere from which customers, or a vantage in their place, are sent to a Region. */
export interface Place {
  /** A network of customers (CIDR); null: the vantage's own place. */
  readonly subnet: string | null;
  /** The Region that it was last seen to be sent to; null before any was identified. */
  readonly sentTo: string | null;
  /** ISO 8601; since when it has been seen to be sent there, and the last look that identified a Region. */
  readonly since: string;
  readonly at: string;
  /** The Regions that it was sent to before, each with the first look that identified another one (ISO 8601). */
  readonly left?: Readonly<Record<string, string>>;
  /** The same Regions, each with the last look that identified it (ISO 8601). */
  readonly lastThere?: Readonly<Record<string, string>>;
  /** The Regions that it was sent to while they served in calm times, each with the last look (ISO 8601). */
  readonly calm: Readonly<Record<string, string>>;
}

/** A load balancer's address; `region` is null where it has answered for more than one, and so identifies none. */
export interface KnownAddress {
  readonly address: string;
  readonly region: string | null;
  /** ISO 8601; when it was last among the answers. */
  readonly at: string;
}

export interface DnsView {
  /** The zone's name servers; empty where they cannot be found, as for a private zone. */
  readonly servers: readonly NameServer[];
  /** Where this vantage's own requests for the public name end up, as the serving header says. */
  readonly requests: Place;
  /** Where the name servers send: networks of each Region's customers, and this vantage's own place. */
  readonly places: readonly Place[];
  readonly addresses: readonly KnownAddress[];
  /** For how long resolvers may keep an answer, as the name servers last said it: what the plan says may be wrong. */
  readonly timeToLiveSeconds?: number;
}

/** What one place was answered with; null where that is not known. */
export interface PlaceAnswer {
  readonly subnet: string | null;
  readonly addresses: readonly string[] | null;
}

/** What one look at the name servers has brought. */
export interface DnsLook {
  /** Empty where none were found this time. */
  readonly servers: readonly NameServer[];
  readonly answers: readonly PlaceAnswer[];
  /** Addresses that were asked for the public name, and the Region that answered; those that did not say are left out. */
  readonly identified: readonly { readonly address: string; readonly region: string }[];
  /** The longest time to live among the answers; absent where there was none. */
  readonly timeToLiveSeconds?: number;
}

/** A Region has passed steadily for a vantage when its streak has lasted for two rounds. */
const steadyRounds = 2;
/** Looks at the name servers come twice a minute: what lies further apart is no unbroken stretch. */
const longestGapSeconds = 90;
/** Load balancers change their addresses; what has not been answered for so long may be somebody else's. */
const addressKeptSeconds = 3_600;
const addressesKept = 48;

/** Regions that are in service and that the vantage has seen pass steadily: where these serve, times are calm. */
export function calmRegions(
  plan: Plan,
  votes: readonly RegionVote[],
  item: CoordinationItem | null,
): readonly string[] {
  if (item === null) return [];
  const least = plan.detection.probeEverySeconds * steadyRounds;
  const inService = regionsInService(item);
  return votes
    .filter(({ region, vote, since, until }) => {
      return vote === "passing" && inService.includes(region) && secondsBetween(since, until) >= least;
    })
    .map(({ region }) => region);
}

/**
 * Carries a place on by what it was seen to be sent to; null: that is not known, and says nothing. In calm times the Region
 * is remembered. It is forgotten where the place has long been sent elsewhere although the Region serves.
 */
export function carryPlace(
  last: Place | null,
  subnet: string | null,
  sentTo: string | null,
  context: { readonly plan: Plan; readonly calm: readonly string[]; readonly now: string },
): Place {
  const { plan, calm, now } = context;
  if (sentTo === null) return last ?? { subnet, sentTo, since: now, at: now, calm: {} };
  const goesOn = last?.sentTo === sentTo && secondsBetween(last.at, now) <= longestGapSeconds;
  const since = goesOn ? last.since : now;
  const moves = (at: string) =>
    last !== null && last.sentTo !== null && last.sentTo !== sentTo ? { [last.sentTo]: at } : {};
  const elsewhere = (instants: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(instants).filter(([region]) => region !== sentTo));
  const left = elsewhere({ ...last?.left, ...moves(now) });
  const lastThere = elsewhere({ ...last?.lastThere, ...moves(last?.at ?? now) });
  const isSettled = secondsBetween(since, now) > plan.detection.clearForSeconds;
  const kept = Object.entries(last?.calm ?? {}).filter(([region]) => !(isSettled && calm.includes(region)));
  const learned = calm.includes(sentTo) ? [[sentTo, now] as const] : [];
  return { subnet, sentTo, since, at: now, left, lastThere, calm: Object.fromEntries([...kept, ...learned]) };
}

/** Adds what was identified; an address that answers for another Region than before identifies none from then on. */
export function carryAddresses(
  last: readonly KnownAddress[],
  { answers, identified }: Pick<DnsLook, "answers" | "identified">,
  now: string,
): readonly KnownAddress[] {
  const known = new Map(last.map((each) => [each.address, each]));
  for (const { address, region } of identified) {
    const before = known.get(address);
    const isSame = before === undefined || before.region === region;
    known.set(address, { address, region: isSame ? region : null, at: now });
  }
  for (const address of answers.flatMap(({ addresses }) => addresses ?? [])) {
    const before = known.get(address);
    if (before !== undefined) known.set(address, { ...before, at: now });
  }
  return [...known.values()]
    .filter(({ at }) => secondsBetween(at, now) <= addressKeptSeconds)
    .sort((one, other) => (one.at < other.at ? 1 : -1))
    .slice(0, addressesKept);
}

/** The one Region for which all of these addresses stand; null where they stand for none, or for more than one. */
export function regionOf(addresses: readonly string[] | null, known: readonly KnownAddress[]): string | null {
  if (addresses === null || addresses.length === 0) return null;
  const regions = new Set(
    addresses.map((address) => {
      const said = new Set(known.filter((each) => each.address === address).map(({ region }) => region));
      // What two vantages found to be two Regions is a network in front of both.
      return said.size === 1 ? ([...said][0] as string | null) : null;
    }),
  );
  return regions.size === 1 ? ([...regions][0] as string | null) : null;
}

/** What the vantage knows after a round. `look` is null where the name servers were not asked in it. */
export function carryDns(
  plan: Plan,
  last: DnsView | null,
  found: {
    readonly look: DnsLook | null;
    readonly servedBy: string | null;
    readonly votes: readonly RegionVote[];
    readonly item: CoordinationItem | null;
    readonly now: string;
  },
): DnsView {
  const { look, now } = found;
  const context = { plan, calm: calmRegions(plan, found.votes, found.item), now };
  const requests = carryPlace(last?.requests ?? null, null, found.servedBy, context);
  if (look === null) return { servers: [], places: [], addresses: [], ...last, requests };
  // Who answers at an address is learned while it is steady: in trouble a network in front may send anywhere.
  const identified = look.identified.filter(({ region }) => context.calm.includes(region));
  const addresses = carryAddresses(last?.addresses ?? [], { answers: look.answers, identified }, now);
  return {
    servers: look.servers.length > 0 ? look.servers : (last?.servers ?? []),
    requests,
    places: look.answers.map(({ subnet, addresses: answered }) => {
      const before = last?.places.find((place) => place.subnet === subnet) ?? null;
      return carryPlace(before, subnet, regionOf(answered, addresses), context);
    }),
    addresses,
    ...timeToLiveOf(look.timeToLiveSeconds ?? last?.timeToLiveSeconds),
  };
}

function timeToLiveOf(seconds: unknown): Pick<DnsView, "timeToLiveSeconds"> {
  return typeof seconds === "number" && seconds > 0 ? { timeToLiveSeconds: seconds } : {};
}

/**
 * What an observation says of DNS; null where it says nothing that can be read. Regions that the plan does not name are none.
 * By hand and not by a schema: it is read with every observation, in every round.
 */
export function readDnsView(plan: Plan, stored: unknown): DnsView | null {
  const { servers, requests, places, addresses } = (stored ?? {}) as Partial<DnsView>;
  const isReadable =
    isListOf(servers, ({ name, address }) => typeof name === "string" && typeof address === "string") &&
    isPlace(requests ?? {}) &&
    isListOf(places, isPlace) &&
    isListOf(addresses, ({ address, region, at }) => typeof address === "string" && isName(region) && isInstant(at));
  if (!isReadable) return null;
  const view = stored as DnsView;
  const ofPlan = (each: Place): Place => ({ ...each, sentTo: regionNamed(plan, each.sentTo) });
  return {
    servers: view.servers,
    requests: ofPlan(view.requests),
    places: view.places.map(ofPlan),
    addresses: view.addresses.map((each) => ({ ...each, region: regionNamed(plan, each.region) })),
    ...timeToLiveOf(view.timeToLiveSeconds),
  };
}

function isListOf<Item>(found: readonly Item[] | undefined, isItem: (item: Partial<Item>) => boolean): boolean {
  return Array.isArray(found) && found.every((item: Partial<Item> | null) => isItem(item ?? {}));
}

function isPlace({ subnet, sentTo, since, at, left = {}, lastThere = {}, calm }: Partial<Place>): boolean {
  const isDated = (regions: unknown) =>
    typeof regions === "object" && regions !== null && Object.values(regions).every(isInstant);
  const areDated = isDated(calm) && isDated(left) && isDated(lastThere);
  return isName(subnet) && isName(sentTo) && isInstant(since) && isInstant(at) && areDated;
}

function isName(value: unknown): boolean {
  return value === null || typeof value === "string";
}
