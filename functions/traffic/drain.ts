import { parseInstant } from "../shared/clock.ts";
import { type Plan, regionNamed } from "../shared/plan/plan.ts";
import { type DnsLook, type DnsView, type KnownAddress, type Place, readDnsView, regionOf } from "../watch/dns-view.ts";
import type { Observation, Vote } from "../watch/observation.ts";

/** Where one vantage's customers are sent. A type, not an interface, so that it can go into the timeline as it is. */
export type ServedView = {
  readonly vantage: string;
  readonly vote: Vote;
  /** A Region of the plan; null: whoever answered did not say so. */
  readonly servedBy: string | null;
};

/** Whether a claim that traffic has left rests on somebody who was sent to the failed Region and no longer is. */
export type TrafficEvidence = "shown" | "notShown";

/** What one look shows of the failed Region's customers. */
export type Drain =
  /** Who was sent there in calm times no longer is, since `since` (milliseconds): resolvers that asked before may still be. */
  | { readonly kind: "gone"; readonly since: number; readonly shownBy: readonly string[] }
  | { readonly kind: "stillThere"; readonly who: readonly string[] }
  | { readonly kind: "notShown"; readonly reason: string };

/** A vantage's word counts while it is younger than this many probe rounds. */
const roundsAVoteLasts = 3;
/** Vantages look every round, and at the name servers twice a minute: what lies further apart leaves open when it changed. */
const leastUnseenSeconds = 35;
const roundsUnseen = 3;
/** Who was sent to the failed Region so lately still is, as far as is known: in a gray failure most looks show nothing. */
const stillThereForMs = 60_000;

/** What every vantage has learned of DNS in calm times, put together. */
export interface LearnedDns {
  readonly servers: DnsView["servers"];
  /** By vantage: where its requests for the public name were sent. */
  readonly requests: ReadonlyMap<string, Place>;
  /** Networks and the own place, as the acting Region's name-server looks are compared with them. */
  readonly places: readonly LearnedPlace[];
  readonly addresses: readonly KnownAddress[];
  /** For how long resolvers may keep an answer, by the longest of what name servers have said; null: none did. */
  readonly timeToLiveSeconds: number | null;
}

/** A place, and by whose clock its instants are. */
export type LearnedPlace = Place & { readonly learnedBy: "self" | "another" };

/**
 * Puts together what all observations say, however old: a Region that is dark has been learned from too. A network means
 * the same whoever asks; the own place is that of `self`.
 */
export function gatherLearned(plan: Plan, self: string, observations: readonly Observation[]): LearnedDns {
  const views = observations.flatMap(({ vantage, dns }) => {
    const read = readDnsView(plan, dns);
    return read === null ? [] : [{ vantage, view: read }];
  });
  // The own view first: its instants are by this Region's clock.
  views.sort((one, other) => Number(other.vantage === self) - Number(one.vantage === self));
  const places = new Map<string | null, LearnedPlace>();
  for (const { vantage, view } of views) {
    for (const place of view.places) {
      if (place.subnet === null && vantage !== self) continue;
      // Whoever has learned nothing hides nothing of what others have.
      if (Object.keys(place.calm).length === 0) continue;
      const known = places.get(place.subnet);
      // Nor does whoever has learned less, for its watch stood still or began later.
      places.set(
        place.subnet,
        known === undefined
          ? { ...place, learnedBy: vantage === self ? "self" : "another" }
          : {
              ...known,
              calm: { ...place.calm, ...known.calm },
              left: { ...place.left, ...known.left },
              lastThere: { ...place.lastThere, ...known.lastThere },
            },
      );
    }
  }
  const kept = views.flatMap(({ view }) => view.timeToLiveSeconds ?? []);
  return {
    servers: views.find(({ view }) => view.servers.length > 0)?.view.servers ?? [],
    requests: new Map(views.map(({ vantage, view }) => [vantage, view.requests])),
    places: [...places.values()],
    addresses: views.flatMap(({ view }) => view.addresses),
    timeToLiveSeconds: kept.length === 0 ? null : Math.max(...kept),
  };
}

/** The places that show something of `region`: they were answered with it in calm times. */
export function placesShowing(learned: LearnedDns, region: string): readonly LearnedPlace[] {
  return learned.places.filter(({ calm }) => Object.hasOwn(calm, region));
}

/** Regions of which it could be shown that traffic has left them, once they are gone and their own vantage with them. */
export function showableRegions(plan: Plan, learned: LearnedDns): readonly string[] {
  const isSeenBy = (region: string) =>
    [...learned.requests].some(([vantage, { calm }]) => vantage !== region && Object.hasOwn(calm, region));
  return plan.regions
    .map(({ name }) => name)
    .filter((name) => placesShowing(learned, name).length > 0 || isSeenBy(name));
}

/**
 * Judges one look. Latency routing sends a vantage in a serving Region to that Region, so that it is not sent to the failed
 * one shows nothing: only who was sent there in calm times can show that customers no longer are. Such are the vantages, the
 * failed Region's own among them while it is heard, and the networks of customers about which the name servers were asked.
 * Whoever had been sent elsewhere before the Region began to fail was not moved by the failure, and shows nothing of it.
 * An answer whose Region is not known says nothing, neither way. `patience`: while the switch may not have had its time,
 * everybody who can show something and is heard must have done so.
 */
export function judgeDrain(input: {
  readonly plan: Plan;
  readonly failedRegion: string;
  readonly observations: readonly Observation[];
  readonly learned: LearnedDns;
  readonly here: ServedView;
  /** What the name servers answer now; null where they were not asked. */
  readonly look: DnsLook | null;
  readonly now: number;
  /** When the switch was thrown. */
  readonly since: number;
  /** ISO 8601; the first failing probe. */
  readonly failingSince: string;
  readonly patience: "all" | "any";
}): Drain {
  const { failedRegion, now, since } = input;
  const witnesses = [...requestsOf(input), ...answersOf(input)];
  const still = witnesses.filter(
    ({ sentTo, at }) => sentTo === failedRegion && at >= since && now - at <= stillThereForMs,
  );
  if (still.length > 0) return { kind: "stillThere", who: still.map(({ name }) => name) };
  const able = witnesses.filter(({ wasThere }) => wasThere);
  if (able.length === 0) {
    return { kind: "notShown", reason: `nobody who can be asked was sent to ${failedRegion} in calm times` };
  }
  const showing = able.filter(({ sentTo, at }) => sentTo !== null && sentTo !== failedRegion && at >= since);
  const waitedFor = able.filter((each) => !showing.includes(each));
  if (showing.length === 0 || (input.patience === "all" && waitedFor.length > 0)) {
    const names = waitedFor.map(({ name }) => name).join(", ");
    return { kind: "notShown", reason: `nothing shows where these are sent since the switch was thrown: ${names}` };
  }
  return {
    kind: "gone",
    since: Math.max(...showing.map((each) => each.since)),
    shownBy: showing.map(({ name }) => name),
  };
}

/** Who can say where it is sent: by name, whether it was sent to the failed Region in calm times, and its last word. */
interface Witness {
  readonly name: string;
  readonly wasThere: boolean;
  readonly sentTo: string | null;
  /** Milliseconds: since when it has been sent there, and its last word on it. */
  readonly since: number;
  readonly at: number;
}

/**
 * Whether a place was sent elsewhere already when the Region began to fail: with latencies that had just changed, or where
 * it is sent now here and now there. So it may have been where nobody looked for some time before (FM62). `behindMs`: by how
 * much the clock of whoever learned it seems to be behind.
 */
function hadLeft(
  {
    plan,
    failedRegion,
    failingSince,
  }: Pick<Parameters<typeof judgeDrain>[0], "plan" | "failedRegion" | "failingSince">,
  { sentTo, since, left = {}, lastThere = {} }: Place,
  behindMs: number,
): boolean {
  if (sentTo === null || sentTo === failedRegion) return false;
  const failing = parseInstant(failingSince);
  if (parseInstant(left[failedRegion] ?? since) + behindMs < failing) return true;
  const last = lastThere[failedRegion];
  const unseenMs = Math.max(leastUnseenSeconds, roundsUnseen * plan.detection.probeEverySeconds) * 1_000;
  // An old word looks like a slow clock: here nothing is made of either, for what is not shown is the lesser claim.
  return last !== undefined && parseInstant(last) < failing - unseenMs;
}

function requestsOf(input: Parameters<typeof judgeDrain>[0]): readonly Witness[] {
  const { plan, failedRegion, learned, here, now } = input;
  // `at` is by the vantage's own clock. How long it has said so is as long by anybody's clock.
  const witness = (vantage: string, servedBy: string | null, at: number): Witness => {
    const place = learned.requests.get(vantage);
    const sentTo = regionNamed(plan, servedBy);
    // Where this look shows nothing, the last one that did is known with its own instant.
    const last = sentTo === null ? (place?.sentTo ?? null) : sentTo;
    const isAsBefore = place !== undefined && place.sentTo === last;
    return {
      name: vantage,
      wasThere: place !== undefined && Object.hasOwn(place.calm, failedRegion) && !hadLeft(input, place, now - at),
      sentTo: last,
      since: isAsBefore ? now - Math.max(0, at - parseInstant(place.since)) : now,
      at: sentTo === null && place !== undefined ? parseInstant(place.at) : at,
    };
  };
  return [
    witness(here.vantage, here.servedBy, now),
    ...othersHeard(input).map(({ vantage, at, customers }) => witness(vantage, customers.servedBy, parseInstant(at))),
  ];
}

type Heard = Pick<Parameters<typeof judgeDrain>[0], "plan" | "observations" | "here" | "now">;

function othersHeard({ plan, observations, here, now }: Heard): readonly Observation[] {
  const freshMs = plan.detection.probeEverySeconds * roundsAVoteLasts * 1_000;
  return observations.filter(({ vantage, at }) => vantage !== here.vantage && now - parseInstant(at) <= freshMs);
}

/** What customers get at every vantage that can be heard, for the timeline. */
export function customersSeen(input: Heard): readonly ServedView[] {
  const { plan, here } = input;
  const others = othersHeard(input).map(({ vantage, customers: { vote, servedBy } }) => {
    return { vantage, vote, servedBy: regionNamed(plan, servedBy) };
  });
  return [here, ...others];
}

function answersOf(input: Parameters<typeof judgeDrain>[0]): readonly Witness[] {
  const { failedRegion, learned, look, here, now } = input;
  if (look === null) return [];
  const found = look.identified.map((each) => ({ ...each, at: "" }));
  const known = [...learned.addresses, ...found];
  return placesShowing(learned, failedRegion).map((place) => {
    const answer = look.answers.find(({ subnet }) => subnet === place.subnet);
    const sentTo = regionOf(answer?.addresses ?? null, known);
    return {
      name: place.subnet ?? `${here.vantage}'s own resolver`,
      wasThere: !hadLeft(input, place, 0),
      sentTo,
      // Since when it has been sent elsewhere another Region knows by its own clock alone.
      since: place.learnedBy === "self" && sentTo !== null && place.sentTo === sentTo ? parseInstant(place.since) : now,
      at: now,
    };
  });
}
