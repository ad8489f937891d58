import { isInstant } from "../shared/clock.ts";
import { type Fields, isFields } from "../shared/fields.ts";
import { branchNames, questionSubjects } from "./item.ts";

/**
 * The stored item with what versions before this one did not write yet. An absence is read as whatever commits to the
 * least: nothing is taken for agreed, untouched or a person's word because nobody wrote it down. What cannot be told
 * without doing harm (who holds the lease, which epoch it is, where a Region stands) stays absent, and stops (FM30).
 */
export function completeItem(stored: unknown): unknown {
  if (!isFields(stored)) return stored;
  const { completed: runs = [] } = stored;
  const completed = Array.isArray(runs) ? runs.map(completeRun) : runs;
  const incident = isFields(stored.incident) ? completeIncident(stored.incident) : stored.incident;
  const isIdle = isNone(incident) && isNone(stored.lease);
  return {
    pause: null,
    writtenBy: "",
    regions: regionsBy(completed, incident),
    // Neither without the other: a lease for nothing and an incident that nobody can take over are contradictions.
    ...(isIdle ? { lease: null, incident: null } : {}),
    ...stored,
    // Whoever wrote no number wrote before there was one. It decides nothing, so one that is none stops nobody.
    format: Number.isSafeInteger(stored.format) && Number(stored.format) >= 1 ? stored.format : 1,
    completed,
    ...field("incident", incident),
  };
}

function completeRun(run: unknown): unknown {
  return isFields(run) && isFields(run.record) ? { ...run, record: completeIncident(run.record) } : run;
}

function completeIncident({ asks, withdrawn, promotionAskedAt, ...incident }: Fields): Fields {
  return {
    // Nothing says that its Region is dead, so a promotion looks for signs of life (functions/database/life.ts).
    cause: "requested",
    ...field("failingSince", incident.openedAt),
    ...field("openedAt", incident.failingSince),
    branches: branchNames,
    // It may have begun: a decline must not say that nothing was changed.
    stage: "underWay",
    // One that waits for a yes waits for one, whatever became of its words.
    question:
      incident.stage === "asking" ? `Evacuate ${incident.failedRegion}? What was asked first is not recorded` : null,
    // Automation may less than a person: cooldowns, pauses and the limit a day hold.
    authority: "automation",
    startedBy: "not recorded",
    reason: "not recorded",
    takeovers: 0,
    // Once too often rather than never.
    paged: [],
    ...incident,
    // What can be left out stops nobody where it cannot be read.
    ...(isNone(asks) ? {} : { asks: readAsks(asks, incident) }),
    ...(typeof withdrawn === "string" ? { withdrawn } : {}),
    ...(isInstant(promotionAskedAt) ? { promotionAskedAt } : {}),
  };
}

/** A question of which nobody can tell what it asks is one that silence does not answer. */
function readAsks(asks: unknown, { openedAt, failingSince }: Fields): Fields {
  const { about, since, ...others } = isFields(asks) ? asks : {};
  return {
    ...others,
    about: questionSubjects.some((subject) => subject === about) ? about : "serving",
    since: isInstant(since) ? since : (openedAt ?? failingSince),
  };
}

/** Where the Regions stand by the runs alone. A person's return of one since then is lost with the rest: it is out. */
function regionsBy(completed: unknown, incident: unknown): Fields {
  const regions: Record<string, unknown> = {};
  for (const run of Array.isArray(completed) ? completed.toReversed() : []) {
    if (!isFields(run) || run.outcome === "stoodDown") continue;
    const state = run.outcome === "recovered" ? "evacuated" : "evacuating";
    regions[String(run.region)] = { state, since: run.endedAt, incident: run.incident };
  }
  if (isFields(incident)) {
    const { failedRegion, openedAt, id } = incident;
    regions[String(failedRegion)] = { state: "evacuating", since: openedAt, incident: id };
  }
  return regions;
}

/** The field, where there is a value for it. */
function field(name: string, value: unknown): Fields {
  return value === undefined ? {} : { [name]: value };
}

function isNone(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
