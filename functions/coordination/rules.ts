import { isoInstant, parseInstant } from "../shared/clock.ts";
import {
  type Authority,
  type CompletedRun,
  type CoordinationItem,
  type Incident,
  itemFormat,
  type Lease,
  type Pause,
  type RegionEntry,
  type RegionState,
  type Run,
} from "./item.ts";

/**
 * Every change that the coordination item may undergo, as pure functions from one item to the next. The store applies
 * one by compare-and-set.
 *
 * What holds between any two versions: the epoch never falls; it rises exactly when the lease changes hands; only the
 * holder of the current epoch renews, marks Regions or closes; an incident in progress always has a lease (perhaps
 * expired).
 */
export type Transition =
  | { readonly kind: "changed"; readonly item: CoordinationItem }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Runs remembered, of automation and of people each: a plan may allow as many automatic ones a day, and those that people
 * start must not push them out of the count.
 */
export const completedRunsKept = 10;

/**
 * So often automation takes an incident over. Each takeover costs a holder, by a crash or with its Region: more of them
 * than a plan has Regions to lose is no bad luck, but a run that cannot end, and the next holder would not end it either.
 */
export const maximumTakeovers = 5;

/** The item of an application that has never run. */
export function initialItem(application: string, regions: readonly string[], now: number): CoordinationItem {
  const since = isoInstant(now);
  return {
    application,
    format: itemFormat,
    version: 0,
    epoch: 0,
    lease: null,
    regions: Object.fromEntries(regions.map((name) => [name, { state: "inService", since, incident: null }])),
    incident: null,
    completed: [],
    pause: null,
    writtenBy: "",
  };
}

export function isExpired(lease: Lease, now: number): boolean {
  return parseInstant(lease.expiresAt) <= now;
}

/** The pause in force, or null: one whose time has passed holds nobody back (FM28). */
export function activePause(item: CoordinationItem, now: number): Pause | null {
  return item.pause !== null && parseInstant(item.pause.until) > now ? item.pause : null;
}

/** Regions that serve, by the controller's book. */
export function regionsInService(item: CoordinationItem): readonly string[] {
  return Object.keys(item.regions).filter((name) => item.regions[name]?.state === "inService");
}

/**
 * Regions that an earlier run took out of service and that nobody has returned: those whose evacuation was confirmed, and
 * those whose evacuation ended degraded, which are out in the eyes of some. Not one about which a person, asked in a
 * takeover, said no: such a run ends with its question open (docs/adr/0020-an-evacuation-that-fell-short-is-kept-up.md).
 */
export function regionsKeptOut(item: CoordinationItem): readonly string[] {
  return Object.entries(item.regions).flatMap(([name, { state, incident }]) => {
    if (state === "evacuated") return [name];
    const run = item.completed.find((each) => each.incident === incident);
    const isUnfinished = state === "evacuating" && incident !== item.incident?.id && run?.record.question === null;
    return isUnfinished ? [name] : [];
  });
}

/** The item with the Regions that the plan has gained since it was written: they serve, for nobody has said otherwise. */
export function underPlan(item: CoordinationItem, planned: readonly string[], now: number): CoordinationItem {
  const gained = planned.filter((name) => item.regions[name] === undefined);
  if (gained.length === 0) return item;
  const fresh = gained.map((name) => [name, { state: "inService", since: isoInstant(now), incident: null }] as const);
  return { ...item, regions: { ...item.regions, ...Object.fromEntries(fresh) } };
}

export interface Holder {
  readonly region: string;
  readonly execution: string;
}

/** One incident per application, failed Region and epoch (FM1): the name says all three. */
export function incidentName(application: string, failedRegion: string, epoch: number): string {
  return `${application}-${failedRegion}-e${epoch}`;
}

/**
 * Takes the lease for a new incident, or to retry one that ended degraded (`incident.id` given): epoch + 1, the Region
 * marked as evacuating. Asked again by the execution that holds it already, it changes nothing: an execution whose
 * first answer was lost must find its own lease, not a stranger's (FM31).
 */
export function openIncident(
  item: CoordinationItem,
  request: {
    readonly incident: Omit<Incident, "id"> & { readonly id: string | null };
    readonly holder: Holder;
    readonly now: number;
    readonly leaseSeconds: number;
  },
): Transition {
  const { incident, holder, now, leaseSeconds } = request;
  if (item.incident !== null) {
    if (item.lease?.execution === holder.execution) return changed(item);
    return refused(`incident ${item.incident.id} is in progress`);
  }
  const epoch = item.epoch + 1;
  const id = incident.id ?? incidentName(item.application, incident.failedRegion, epoch);
  return changed({
    ...item,
    epoch,
    lease: leaseFor(holder, now, leaseSeconds),
    incident: { ...incident, id },
    regions: mark(item.regions, incident.failedRegion, "evacuating", id, now),
  });
}

/**
 * Notes that a person, or the plan in their place, agreed: the question is answered, and from now on things may be changed.
 * An approval so counts for the question that it answered, and for no later one.
 */
export function approveIncident(
  item: CoordinationItem,
  run: Run,
  survivors: readonly string[] = run.survivors,
): Transition {
  const lost = whyLost(item, run);
  if (lost !== null) return refused(lost);
  const incident = item.incident as Incident;
  return changed({ ...item, incident: { ...incident, survivors, question: null, stage: "underWay" } });
}

/** Whether an incident is left to people: it was taken over again and again, and never ended. */
export function areTakeoversExhausted(incident: Incident): boolean {
  return incident.takeovers >= maximumTakeovers;
}

/** Why an incident may be taken over from whoever holds it. */
export type TakeoverGrounds =
  | { readonly kind: "leaseExpired" }
  | { readonly kind: "holderDown" }
  /** The holder waits for a person's word on a dispute, which the evidence has settled meanwhile (FM18). */
  | { readonly kind: "disputeSettled"; readonly cause: "down" | "gray" }
  /** The holder waits for a person's word on what has passed meanwhile: the run is taken over to be closed (FM69). */
  | { readonly kind: "groundGone"; readonly because: string }
  /** The holder waits for a person to give up a primary whose Region is back: the run is taken over to look anew (FM69). */
  | { readonly kind: "primaryBack" };

/**
 * Whether an incident of automation waits for a person because the vantages disagreed, nothing having been changed. Only
 * then is its cause not a confirmed failure.
 */
export function isAskingAboutDispute({ stage, authority, cause }: Incident): boolean {
  return stage === "asking" && authority === "automation" && cause === "requested";
}

/**
 * Takes over the incident in progress: its holder's lease expired or its Region is down (FM12, FM22, FM23), or it waits
 * for an answer that is no longer needed. The `epoch` that the caller saw must still be the current one, so that of two
 * that try only one succeeds. Automation does so a bounded number of times; a person may at any time, and the count
 * begins anew.
 */
export function takeOverIncident(
  item: CoordinationItem,
  request: {
    readonly incident: string;
    readonly epoch: number;
    readonly holder: Holder;
    readonly grounds: TakeoverGrounds;
    readonly survivors: readonly string[];
    readonly authority: Authority;
    /** What to ask first, of a Region that is seen to serve; null leaves it at what the incident asks. */
    readonly question: string | null;
    readonly now: number;
    readonly leaseSeconds: number;
  },
): Transition {
  if (item.incident?.id !== request.incident) return refused(`incident ${request.incident} is not in progress`);
  if (item.lease?.execution === request.holder.execution) return changed(item);
  if (item.epoch !== request.epoch) return refused(`epoch is ${item.epoch}, not ${request.epoch}`);
  const { grounds } = request;
  if (grounds.kind === "leaseExpired" && item.lease !== null && !isExpired(item.lease, request.now)) {
    return refused(`its holder in ${item.lease.region} has a lease until ${item.lease.expiresAt}`);
  }
  if (grounds.kind === "disputeSettled" && !isAskingAboutDispute(item.incident)) {
    return refused("it no longer waits for an answer about a dispute");
  }
  if (grounds.kind === "groundGone" && item.incident.question === null)
    return refused("its question has been answered");
  if (request.authority === "automation" && areTakeoversExhausted(item.incident)) {
    return refused(`it has been taken over ${item.incident.takeovers} times and is left to people`);
  }
  if (grounds.kind === "primaryBack" && item.incident.promotionAskedAt === undefined) {
    return refused("it no longer waits for an answer about its database");
  }
  // What an earlier holder would have closed, or has asked about the database, this one looks at anew.
  const { withdrawn: _withdrawn, promotionAskedAt: _asked, ...incident } = item.incident;
  return changed({
    ...item,
    epoch: item.epoch + 1,
    lease: leaseFor(request.holder, request.now, request.leaseSeconds),
    // Whoever acts need not be one that takes over: a Region out of service may act, and gets no customers by it (FM46).
    incident: {
      ...incident,
      survivors: request.survivors,
      // A person who takes it over has decided what automation had not: their word counts for the rest of the run.
      ...(request.authority === "automation"
        ? { takeovers: item.incident.takeovers + 1 }
        : { takeovers: 0, authority: request.authority }),
      // Settled, it is as if it had never been in dispute: nobody need be asked.
      ...(grounds.kind === "disputeSettled"
        ? { cause: grounds.cause, question: null, stage: "underWay" as const }
        : request.question === null
          ? {}
          : {
              question: request.question,
              asks: { about: "serving" as const, since: isoInstant(request.now) },
            }),
      ...(grounds.kind === "groundGone" ? { withdrawn: grounds.because } : {}),
    },
  });
}

/** Notes since when a person has been asked to give up a silent primary; null: nobody is any more. */
export function notePromotionAsked(
  item: CoordinationItem,
  request: { readonly run: Run; readonly since: string | null },
): Transition {
  const lost = whyLost(item, request.run);
  if (lost !== null) return refused(lost);
  const { promotionAskedAt: _before, ...incident } = item.incident as Incident;
  const { since } = request;
  return changed({ ...item, incident: { ...incident, ...(since === null ? {} : { promotionAskedAt: since }) } });
}

/** Notes why nobody's answer to the question counts: the run ends with it, and the next failure is judged without it. */
export function withdrawQuestion(
  item: CoordinationItem,
  request: { readonly run: Run; readonly because: string },
): Transition {
  const lost = whyLost(item, request.run);
  if (lost !== null) return refused(lost);
  return changed({ ...item, incident: { ...(item.incident as Incident), withdrawn: request.because } });
}

/**
 * Extends the holder's lease; refused when another execution or a newer epoch has it (FM24). It never shortens one: a
 * branch that renews must not cut short the longer lease of a branch that waits for a person.
 */
export function renewLease(
  item: CoordinationItem,
  request: { readonly run: Run; readonly now: number; readonly leaseSeconds: number },
): Transition {
  const until = isoInstant(request.now + request.leaseSeconds * 1_000);
  const present = item.lease?.expiresAt ?? until;
  return setLeaseEnd(item, { run: request.run, until: present > until ? present : until });
}

/** Sets the end of the holder's lease: far ahead to wait for a person, back again when the answer is in. */
export function setLeaseEnd(
  item: CoordinationItem,
  request: { readonly run: Run; readonly until: string },
): Transition {
  const lost = whyLost(item, request.run);
  if (lost !== null) return refused(lost);
  return changed({ ...item, lease: { ...(item.lease as Lease), expiresAt: request.until } });
}

/** The run that an item with an incident in progress stands for. */
export function runOf(item: CoordinationItem): Run | null {
  if (item.incident === null || item.lease === null) return null;
  return {
    incident: item.incident.id,
    epoch: item.epoch,
    execution: item.lease.execution,
    failedRegion: item.incident.failedRegion,
    cause: item.incident.cause,
    failingSince: item.incident.failingSince,
    survivors: item.incident.survivors,
    authority: item.incident.authority,
    ...(item.incident.promotionTarget === undefined ? {} : { promotionTarget: item.incident.promotionTarget }),
  };
}

/** Why `run` may no longer change anything, or null when it still holds the lease. */
export function whyLost(item: CoordinationItem, run: Run): string | null {
  if (item.epoch !== run.epoch) return `the epoch is ${item.epoch}, this run's is ${run.epoch}`;
  if (item.lease === null) return "the lease was released";
  if (item.lease.execution !== run.execution) return `the lease is held by ${item.lease.execution}`;
  if (item.incident?.id !== run.incident) return `incident ${run.incident} is not in progress`;
  return null;
}

/** Ends the run: the lease released, the Region's new state written, the run remembered. */
export function closeIncident(
  item: CoordinationItem,
  request: {
    readonly run: Run;
    readonly outcome: CompletedRun["outcome"];
    readonly regionState: RegionState;
    readonly now: number;
  },
): Transition {
  const lost = whyLost(item, request.run);
  if (lost !== null) return refused(lost);
  const incident = item.incident as Incident;
  const run: CompletedRun = {
    incident: incident.id,
    region: incident.failedRegion,
    outcome: request.outcome,
    endedAt: isoInstant(request.now),
    record: incident,
  };
  return changed({
    ...item,
    lease: null,
    incident: null,
    completed: keepNewest([run, ...item.completed]),
    regions: mark(item.regions, incident.failedRegion, request.regionState, incident.id, request.now),
  });
}

/** Those that changed nothing are kept apart, so that questions nobody answered push no run out of the count. */
function keepNewest(runs: readonly CompletedRun[]): readonly CompletedRun[] {
  const kept: Record<Authority | "stoodDown", number> = { automation: 0, person: 0, stoodDown: 0 };
  return runs.filter(
    ({ record, outcome }) => kept[outcome === "stoodDown" ? outcome : record.authority]++ < completedRunsKept,
  );
}

/** Holds automation back until `until`; a person who starts a run by hand outranks it. */
export function pause(item: CoordinationItem, request: Pause): Transition {
  return changed({ ...item, pause: request });
}

function changed(item: CoordinationItem): Transition {
  return { kind: "changed", item };
}

function refused(reason: string): Transition {
  return { kind: "refused", reason };
}

function leaseFor(holder: Holder, now: number, leaseSeconds: number): Lease {
  return { region: holder.region, execution: holder.execution, expiresAt: isoInstant(now + leaseSeconds * 1_000) };
}

/**
 * What a newer version wrote beside the state stays, be it of the Region or of the state that ends here: that version can
 * tell by `since` and `incident`, whereas what is dropped is gone. The lease and a pause, by contrast, are their holder's
 * and their author's, and go with them.
 */
function mark(
  regions: CoordinationItem["regions"],
  name: string,
  state: RegionState,
  incident: string,
  now: number,
): Readonly<Record<string, RegionEntry>> {
  return { ...regions, [name]: { ...regions[name], state, since: isoInstant(now), incident } };
}
