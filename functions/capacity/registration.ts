import type { Json, TimelineEvent } from "../timeline/event.ts";
import type { GroupSize } from "./sizing.ts";

/**
 * What a group was before an incident changed it. It is registered in the timeline before the first change, and the
 * first registration of an incident counts: a run that retries or takes over finds the group raised already (FM51).
 */
export interface Registration {
  readonly region: string;
  readonly group: string;
  readonly restore: { readonly minimum: number; readonly desired: number; readonly maximum: number };
  readonly inService: number;
}

export function registrationOf(region: string, group: string, size: GroupSize): Registration {
  const { minimum, desired, maximum, inService } = size;
  return { region, group, restore: { minimum, desired, maximum }, inService };
}

/** The first registration of a group in a timeline, oldest event first; null when there is none. */
export function findRegistration(events: readonly TimelineEvent[], region: string, group: string): Registration | null {
  for (const { step, kind, detail } of events) {
    if (step !== "capacity" || kind !== "observed" || detail.region !== region || detail.group !== group) continue;
    const restore = sizesOf(detail.restore);
    if (restore === null) continue;
    return { region, group, restore, inService: numberOr(detail.inService, restore.desired) };
  }
  return null;
}

/** What the group's own customers needed: what its policies judged enough, or what ran if that was more. */
export function demandBefore(registration: Registration): number {
  return Math.max(registration.restore.desired, registration.inService);
}

function sizesOf(value: Json | undefined): Registration["restore"] | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { minimum, desired, maximum } = value as Readonly<Record<string, Json>>;
  const known = [minimum, desired, maximum].every((size) => typeof size === "number" && Number.isFinite(size));
  return known ? ({ minimum, desired, maximum } as Registration["restore"]) : null;
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}
