import type { DatabasePlan } from "../shared/plan/plan.ts";
import {
  type Ability,
  type Candidate,
  chooseCandidate,
  describePassedOver,
  judgeAbility,
  type PassedOver,
  type Refusal,
  whyNobodyWrites,
  whyNotWriting,
} from "./candidates.ts";
import { findOtherEngine } from "./engine.ts";
import { findOutsiders, type Outsider } from "./outsiders.ts";
import type { Standing, Standings } from "./standing.ts";
import { describeTwoWriters } from "./words.ts";

/** A member of the global cluster. */
export interface Member {
  readonly arn: string;
  readonly role: "writer" | "reader";
  /** `connected` or `pending-resync`, an open string; null: AWS does not say. */
  readonly synchronization: string | null;
}

/** A DB instance of a cluster. */
export interface Instance {
  readonly id: string;
  /** "writer": the primary instance of its cluster (DBClusterMember, IsClusterWriter). */
  readonly role: "writer" | "reader";
  /** DBInstanceStatus; null where it could not be read. DescribeDBClusters does not tell it. */
  readonly status: string | null;
}

/** A cluster as its own Region describes it. */
export interface Cluster {
  readonly status: string;
  /** Null: AWS does not say. */
  readonly engineVersion: string | null;
  /** None: a headless cluster, which holds the data and serves nobody. */
  readonly instances: readonly Instance[];
  /** As RDS names it. Null or absent: it was not said. */
  readonly engine?: string | null;
}

/**
 * A switchover or failover in progress. `status` is an open string: AWS documents pending, failing-over, switching-over
 * and cancelling, and the SDK's own enum lacks one of them.
 */
export interface Move {
  readonly status: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly dataLoss: "allowed" | "notAllowed" | "unsaid";
}

export interface GlobalCluster {
  readonly status: string;
  /** Null: AWS does not say. */
  readonly engineVersion: string | null;
  readonly members: readonly Member[];
  /** Null while nothing moves: both before and after (AWS empties FailoverState again). */
  readonly move: Move | null;
  /** As RDS names it. Null or absent: it was not said. */
  readonly engine?: string | null;
}

/** What a read found, or why there was none: not seen is never the same as not there (FM15). */
export type Read<Found> =
  | { readonly kind: "read"; readonly found: Found }
  /** AWS has answered that there is no such thing. */
  | { readonly kind: "absent"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string };

/** The global database as seen from the survivors. */
export interface DatabaseView {
  readonly global: Read<GlobalCluster>;
  /**
   * The survivors' own clusters, by Region, each read in its Region; and those of other Regions that are no members, the
   * failed one's excepted, which is not asked.
   */
  readonly clusters: Readonly<Record<string, Read<Cluster>>>;
}

/** What is the case. Closed; whether anything may be done about it is the gate's to say. */
export type Classification =
  /** The writer was not in the failed Region, but in one that serves (FM47). */
  | { readonly kind: "notNeeded"; readonly writer: string }
  /** The same, but its cluster has no instance that takes writes. */
  | { readonly kind: "writerDown"; readonly writer: string; readonly why: PassedOver }
  /** The writer was in another Region that is out of service, or down: what it would lose is not this run's to judge. */
  | { readonly kind: "lostElsewhere"; readonly writer: string; readonly standing: Standing }
  /** A survivor has become the writer in this incident, and is available. */
  | {
      readonly kind: "alreadyWriter";
      readonly target: string;
      /** Clusters that may take writes besides it. @default none */
      readonly outsiders?: readonly Outsider[];
    }
  /** A survivor is becoming the writer, whoever asked for it: adopt it and wait (FM41). */
  | { readonly kind: "movingToUs"; readonly target: string; readonly flavour: "failover" | "switchover" | "unsaid" }
  /** Somebody moves the writer to where this run must not follow: stop (FM41). */
  | { readonly kind: "movingElsewhere"; readonly to: string }
  /** A move is being called off: wait (FM41). */
  | { readonly kind: "cancelling" }
  /** The clusters are not Aurora's, and nothing that is known of Aurora holds for them (FM81). */
  | { readonly kind: "otherEngine"; readonly globalCluster: string; readonly engine: string }
  /** A person chooses between them (FM45). */
  | { readonly kind: "twoWriters"; readonly writers: readonly string[] }
  /** The writer is in the failed Region, nothing moves, and `target` can take over, the best as far as is known here. */
  | {
      readonly kind: "idle";
      readonly primary: string;
      readonly target: string;
      /** All that can, the target among them, in the plan's order. */
      readonly candidates: readonly Candidate[];
      readonly passedOver: readonly PassedOver[];
      /** Clusters that may take writes besides the one that is promoted: a person decides. */
      readonly outsiders: readonly Outsider[];
    }
  /** The same, but no survivor can take over now. */
  | {
      readonly kind: "noTarget";
      readonly primary: string;
      readonly reason: string;
      /** Regions that may become able, or be read, by themselves. */
      readonly waitFor: readonly PassedOver[];
      readonly outsiders: readonly Outsider[];
    }
  /** Nothing is left of the global cluster where one can look, and these clusters of it are there: a person decides. */
  | { readonly kind: "dissolved"; readonly outsiders: readonly Outsider[] }
  | { readonly kind: "unknown"; readonly reason: string };

export interface ClassifyInput {
  readonly view: DatabaseView;
  readonly database: DatabasePlan;
  readonly failedRegion: string;
  readonly survivors: readonly string[];
  /** Kept as the target while it can take over and its Region is well, so that one lost answer does not change the aim. */
  readonly preferred: string | null;
  /** Survivors known to have been made the writer in this incident. */
  readonly promotedHere: readonly string[];
  /** The only target that a person who retries the run will have. @default the best */
  readonly chosen?: string | null;
  /** Survivors that AWS has refused as the writer a moment ago, and in which words. @default none */
  readonly refused?: ReadonlyMap<string, Refusal>;
  /** "over": what could not be read for so long that nobody waits any more is judged as it is. @default "left" */
  readonly patience?: "left" | "over";
  /** How Regions stand besides this run; one that is not named is in service and not known to fail. */
  readonly standings: Standings;
}

export function classify(input: ClassifyInput): Classification {
  const { view, database, failedRegion } = input;
  // First of all, and also where the global cluster cannot be read: a cluster of another engine has no Aurora global cluster.
  const engine = findOtherEngine([
    ...(view.global.kind === "read" ? [view.global.found.engine] : []),
    ...Object.values(view.clusters).map((cluster) => (cluster.kind === "read" ? cluster.found.engine : null)),
  ]);
  if (engine !== null) return { kind: "otherEngine", globalCluster: database.globalCluster, engine };
  if (view.global.kind === "unreadable") return { kind: "unknown", reason: view.global.reason };
  if (view.global.kind === "absent") {
    const outsiders = findOutsiders(input, []).filter(({ kind }) => kind === "read");
    return outsiders.length > 0 ? { kind: "dissolved", outsiders } : { kind: "unknown", reason: view.global.reason };
  }
  const global = view.global.found;
  const survivors = survivorsOf(input);
  const writers = writersOf(global);
  if (writers.length > 1) return { kind: "twoWriters", writers: writers.map(({ arn }) => arn) };

  if (global.move !== null) {
    if (isCancelling(global.move)) return { kind: "cancelling" };
    const target = survivors.find((region) => database.clusters[region] === global.move?.to);
    return target === undefined
      ? { kind: "movingElsewhere", to: global.move.to ?? "a cluster that AWS does not name" }
      : { kind: "movingToUs", target, flavour: flavourOf(global.move) };
  }

  const [writer] = writers;
  if (writer === undefined) return { kind: "unknown", reason: "No member of the global cluster is the writer" };
  const home = regionOfArn(writer.arn);
  if (home === failedRegion) return pickTarget(input, global, survivors);
  const standing = input.standings[home];
  if (standing !== undefined && (standing.state !== "inService" || standing.health === "down")) {
    return { kind: "lostElsewhere", writer: home, standing };
  }
  if (!input.promotedHere.includes(home)) {
    const why = whyNobodyWrites(home, view.clusters[home]);
    return why === null ? { kind: "notNeeded", writer: home } : { kind: "writerDown", writer: home, why };
  }
  const settled = isAvailable(global.status) && whyNotWriting(view.clusters[home]) === null;
  if (!settled) return { kind: "movingToUs", target: home, flavour: "unsaid" };
  const outsiders = findOutsiders(input, global.members);
  return { kind: "alreadyWriter", target: home, ...(outsiders.length > 0 && { outsiders }) };
}

/** How a move to `target` gets on. */
export type MoveProgress =
  /** Nothing moves, the target is the writer, and it, its writer instance and the global cluster were read as available (FM43). */
  | { readonly kind: "done" }
  | { readonly kind: "underWay"; readonly reason: string }
  /** Nothing moves and the target is not the writer. */
  | { readonly kind: "vanished"; readonly reason: string }
  /** `writers` are all that take writes, where there is more than one; else none. */
  | { readonly kind: "blocked"; readonly reason: string; readonly writers: readonly string[] };

export function judgeMove(view: DatabaseView, database: DatabasePlan, target: string): MoveProgress {
  if (view.global.kind !== "read") return underWay(`The global cluster cannot be read: ${view.global.reason}`);
  const global = view.global.found;
  const arn = database.clusters[target];
  const writers = writersOf(global).map((member) => member.arn);
  if (writers.length > 1) return { kind: "blocked", reason: describeTwoWriters(writers), writers };
  if (global.move !== null) {
    if (isCancelling(global.move)) return underWay("The move is being cancelled");
    if (global.move.to !== arn) {
      return {
        kind: "blocked",
        reason: `The writer is being moved to ${global.move.to}, not to ${target}`,
        writers: [],
      };
    }
    return underWay(`The move to ${target} is ${global.move.status}`);
  }
  if (arn === undefined || !writers.includes(arn)) {
    const now = writers[0] ?? "no cluster";
    return { kind: "vanished", reason: `Nothing moves any more and ${now} is the writer, not ${target}` };
  }
  if (!isAvailable(global.status)) return underWay(`The global cluster is ${global.status}`);
  const why = whyNotWriting(view.clusters[target]);
  return why === null ? { kind: "done" } : underWay(`The cluster in ${target} ${why}`);
}

/** arn:partition:rds:region:account:cluster:identifier */
export function regionOfArn(arn: string): string {
  return arn.split(":")[3] ?? "";
}

export function writersOf(global: GlobalCluster): readonly Member[] {
  return global.members.filter(({ role }) => role === "writer");
}

function survivorsOf({ survivors, failedRegion, database }: ClassifyInput): readonly string[] {
  return survivors.filter((region) => region !== failedRegion && Object.hasOwn(database.clusters, region));
}

function pickTarget(input: ClassifyInput, global: GlobalCluster, survivors: readonly string[]): Classification {
  const { database, failedRegion, preferred, chosen = null, patience = "left" } = input;
  const order = database.promotionOrder.filter((region) => survivors.includes(region));
  const asked = chosen === null ? order : survivors.filter((region) => region === chosen);
  const candidates: Candidate[] = [];
  const passedOver: PassedOver[] = [];
  for (const region of asked) {
    const refusal = input.refused?.get(region);
    const ability = abilityOf(input, global, region);
    if (ability.kind === "unable") passedOver.push(ability.why);
    else if (refusal !== undefined)
      passedOver.push({ region, reason: `was refused: ${refusal.reason}`, kind: refusal.lasts });
    else candidates.push({ ...ability.candidate, standing: isFailing(input.standings[region]) ? "failing" : "well" });
  }
  const outsiders = findOutsiders(input, global.members);
  const unread = outsiders.filter(({ region, kind }) => kind === "unread" && survivors.includes(region));
  const choice = chooseCandidate(candidates, preferred, () => "inside");
  const primary = failedRegion;
  // One lost answer, or a backup that has just begun, is no reason to take another one than a person has agreed with.
  const agreed = passedOver.find(({ region, kind }) => region === preferred && kind === "passing");
  const isRefused = agreed !== undefined && input.refused?.has(agreed.region) === true;
  if (agreed !== undefined && !isRefused && patience === "left" && !isFailing(input.standings[agreed.region])) {
    const reason = `${agreed.region}, which was agreed on, ${agreed.reason}`;
    return { kind: "noTarget", primary, reason, waitFor: [agreed], outsiders };
  }
  if (choice !== null && (unread.length === 0 || patience === "over")) {
    return { kind: "idle", primary, target: choice.target, candidates, passedOver, outsiders };
  }
  const waitFor = [
    ...(choice === null ? passedOver.filter(({ kind }) => kind === "passing") : []),
    ...unread.map(({ region }): PassedOver => ({ region, reason: "is no member and cannot be read", kind: "passing" })),
  ];
  const reason =
    choice === null
      ? whyNone(input, global, survivors, passedOver)
      : `${choice.target} can take over, and ${describePassedOver(waitFor)}`;
  return { kind: "noTarget", primary, reason, waitFor, outsiders };
}

function abilityOf(
  { database, view: { clusters }, standings }: ClassifyInput,
  global: GlobalCluster,
  region: string,
): Ability {
  return judgeAbility(region, database.clusters[region], { global, clusters, standing: standings[region] });
}

function whyNone(
  input: ClassifyInput,
  global: GlobalCluster,
  survivors: readonly string[],
  passedOver: readonly PassedOver[],
): string {
  const { chosen = null } = input;
  if (chosen !== null) {
    const able = survivors.filter((region) => abilityOf(input, global, region).kind === "able");
    const others = able.filter((region) => region !== chosen);
    const why = passedOver.length === 0 ? `${chosen} is no survivor with a cluster` : describePassedOver(passedOver);
    return `${chosen}, which was asked for, cannot take over: ${why}. Able: ${others.join(", ") || "none"}`;
  }
  if (passedOver.length === 0) return "No survivor is in the plan's database.promotionOrder";
  return `No survivor's cluster can take over: ${describePassedOver(passedOver)}`;
}

function isFailing(standing: Standing | undefined): boolean {
  return standing !== undefined && standing.health !== "notConfirmedToFail";
}

function flavourOf({ dataLoss }: Move): "failover" | "switchover" | "unsaid" {
  switch (dataLoss) {
    case "allowed":
      return "failover";
    case "notAllowed":
      return "switchover";
    case "unsaid":
      return "unsaid";
  }
}

function isCancelling(move: Move): boolean {
  return move.status.toLowerCase() === "cancelling";
}

function isAvailable(status: string): boolean {
  return status.toLowerCase() === "available";
}

function underWay(reason: string): MoveProgress {
  return { kind: "underWay", reason };
}
