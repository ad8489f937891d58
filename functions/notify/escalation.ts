import type { Json } from "../timeline/event.ts";

/** A matter that people have to deal with because automation cannot or may not, as it lies in the records table. */
export type Escalation = Readonly<Record<string, Json>> & {
  readonly application: string;
  /** Names the matter: one record each, the newest word of it. */
  readonly matter: string;
  /** The Region that people have to look at; null where it is about none. */
  readonly region: string | null;
  readonly incident: string | null;
  readonly stage: string;
  readonly reason: string;
  readonly summary: string;
  readonly whatToDo: string;
  /** Since when it has been so, and when this was written. ISO 8601, UTC. */
  readonly since: string;
  readonly at: string;
  /** The Region that noticed. */
  readonly from: string;
  /** By which paging tools fold repeats into one. */
  readonly dedupKey: string;
};

/** The key of a matter in the records table. */
export function escalationKey(application: string, matter: string): { pk: string; sk: string } {
  return { pk: `escalations#${application}`, sk: matter };
}
