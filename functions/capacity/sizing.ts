import { describeInstant, parseInstant } from "../shared/clock.ts";
import type { CapacitySample } from "../watch/observation.ts";

/**
 * How large each survivor must become to carry the failed Region's customers.
 *
 * Everything counts in a group's own capacity units: instances, or weights where the group is weighted. Figures that
 * come from outside (samples, groups, shares) may be anything, NaN included; figures that leave are whole and not negative.
 *
 * What holds for every answer, whatever went in:
 * - A target is never below the group's MinSize or DesiredCapacity, nor below what is in service as far as MaxSize
 *   permits it: a failover scales nothing down (FM50).
 * - A target is above MaxSize only where the plan allows MaxSize to be raised.
 * - Nothing is lost on the way: what all survivors carry, plus every named shortfall, is exactly the demand with its
 *   headroom, divided by demand shares and rounded up for each survivor.
 * - A survivor carries no more than its target, and more than its own part only where another lacks room.
 * - Asked again after its own targets were set, with the same `before`, it gives the same targets: a retry does not
 *   take raised groups for new demand and raise them again.
 */

/** An Auto Scaling group as it is, in capacity units. */
export interface GroupSize {
  readonly minimum: number;
  readonly desired: number;
  readonly maximum: number;
  readonly inService: number;
}

/** What can be said of a survivor's capacity now. */
export type SurvivorCapacity =
  | {
      readonly kind: "group";
      readonly region: string;
      readonly size: GroupSize;
      /** What it ran before this incident changed anything: its own demand. */
      readonly before: number;
    }
  /** The plan names no group: it grows by means of its own. */
  | { readonly kind: "unmanaged"; readonly region: string }
  /** Its group could not be read, so it will not grow; a fresh sample tells what it runs. */
  | { readonly kind: "unreadable"; readonly region: string };

export type RaiseMaximum = "allowed" | "forbidden";

export interface SizingInput {
  readonly regions: readonly { readonly name: string; readonly demandShare: number }[];
  /** Each Region's last sample, as its own vantage wrote it; null or absent when none is known. */
  readonly samples: Readonly<Record<string, CapacitySample | null>>;
  readonly failedRegion: string;
  readonly survivors: readonly SurvivorCapacity[];
  /**
   * Regions in service that a person has drained: they carry nothing, and their customers have to be carried.
   * @default none
   */
  readonly drained?: readonly string[];
  /** Extra on top of the demand; 0.1 is a tenth. */
  readonly headroom: number;
  /** ISO 8601; when the failure began. */
  readonly failingSince: string;
  /** ISO 8601; now. */
  readonly at: string;
  readonly maximumSampleAgeSeconds: number;
  readonly raiseMaximum: RaiseMaximum;
}

/** One Region's demand, and how it is known. */
export interface Demand {
  readonly region: string;
  readonly units: number;
  /** For people: "sample, 34 s old", "estimated from demand shares". */
  readonly source: string;
}

export interface SizedSurvivor {
  readonly region: string;
  /** What of the whole demand falls to it. */
  readonly carries: number;
  /** What its group is to be set to: what it carries, or more when it is larger already. */
  readonly target: number;
  /** What falls to it, fits nowhere, and so is not there. */
  readonly shortfall: number;
}

export interface Sizing {
  readonly demand: readonly Demand[];
  /** Of all Regions together, without headroom. */
  readonly totalDemand: number;
  /** Every survivor, in the order given. */
  readonly survivors: readonly SizedSurvivor[];
}

/** Sizes all survivors; see the invariants above. */
export function sizeSurvivors(input: SizingInput): Sizing {
  const share = shareOf(input.regions);
  const demand = demandOf(input, share);
  const totalDemand = demand.reduce((sum, each) => sum + each.units, 0);
  const weights = weightsOf(
    input.survivors.map((survivor) => survivor.region),
    share,
  );
  const needed = totalDemand * (1 + positive(input.headroom));
  const portions = input.survivors.map((survivor, index): Portion => {
    const weight = weights[index] as number;
    const carries = roundUp(needed * weight);
    return { region: survivor.region, weight, carries, shortfall: 0, room: roomOf(survivor, carries, input) };
  });
  const survivors = redistribute(portions).map((portion, index): SizedSurvivor => {
    const survivor = input.survivors[index] as SurvivorCapacity;
    const { region, carries, shortfall } = portion;
    return { region, carries, shortfall, target: Math.max(carries, floorOf(survivor, input.raiseMaximum)) };
  });
  return { demand, totalDemand, survivors };
}

/** One survivor's part of the demand, and how much it could carry at most. */
export interface Portion {
  readonly region: string;
  /** Its claim on what must be moved; only the proportion between portions matters. */
  readonly weight: number;
  readonly carries: number;
  readonly shortfall: number;
  /** The most that it can carry; Infinity when nothing limits it. */
  readonly room: number;
}

/**
 * Moves what a survivor cannot carry (MaxSize reached, no instances to be had) to those that have room, in proportion of
 * their weights. A shortfall comes home first when its own Region has room again. What fits nowhere stays, as a
 * shortfall, with the Region it belongs to. Carried and short together are as much after as before, and nobody with
 * room carries less than before (FM48).
 */
export function redistribute(portions: readonly Portion[]): readonly Portion[] {
  const drafts = portions.map((portion) => {
    const carries = whole(portion.carries);
    const owed = whole(portion.shortfall);
    const room = portion.room === Number.POSITIVE_INFINITY ? portion.room : whole(portion.room);
    const kept = Math.min(carries + owed, Math.max(room, 0));
    return { weight: positive(portion.weight), room, carries: kept, shortfall: carries + owed - kept };
  });
  let loose = drafts.reduce((sum, draft) => sum + draft.shortfall, 0);
  const missing = loose;
  // Each round either places all that is loose or fills at least one survivor.
  for (let round = 0; round < drafts.length && loose > 0; round++) {
    const open = drafts.filter((draft) => draft.room > draft.carries);
    const weight = open.reduce((sum, draft) => sum + draft.weight, 0);
    const toPlace = loose;
    for (const draft of open) {
      const part = roundUp(toPlace * (weight > 0 ? draft.weight / weight : 1 / open.length));
      const placed = Math.min(part, loose, draft.room - draft.carries);
      draft.carries += placed;
      loose -= placed;
    }
  }
  let placed = missing - loose;
  return portions.map((portion, index) => {
    const draft = drafts[index] as (typeof drafts)[number];
    const relieved = Math.min(placed, draft.shortfall);
    placed -= relieved;
    return { ...portion, carries: draft.carries, shortfall: draft.shortfall - relieved };
  });
}

/** How far a group may grow. */
export function growthLimit(size: GroupSize, raiseMaximum: RaiseMaximum): number {
  switch (raiseMaximum) {
    case "allowed":
      return Number.POSITIVE_INFINITY;
    case "forbidden":
      return Math.max(whole(size.maximum), whole(size.desired), whole(size.minimum));
  }
}

function roomOf(survivor: SurvivorCapacity, carries: number, input: SizingInput): number {
  switch (survivor.kind) {
    case "group":
      return growthLimit(survivor.size, input.raiseMaximum);
    case "unmanaged":
      return carries;
    case "unreadable": {
      const sample = input.samples[survivor.region] ?? null;
      return sampleAge(sample, input.at, input) === null ? 0 : whole(sample?.inService);
    }
  }
}

/** What is there already and must not shrink. */
function floorOf(survivor: SurvivorCapacity, raiseMaximum: RaiseMaximum): number {
  if (survivor.kind !== "group") return 0;
  const { size } = survivor;
  const inService = Math.min(whole(size.inService), growthLimit(size, raiseMaximum));
  return Math.max(whole(size.minimum), whole(size.desired), inService);
}

/**
 * The demand of the failed Region, of every survivor, and of those that a person has drained: nobody knows whether the
 * others have grown for their customers, so that they may count twice and never not at all. A Region that is none of these
 * (evacuated in an earlier incident) has its customers in the others, and is counted there.
 */
function demandOf(input: SizingInput, share: (region: string) => number): readonly Demand[] {
  const known = [
    ...input.survivors.map((survivor) => knownDemand(survivor, input)),
    ...(input.drained ?? []).map((region) => ({ region, ...sampledDemand(region, input.at, input) })),
    { region: input.failedRegion, ...sampledDemand(input.failedRegion, input.failingSince, input) },
  ];
  const measured = known.filter((each) => each.units !== null && share(each.region) > 0);
  const unitsOfMeasured = measured.reduce((sum, each) => sum + (each.units ?? 0), 0);
  const shareOfMeasured = measured.reduce((sum, each) => sum + share(each.region), 0);
  return known.map(({ region, units, source }) => {
    if (units !== null) return { region, units, source };
    if (unitsOfMeasured === 0) return { region, units: 0, source: `unknown: ${source}` };
    const estimate = roundUp((unitsOfMeasured / shareOfMeasured) * share(region));
    return { region, units: estimate, source: `estimated from demand shares: ${source}` };
  });
}

interface KnownDemand {
  readonly region: string;
  /** Null: not known. */
  readonly units: number | null;
  /** How it is known, or why it is not. */
  readonly source: string;
}

function knownDemand(survivor: SurvivorCapacity, input: SizingInput): KnownDemand {
  const { region } = survivor;
  switch (survivor.kind) {
    case "group":
      return { region, units: whole(survivor.before), source: "its group before the incident" };
    case "unmanaged":
    case "unreadable":
      return { region, ...sampledDemand(region, input.at, input) };
  }
}

/**
 * What a Region's sample says of its demand at `moment`: what its scaling policies judged enough, or what runs if that
 * is more. A sample taken later tells of the failure, an old one of another time, and one that says nothing is running
 * tells nothing.
 */
function sampledDemand(region: string, moment: string, input: SizingInput): Omit<KnownDemand, "region"> {
  const sample = input.samples[region] ?? null;
  if (sample === null) return { units: null, source: "no sample" };
  const age = sampleAge(sample, moment, input);
  if (age === null)
    return { units: null, source: `its sample of ${describeInstant(sample.at)} is not from just before the failure` };
  const units = Math.max(whole(sample.desired), whole(sample.inService));
  if (units === 0) return { units: null, source: "its sample shows nothing running" };
  return { units, source: `sampled ${Math.round(age)} s earlier` };
}

/** Seconds from a sample to `moment`; null when it is later, too old, or not an instant. */
function sampleAge(sample: CapacitySample | null, moment: string, input: SizingInput): number | null {
  if (sample === null) return null;
  const [taken, asked] = [instant(sample.at), instant(moment)];
  if (taken === null || asked === null) return null;
  const age = (asked - taken) / 1_000;
  return age >= 0 && age <= input.maximumSampleAgeSeconds ? age : null;
}

function instant(text: string): number | null {
  try {
    return parseInstant(text);
  } catch {
    return null;
  }
}

function shareOf(regions: SizingInput["regions"]): (region: string) => number {
  const shares = new Map(regions.map((region) => [region.name, positive(region.demandShare)]));
  return (region) => shares.get(region) ?? 0;
}

/** Parts of one, by demand share; equal parts when no share says anything. */
function weightsOf(names: readonly string[], share: (region: string) => number): readonly number[] {
  const total = names.reduce((sum, name) => sum + share(name), 0);
  return names.map((name) => (total > 0 ? share(name) / total : 1 / names.length));
}

/** A finite number above zero, or 0. */
function positive(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : 0;
}

/** A whole number of units, never negative; 0 for what is not a number. */
function whole(value: number | undefined): number {
  return Math.min(Math.ceil(positive(value)), mostUnits);
}

/** No group is this large; beyond it a figure is a fault, and sums of such figures would lose their exactness. */
const mostUnits = 1_000_000;

/** Rounds up what is more than arithmetic's own dust: 10 × 1.1 is 11, not 12. */
function roundUp(value: number): number {
  return Math.max(0, Math.ceil(value - 1e-6));
}
