import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";

/** Watches that nobody has to find out by the load that the new writer is smaller than the old one (FM85). */
export class WriterSizes {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
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
