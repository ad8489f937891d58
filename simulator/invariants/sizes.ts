import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { CallRecord } from "../aws/network.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";

/** Watches that nobody has to find out by the load that the new writer is smaller than the old one (FM85). */
export class WriterSizes {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A change of a cluster's range: only where the plan allows it, of the writer once it takes writes, and never downwards. */
  judgeCall(call: CallRecord): readonly Violation[] {
    const { plan, rds } = this.#world;
    if (call.service !== "rds" || call.operation !== "ModifyDBCluster" || rds === null) return [];
    const isWriter = rds.writerRegion === call.region && rds.acceptingWrites.includes(call.region);
    const broken = [
      ...(plan.database?.scale === "serverless" ? [] : ["although the plan does not let it"]),
      ...(isWriter ? [] : ["which is not the writer"]),
      ...(rds.sizes.lowered.has(call.region) ? ["and lowers it"] : []),
    ];
    const what = `${call.caller.functionName} changes the range of the cluster in ${call.region}`;
    return broken.map((why) => ({ invariant: "onlyTheWriterIsRaised", message: `${what}, ${why}` }));
  }

  /** @param told every timeline event that was stored so far, this one included */
  judge(event: TimelineEvent, failedRegion: string | null, told: readonly TimelineEvent[]): readonly Violation[] {
    const { promotedRegion } = event.detail;
    if (event.step !== "database" || event.kind !== "stepEnded" || typeof promotedRegion !== "string") return [];
    if (failedRegion === null || this.#world.rds?.sizes.isSmaller(promotedRegion, failedRegion) !== true) return [];
    const isSaid = told.some(
      ({ incident, step, detail }) =>
        incident === event.incident &&
        step === "database" &&
        detail.target === promotedRegion &&
        // That it could not be known may be said: samples can fail to be taken.
        (typeof detail.warning === "string" || detail.comparison === "unknown"),
    );
    if (isSaid) return [];
    const message = `${event.incident} makes ${promotedRegion} the writer, which is smaller than ${failedRegion}, and says nothing of it`;
    return [{ invariant: "smallerWriterSaid", message }];
  }
}
