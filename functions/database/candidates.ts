import type { Cluster, DatabaseView, GlobalCluster, Instance, Read } from "./classify.ts";
import type { Standing } from "./standing.ts";

/** A survivor whose cluster can become the writer, by what is known of it. */
export interface Candidate {
  readonly region: string;
  /** Whether the Region's customers have begun to fail since: then it is the next to be evacuated. */
  readonly standing: "well" | "failing";
  /** "unsaid": AWS says nothing of it. */
  readonly synchronization: "connected" | "unsaid";
  /** Whether an instance was read as available, or only that there is one. */
  readonly instance: "available" | "unsaid";
  /** Managed failovers need the primary's engine version; where AWS names another, it mostly refuses. */
  readonly version: "same" | "other" | "unsaid";
}

/** A survivor whose cluster is not chosen. */
export interface PassedOver {
  readonly region: string;
  /** As the end of a sentence about the Region: "is backing-up". */
  readonly reason: string;
  /** "passing": it may become able by itself, so it is worth waiting for. */
  readonly kind: "passing" | "lasting";
}

/** What AWS has said of a wish for a survivor to become the writer. */
export interface Refusal {
  /** In its words. */
  readonly reason: string;
  /** "passing": AWS says that a cluster, or the global cluster, is in no state for it, which may come to an end. */
  readonly lasts: PassedOver["kind"];
}

export type Ability =
  | { readonly kind: "able"; readonly candidate: Omit<Candidate, "standing"> }
  | { readonly kind: "unable"; readonly why: PassedOver };

/**
 * Cluster statuses in which a cluster stays until somebody does something ("Viewing DB cluster status", Aurora User
 * Guide). Every other word, one that AWS has yet to invent among them, is of something that comes to an end.
 */
const lastingClusterStatuses = new Set([
  "cloning-failed",
  "deleting",
  "inaccessible-encryption-credentials",
  "inaccessible-encryption-credentials-recoverable",
  "migration-failed",
  "stopped",
  "stopping",
]);

/** The same of an instance ("Viewing DB instance status", Aurora User Guide). */
const lastingInstanceStatuses = new Set([
  "deleting",
  "delete-precheck",
  "failed",
  "inaccessible-encryption-credentials",
  "inaccessible-encryption-credentials-recoverable",
  "incompatible-network",
  "incompatible-option-group",
  "incompatible-parameters",
  "incompatible-restore",
  "insufficient-capacity",
  "restore-error",
  "stopped",
  "stopping",
  "storage-full",
]);

/** Instance statuses in which it serves ("DB instance status": available, or at work in the background). */
const servingInstanceStatuses = new Set(["available", "backing-up", "storage-optimization"]);

/** Whether the cluster of `region` can become the writer now, and if not, whether it may by itself. */
export function judgeAbility(
  region: string,
  arn: string | undefined,
  seen: {
    readonly global: GlobalCluster;
    readonly clusters: DatabaseView["clusters"];
    /** How the Region stands. @default in service and not known to fail */
    readonly standing?: Standing | undefined;
  },
): Ability {
  const { global, clusters, standing } = seen;
  const member = global.members.find((each) => each.arn === arn);
  const cluster = clusters[region];
  if (member === undefined) return unable(region, "is no member", "lasting");
  if (cluster === undefined) return unable(region, "was not read", "passing");
  switch (cluster.kind) {
    case "absent":
      return unable(region, "is not there", "lasting");
    case "unreadable":
      return unable(region, `cannot be read (${cluster.reason})`, "passing");
    case "read":
      break;
  }
  const { status, instances, engineVersion } = cluster.found;
  if (!isAvailable(status)) {
    return unable(region, `is ${status}`, lastingClusterStatuses.has(status.toLowerCase()) ? "lasting" : "passing");
  }
  if (member.synchronization === "pending-resync") return unable(region, "is resynchronising", "passing");
  if (instances.length === 0) return unable(region, "has no DB instance", "lasting");
  const serving = instances.find((instance) => servesOrMay(instance.status) === "serves");
  const unsaid = instances.find((instance) => servesOrMay(instance.status) === "unsaid");
  if (serving === undefined && unsaid === undefined) {
    const said = [...new Set(instances.map((instance) => instance.status))].join(", ");
    const isPassing = instances.some((instance) => !lastingInstanceStatuses.has(instance.status ?? ""));
    return unable(region, `has no DB instance that is available (${said})`, isPassing ? "passing" : "lasting");
  }
  // What the primary writes does not reach it, until the link is mended or the primary is silent for all (FM73).
  if (standing?.cutOff !== undefined) return unable(region, standing.cutOff, "passing");
  const versions = [engineVersion, global.engineVersion];
  return {
    kind: "able",
    candidate: {
      region,
      synchronization: member.synchronization === "connected" ? "connected" : "unsaid",
      instance: serving === undefined ? "unsaid" : "available",
      version: versions.includes(null) ? "unsaid" : engineVersion === global.engineVersion ? "same" : "other",
    },
  };
}

/** Why the cluster, though it is the writer, cannot be shown to take writes; null when it can. */
export function whyNotWriting(cluster: Read<Cluster> | undefined): string | null {
  if (cluster === undefined) return "was not read";
  switch (cluster.kind) {
    case "absent":
      return "is not there";
    case "unreadable":
      return `cannot be read: ${cluster.reason}`;
    case "read":
      break;
  }
  const { status, instances } = cluster.found;
  if (!isAvailable(status)) return `is ${status}`;
  if (instances.length === 0) return "has no DB instance, so nobody can write";
  const found = judgeWriterInstance(instances);
  switch (found.kind) {
    case "serves":
      return null;
    case "unsaid":
      return `does not show the status of its writer instance ${found.id}`;
    case "passing":
    case "lasting":
      return found.reason;
  }
}

/**
 * Why nobody can write to a writer that no failure has touched, where its own Region says so (FM79); null where it does not.
 * A cluster that is backed up or modified serves: only its instances count, and what it cannot come out of by itself.
 */
export function whyNobodyWrites(region: string, cluster: Read<Cluster> | undefined): PassedOver | null {
  if (cluster?.kind !== "read") return null;
  const { status, instances } = cluster.found;
  const isLasting = lastingClusterStatuses.has(status.toLowerCase());
  if (isLasting) return { region, reason: `is ${status}`, kind: "lasting" };
  const found = judgeWriterInstance(instances);
  return found.kind === "serves" || found.kind === "unsaid" ? null : { region, ...found };
}

/** Whether the instance of a cluster that is to write does, or why not, and whether that may come to an end by itself. */
function judgeWriterInstance(
  instances: readonly Instance[],
):
  | { readonly kind: "serves" }
  | { readonly kind: "unsaid"; readonly id: string }
  | { readonly kind: PassedOver["kind"]; readonly reason: string } {
  if (instances.length === 0) return { kind: "lasting", reason: "has no DB instance" };
  const writer = instances.find(({ role }) => role === "writer");
  if (writer === undefined) return { kind: "passing", reason: "has no DB instance that is its writer yet" };
  const { id, status } = writer;
  const word = servesOrMay(status);
  if (word === "unsaid") return { kind: "unsaid", id };
  if (word === "serves") return { kind: "serves" };
  const kind = lastingInstanceStatuses.has(status?.toLowerCase() ?? "") ? "lasting" : "passing";
  return { kind, reason: `has ${id} as its writer instance, which is ${status}` };
}

/** What speaks for and against a candidate, in the order in which it counts: the first difference decides. */
const grounds: readonly {
  readonly against: string;
  counts(candidate: Candidate, budget: "inside" | "beyond"): boolean;
}[] = [
  { against: "fails its customers by now", counts: ({ standing }) => standing === "failing" },
  { against: "is not said to be connected", counts: ({ synchronization }) => synchronization === "unsaid" },
  { against: "has no instance that is known to be available", counts: ({ instance }) => instance === "unsaid" },
  { against: "runs another engine version", counts: ({ version }) => version === "other" },
  { against: "may lose more than the budget", counts: (_, budget) => budget === "beyond" },
];

export interface Choice {
  readonly target: string;
  /** Those that come before it in the plan's order, and why they were not taken. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * The best of the candidates, which are in the plan's order; null when there is none. One that a person approved is kept
 * while its Region is no worse off than the best one's: an approval of one is none of another.
 * @param budgetOf whether the loss that a candidate would mean is known and inside the budget
 */
export function chooseCandidate(
  candidates: readonly Candidate[],
  preferred: string | null,
  budgetOf: (region: string) => "inside" | "beyond",
): Choice | null {
  const ranked = candidates.toSorted((left, right) => compare(left, right));
  const best = ranked[0];
  if (best === undefined) return null;
  const kept = ranked.find(({ region, standing }) => region === preferred && standing === best.standing);
  const target = kept ?? best;
  const before = kept === undefined ? candidates.slice(0, candidates.indexOf(target)) : [];
  return {
    target: target.region,
    passedOver: before.map((other): PassedOver => {
      const [first] = differences(other, target);
      return { region: other.region, reason: first?.against ?? "is no worse", kind: "passing" };
    }),
  };

  function compare(left: Candidate, right: Candidate): number {
    const [first] = differences(left, right);
    return first === undefined ? 0 : first.counts(left, budgetOf(left.region)) ? 1 : -1;
  }

  function differences(left: Candidate, right: Candidate) {
    return grounds.filter(
      (ground) => ground.counts(left, budgetOf(left.region)) !== ground.counts(right, budgetOf(right.region)),
    );
  }
}

/** `eu-west-1 is backing-up, ap-southeast-1 is resynchronising`. */
export function describePassedOver(passedOver: readonly PassedOver[]): string {
  return passedOver.map(({ region, reason }) => `${region} ${reason}`).join(", ");
}

function servesOrMay(status: string | null): "serves" | "unsaid" | "not" {
  if (status === null) return "unsaid";
  return servingInstanceStatuses.has(status.toLowerCase()) ? "serves" : "not";
}

function unable(region: string, reason: string, kind: PassedOver["kind"]): Ability {
  return { kind: "unable", why: { region, reason, kind } };
}

function isAvailable(status: string): boolean {
  return status.toLowerCase() === "available";
}
