import type { TimelineEvent } from "../timeline/event.ts";
import type { Flavour, Loss } from "./gate.ts";

/** A promotion that this incident set out to make, perhaps by a controller that has died since. */
export interface Intent extends Loss {
  readonly target: string;
  readonly kind: Flavour;
  /** Whether the timeline says that it was done. */
  readonly confirmation?: "confirmed";
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

/**
 * The promotions intended in this incident, newest first. An entry that is not of this form is none, nor is one that AWS
 * never took: it explains no move that is found later (FM32).
 */
export function findIntents(timeline: readonly TimelineEvent[], globalCluster: string): readonly Intent[] {
  const resource = globalClusterResource(globalCluster);
  const about = timeline.filter(({ step, detail }) => step === "database" && detail.resource === resource);
  return about
    .flatMap(({ kind: event, detail }, index): Intent[] => {
      const { target, kind, lossSeconds, worstCaseLossSeconds } = detail;
      if (event !== "intent" || typeof target !== "string" || (kind !== "failover" && kind !== "switchover")) return [];
      const losses = { lossSeconds: amount(lossSeconds), worstCaseLossSeconds: amount(worstCaseLossSeconds) };
      const next = about[index + 1];
      if (next?.kind === "failed" && next.detail.call === "notTaken") return [];
      const isDone = next?.kind === "confirmed" && next.detail.result === "changed";
      return [{ target, kind, ...losses, ...(isDone ? { confirmation: "confirmed" } : {}) }];
    })
    .toReversed();
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
