import type { DatabasePlan } from "../shared/plan/plan.ts";
import { describeEngine, findOtherEngine } from "./engine.ts";
import type { Standing, Standings } from "./standing.ts";

/** A member of the global cluster. */
export interface Member {
  readonly arn: string;
  readonly role: "writer" | "reader";
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
  readonly members: readonly Member[];
  /** Null while nothing moves: both before and after (AWS empties FailoverState again). */
  readonly move: Move | null;
  /** As RDS names it. Null or absent: it was not said. */
  readonly engine?: string | null;
}

/** What a read found, or why there was none: not seen is never the same as not there (FM15). */
export type Read<Found> =
  | { readonly kind: "read"; readonly found: Found }
  | { readonly kind: "unreadable"; readonly reason: string };

/** The global database as seen from the survivors. */
export interface DatabaseView {
  readonly global: Read<GlobalCluster>;
  /** Status of the survivors' own clusters, by Region, each read in its Region. */
  readonly clusters: Readonly<Record<string, Read<string>>>;
  /** Engine of the survivors' own clusters, by Region, as far as it was said. @default of none */
  readonly engines?: Readonly<Record<string, string>>;
}

/** What is the case. Closed; whether anything may be done about it is the gate's to say. */
export type Classification =
  /** The writer was not in the failed Region, but in one that serves (FM47). */
  | { readonly kind: "notNeeded"; readonly writer: string }
  /** The writer was in another Region that is out of service, or down: what it would lose is not this run's to judge. */
  | { readonly kind: "lostElsewhere"; readonly writer: string; readonly standing: Standing }
  /** A survivor has become the writer in this incident, and is available. */
  | { readonly kind: "alreadyWriter"; readonly target: string }
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
  /** The writer is in the failed Region, nothing moves, and `target` can take over. */
  | { readonly kind: "idle"; readonly primary: string; readonly target: string }
  /** The same, but no survivor can take over now. */
  | { readonly kind: "noTarget"; readonly primary: string; readonly reason: string }
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
  /** How Regions stand besides this run; one that is not named is in service and not known to fail. */
  readonly standings: Standings;
}

export function classify(input: ClassifyInput): Classification {
  const { view, database, failedRegion } = input;
  // First of all, and also where the global cluster cannot be read: a cluster of another engine has no Aurora global cluster.
  const engine = findOtherEngine([
    ...(view.global.kind === "read" ? [view.global.found.engine] : []),
    ...Object.values(view.engines ?? {}),
  ]);
  if (engine !== null) return { kind: "otherEngine", globalCluster: database.globalCluster, engine };
  if (view.global.kind === "unreadable") return { kind: "unknown", reason: view.global.reason };
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
  if (!input.promotedHere.includes(home)) return { kind: "notNeeded", writer: home };
  const settled = isAvailable(global.status) && isReadAvailable(view.clusters[home]);
  return settled ? { kind: "alreadyWriter", target: home } : { kind: "movingToUs", target: home, flavour: "unsaid" };
}

/** One sentence for a person. */
export function describeClassification(found: Classification): string {
  switch (found.kind) {
    case "notNeeded":
      return `Nothing to promote: the writer is in ${found.writer}, which did not fail`;
    case "lostElsewhere":
      return describeLostElsewhere(found);
    case "alreadyWriter":
      return `${found.target} is the writer already`;
    case "movingToUs":
      return `The writer is moving to ${found.target} already`;
    case "movingElsewhere":
      return `The writer is being moved to ${found.to}, which is no survivor of this run: left alone`;
    case "cancelling":
      return "A move of the writer is being cancelled and has not come to its end: retry when it has";
    case "otherEngine":
      return describeOtherEngine(found);
    case "twoWriters":
      return describeTwoWriters(found.writers);
    case "idle":
      return `The writer is in ${found.primary}, and ${found.target} can take over`;
    case "noTarget":
    case "unknown":
      return found.reason;
  }
}

/** How a move to `target` gets on. */
export type MoveProgress =
  /** Nothing moves, the target is the writer, and both it and the global cluster were read as available (FM43). */
  | { readonly kind: "done" }
  | { readonly kind: "underWay"; readonly reason: string }
  /** Nothing moves and the target is not the writer. */
  | { readonly kind: "vanished"; readonly reason: string }
  /** `writers` are all that take writes, where there is more than one; else none. */
  | { readonly kind: "blocked"; readonly reason: string; readonly writers: readonly string[] };

export function judgeMove(view: DatabaseView, database: DatabasePlan, target: string): MoveProgress {
  if (view.global.kind === "unreadable") return underWay(`The global cluster cannot be read: ${view.global.reason}`);
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
  const cluster = view.clusters[target];
  if (isReadAvailable(cluster)) return { kind: "done" };
  if (cluster === undefined) return underWay(`The cluster in ${target} was not read`);
  return underWay(
    cluster.kind === "read"
      ? `The cluster in ${target} is ${cluster.found}`
      : `The cluster in ${target} cannot be read: ${cluster.reason}`,
  );
}

function describeLostElsewhere({ writer, standing }: Extract<Classification, { kind: "lostElsewhere" }>): string {
  const { state, incident } = standing;
  const left = "nothing is promoted, for what would be lost is not this run's to judge";
  if (state === "inService") {
    return `The writer is in ${writer}, which is down itself: ${left}. Evacuate ${writer} when this run has ended, or let automation do so; then retry the database branch of this run`;
  }
  const first =
    incident === null ? "Make a cluster in a survivor the writer by hand" : `Retry the database branch of ${incident}`;
  return `The writer is in ${writer}, which is ${state} and not in service: ${left}. ${first}, then that of this run`;
}

function describeOtherEngine({ globalCluster, engine }: Extract<Classification, { kind: "otherEngine" }>): string {
  return `${globalCluster} is of ${describeEngine(engine)}, and only Aurora is promoted: nothing is changed. Move its writer by hand, as the documentation of that engine says; then take database out of the plan`;
}

function describeTwoWriters(writers: readonly string[]): string {
  return `There are two writers: ${writers.join(" and ")}. Nothing is changed; a person must choose which one's data stays`;
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
  const { database, failedRegion, preferred, view } = input;
  const order = database.promotionOrder.filter((region) => survivors.includes(region));
  const isMember = (region: string) => global.members.some(({ arn }) => arn === database.clusters[region]);
  const isCutOff = (region: string) => input.standings[region]?.cutOff !== undefined;
  const able = order.filter(
    (region) => isMember(region) && isReadAvailable(view.clusters[region]) && !isCutOff(region),
  );
  // A survivor whose customers have begun to fail since is the next to be evacuated: only where there is no other.
  const well = able.filter((region) => !isFailing(input.standings[region]));
  const best = well.length > 0 ? well : able;
  const target = best.find((region) => region === preferred) ?? best[0];
  if (target !== undefined) return { kind: "idle", primary: failedRegion, target };
  const found = order.map(
    (region) =>
      `${region} ${input.standings[region]?.cutOff ?? (isMember(region) ? described(view.clusters[region]) : "is no member")}`,
  );
  const reason =
    found.length === 0
      ? "No survivor is in the plan's database.promotionOrder"
      : `No survivor's cluster can take over: ${found.join(", ")}`;
  return { kind: "noTarget", primary: failedRegion, reason };
}

function isFailing(standing: Standing | undefined): boolean {
  return standing !== undefined && standing.health !== "notConfirmedToFail";
}

function described(cluster: Read<string> | undefined): string {
  if (cluster === undefined) return "was not read";
  return cluster.kind === "read" ? `is ${cluster.found}` : `cannot be read (${cluster.reason})`;
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

function isReadAvailable(cluster: Read<string> | undefined): boolean {
  return cluster?.kind === "read" && isAvailable(cluster.found);
}

function underWay(reason: string): MoveProgress {
  return { kind: "underWay", reason };
}
