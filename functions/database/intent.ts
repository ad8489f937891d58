import type { TimelineEvent } from "../timeline/event.ts";
import type { Flavour, Loss } from "./gate.ts";

/** A promotion that this incident set out to make, perhaps by a controller that has died since. */
export interface Intent extends Loss {
  readonly target: string;
  readonly kind: Flavour;
}

/** Names the global cluster in intents and confirmations. */
export function globalClusterResource(globalCluster: string): string {
  return `globalCluster/${globalCluster}`;
}

/** What the intent carries, so that whoever takes over knows what was accepted. */
export function intentDetail(intent: Intent): { readonly [key: string]: string | number | null } {
  return {
    target: intent.target,
    kind: intent.kind,
    lossSeconds: intent.lossSeconds,
    worstCaseLossSeconds: intent.worstCaseLossSeconds,
  };
}

/** The promotions intended in this incident, newest first. An entry that is not of this form is none. */
export function findIntents(timeline: readonly TimelineEvent[], globalCluster: string): readonly Intent[] {
  return timeline
    .filter(
      ({ step, kind, detail }) =>
        step === "database" && kind === "intent" && detail.resource === globalClusterResource(globalCluster),
    )
    .flatMap(({ detail }): Intent[] => {
      const { target, kind, lossSeconds, worstCaseLossSeconds } = detail;
      if (typeof target !== "string" || (kind !== "failover" && kind !== "switchover")) return [];
      return [{ target, kind, lossSeconds: amount(lossSeconds), worstCaseLossSeconds: amount(worstCaseLossSeconds) }];
    })
    .toReversed();
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
