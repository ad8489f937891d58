import type { Classification } from "./classify.ts";
import { describeEngine } from "./engine.ts";
import { describeOutsiders } from "./outsiders.ts";

/** One sentence for a person. */
export function describeClassification(found: Classification): string {
  switch (found.kind) {
    case "notNeeded":
      return `Nothing to promote: the writer is in ${found.writer}, which did not fail`;
    case "writerDown":
      return `The writer is in ${found.writer}, which did not fail, and nobody can write: its cluster ${found.why.reason}. Nothing is promoted; bring its writer instance back, then retry the database branch`;
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
    case "dissolved":
      return `The global cluster is gone, and ${describeOutsiders(found.outsiders)}: nothing is changed; a person must say which one is the writer`;
    case "noTarget":
      return found.outsiders.length === 0
        ? found.reason
        : `${found.reason}. ${describeOutsiders(found.outsiders)}: a person must say which one is the writer`;
    case "unknown":
      return found.reason;
  }
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

export function describeTwoWriters(writers: readonly string[]): string {
  return `There are two writers: ${writers.join(" and ")}. Nothing is changed; a person must choose which one's data stays`;
}
