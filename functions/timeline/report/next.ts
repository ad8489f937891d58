import { maximumTakeovers } from "../../coordination/rules.ts";
import { adviceOn, startByHand } from "./advice.ts";
import type { IncidentSummary } from "./summary.ts";
import { clockWords, durationWords, isGivenUp, listWords, sentence } from "./words.ts";

/** Something that a person must do. */
export interface NextStep {
  readonly title: string;
  readonly text: string;
  /** Input of the state machine execution that does it, as JSON; null when no execution does. */
  readonly input: string | null;
}

/** The reason and name that a person fills in. */
const byPerson = { reason: "…", by: "…" } as const;

/** What is left for a person, most pressing first. */
export function nextSteps(summary: IncidentSummary): readonly NextStep[] {
  return [
    ...secondFailures(summary),
    ...openQuestion(summary),
    ...standDown(summary),
    ...neverEnding(summary),
    ...rivalWriters(summary),
    ...retry(summary),
    ...brokenChain(summary),
    ...unconfirmedChanges(summary),
    ...recoveryNotShown(summary),
    ...trafficNotShown(summary),
    ...lostWrites(summary),
    ...tableWrites(summary),
    ...returnRegion(summary),
  ];
}

function failedRegionOf(summary: IncidentSummary): string {
  return summary.failedRegion ?? "the failed Region";
}

function startInput(region: string | null): string {
  return JSON.stringify({ region: region ?? "…", ...byPerson });
}

/** Other Regions about which people were paged while the run held the lease. */
function secondFailures({ pages, closedAt }: IncidentSummary): readonly NextStep[] {
  return pages
    .filter(({ reason }) => reason === "otherIncidentInProgress")
    .map((page) => ({
      title: `Look at ${page.region}: it fails too`,
      text: `People were paged about it at ${clockWords(page.at)} UTC. ${
        closedAt === null
          ? `${sentence(page.summary)} ${sentence(page.whatToDo)}`
          : "It was left alone while this run was in progress. The run has closed since, so it is looked at again: see what its customers get, and what it has to carry."
      }`,
      input: null,
    }));
}

function openQuestion({ approvals, outcome, pages }: IncidentSummary): readonly NextStep[] {
  const waiting = approvals.find((approval) => approval.answer === null);
  if (waiting === undefined || outcome !== "waitingForApproval") return [];
  const named = pages.find(({ region }) => region !== null && waiting.question.includes(region));
  const mind =
    named === undefined
      ? ""
      : ` Mind that ${named.region}, which the question names, has begun to fail since (paged at ${clockWords(named.at)} UTC): see what it can carry before you approve.`;
  const where = waiting.answerIn === null ? "" : ` in ${waiting.answerIn}`;
  const until = waiting.deadlineAt === null ? "" : ` before ${clockWords(waiting.deadlineAt)} UTC`;
  return [
    {
      title: "Answer the request for approval",
      text: `The run waits for this answer: ${waiting.question}${mind} Approve or decline it${where}${until}, with a reason and your name; "Answer a question" in the runbook has the commands. After that the plan decides what silence means; it never accepts a loss beyond the budget.`,
      input: null,
    },
  ];
}

/** Why nothing was done decides what a person does: a start by hand is not always the answer. */
function standDown({ outcome, explained, decision, failedRegion, suspects }: IncidentSummary): readonly NextStep[] {
  if (outcome !== "stoodDown" && outcome !== "observed") return [];
  const region = failedRegion ?? "the Region";
  if (decision === null) {
    const advice = adviceOn(explained?.code ?? null, { region, suspects });
    if (advice !== null) {
      const offered = advice.start === "offered";
      return [
        {
          title: advice.title,
          text: `Nothing was changed. ${advice.text}${offered ? ` ${startByHand}` : ""}`,
          input: offered ? startInput(failedRegion) : null,
        },
      ];
    }
  }
  return [
    {
      title: "See whether customers are served",
      text: `Nothing was changed. If customers do fail in ${region}, start it. ${startByHand}`,
      input: startInput(failedRegion),
    },
  ];
}

function neverEnding(summary: IncidentSummary): readonly NextStep[] {
  const { outcome, takeovers, pages, failedRegion } = summary;
  const paged = pages.find(({ reason }) => reason === "takeoversExhausted");
  if (isGivenUp(summary) && paged !== undefined) {
    return [
      {
        title: "End the run that automation has given up",
        text: `Automation has given up after ${takeovers} takeovers, and people were paged at ${clockWords(paged.at)} UTC. Nobody goes on with the run, and nothing else is begun until you act: follow "A run that never ends" in the runbook. When the cause is removed, start the failover state machine in a surviving Region with this input: that takes the run over.`,
        input: startInput(failedRegion),
      },
    ];
  }
  if (outcome !== "inProgress") return [];
  const goesOn =
    takeovers < maximumTakeovers
      ? "If the execution has stopped, the watch in a survivor takes the run over once the lease has expired. If it does not, look at the failover state machine in the acting Region and at the coordination table."
      : `It has been taken over ${takeovers} times, and automation does not take it over again: if the execution has stopped, people are paged and nobody goes on. Follow "A run that never ends" in the runbook then.`;
  return [
    { title: "See whether the run still goes on", text: `The timeline has no closing event. ${goesOn}`, input: null },
  ];
}

/** Each write that goes to either of two writers has to be reconciled by hand: nothing is more pressing (FM44, FM45). */
function rivalWriters({ database }: IncidentSummary): readonly NextStep[] {
  const rivals = database?.rivals ?? [];
  const mayWrite = database?.mayWrite ?? [];
  if (rivals.length < 2 && mayWrite.length > 0) {
    return [
      {
        title: "Find out which cluster takes writes",
        text: `Each of these may take writes, as far as the controller could see: ${listWords(mayWrite)}. One that left the global cluster was made a writer of its own by whoever removed it; one in a Region that is dark takes none now. See which of them take writes, keep one, and stop writes to any other: at the application, the security group, or by stopping its instances; not to the only one that does. Take a snapshot of each first. "Two writers" in the runbook has the rest.`,
        input: null,
      },
    ];
  }
  if (rivals.length < 2) return [];
  return [
    {
      title: "Stop writes to one of the two writers now",
      text: `${listWords(rivals)} take writes at once. Stop writes to one of them: at the application, the security group, or by stopping its instances; which one keeps its data is a question for whoever owns the data. Take a snapshot of each before anything else. "Two writers" in the runbook has the rest.`,
      input: null,
    },
  ];
}

function retry({ branchesToRetry, incident, database }: IncidentSummary): readonly NextStep[] {
  if (branchesToRetry.length === 0) return [];
  const first =
    branchesToRetry.includes("database") && ((database?.rivals.length ?? 0) > 1 || (database?.mayWrite.length ?? 0) > 0)
      ? "When one writer is left, and whatever else stood in the way is removed,"
      : "Remove what stood in the way, then";
  return [
    {
      title: `Retry ${listWords(branchesToRetry)}`,
      text: `${first} start the failover state machine in a surviving Region with this input. Only the named branches run again; what is done is kept.`,
      input: JSON.stringify({ retry: incident, branches: branchesToRetry, ...byPerson }),
    },
  ];
}

function brokenChain({ chain }: IncidentSummary): readonly NextStep[] {
  if (chain.state !== "broken") return [];
  return [
    {
      title: "Find out who changed the timeline",
      text: `The chain of hashes breaks at ${chain.at}: ${chain.reason}. Compare this copy with the records table in every Region and with the events on EventBridge.`,
      input: null,
    },
  ];
}

function unconfirmedChanges(summary: IncidentSummary): readonly NextStep[] {
  const unconfirmed = summary.actions.filter((action) => action.state === "unconfirmed");
  if (unconfirmed.length === 0 || (summary.closedAt === null && !isGivenUp(summary))) return [];
  return [
    {
      title: "Check what was never confirmed",
      text: `These changes were begun and never seen to hold: ${unconfirmed
        .slice(0, 10)
        .map((action) => `${action.resource ?? action.step} in ${action.region}`)
        .join("; ")}. Look at the resources themselves.`,
      input: null,
    },
  ];
}

/** A branch that fell short has its retry; that customers were not shown to be served wants a look of its own. */
function recoveryNotShown(summary: IncidentSummary): readonly NextStep[] {
  if (summary.outcome !== "degraded" || isGivenUp(summary)) return [];
  const { branchesToRetry, reads, reasons, steps } = summary;
  const recovery = steps.find(({ step, tone }) => step === "recovery" && tone !== "good") ?? null;
  if (branchesToRetry.length === 0) {
    return [
      {
        title: "See why recovery could not be shown",
        text: `Every branch did its part, and still: ${reasons.join("; ") || "no reason was recorded"}. Look at what customers get at each vantage.`,
        input: null,
      },
    ];
  }
  if (recovery === null) return [];
  const because = recovery.reason ?? "no reason was recorded";
  return [
    reads === null
      ? {
          title: "See who is not served",
          text: `Besides what fell short, recovery could not be shown: ${because}. Look at what customers get at each vantage, and again after the retry.`,
          input: null,
        }
      : {
          title: "See that writes are served",
          text: `Only reads were shown to be served: ${because}. Try a write as a customer would; the retry proves it once there is a single writer.`,
          input: null,
        },
  ];
}

/** What nobody could show is for a person to see, before anything rests on it (FM62). */
function trafficNotShown(summary: IncidentSummary): readonly NextStep[] {
  if (summary.evidence === "shown" || !isSwitchedForGood(summary)) return [];
  const region = failedRegionOf(summary);
  return [
    {
      title: `See for yourself whether traffic has left ${region}`,
      text: `The switch was thrown and has had its time, but nobody could show that customers are no longer sent to ${region}. Look whether its load balancer still counts requests: there should be next to none. "Traffic is not shown to have left" in the runbook says how to look at DNS, and what to do where they are still sent there.`,
      input: null,
    },
  ];
}

/** The run is over, its switch is in force, and no retry of it is due. */
function isSwitchedForGood(summary: IncidentSummary): boolean {
  const { outcome, trafficSwitchedAt, branchesToRetry } = summary;
  const left = trafficSwitchedAt !== null && !branchesToRetry.includes("traffic") && !isGivenUp(summary);
  return left && (outcome === "recovered" || outcome === "degraded");
}

function lostWrites(summary: IncidentSummary): readonly NextStep[] {
  const { dataLoss, database } = summary;
  const lost = dataLoss.seconds ?? dataLoss.worstCaseSeconds;
  if (database?.kind !== "failover" || (lost !== null && lost <= 0)) return [];
  const how = dataLoss.seconds === null ? "Up to" : "About";
  const { seconds, worstCaseSeconds } = dataLoss;
  const worst =
    seconds !== null && worstCaseSeconds !== null && worstCaseSeconds > seconds
      ? ` (at worst ${durationWords(worstCaseSeconds)}, had replication stalled after it was last measured)`
      : "";
  const amount = lost === null ? "An unknown amount" : `${how} ${durationWords(lost)}${worst}`;
  return [
    {
      title: "Account for the writes that may be missing",
      text: `${amount} of writes made in ${failedRegionOf(summary)} before it failed may not be in ${database.promotedRegion ?? "the new writer"}. ${whereLostWritesAre(summary)} Keep the old cluster until they are reconciled.`,
      input: null,
    },
  ];
}

/** Aurora attempts a snapshot and promises none; it is an automated one, and goes when the backup retention says so. */
function whereLostWritesAre({ database, failedRegion }: IncidentSummary): string {
  const cluster = database?.oldCluster ?? null;
  const find =
    cluster === null || failedRegion === null
      ? ""
      : ` Look for it when ${failedRegion} answers again: aws rds describe-db-cluster-snapshots --region ${failedRegion} --db-cluster-identifier ${cluster} --snapshot-type automated`;
  return `When the Region is back Aurora attempts a snapshot of the old cluster as it was, rds:unplanned-global-failover-${cluster ?? "<old cluster>"}-<timestamp>.${find}${find === "" ? "" : "."} Copy it before it ages out, restore it to a cluster of its own and compare: "Writes that were lost" in the runbook.`;
}

function tableWrites(summary: IncidentSummary): readonly NextStep[] {
  const missing = summary.tables?.mayBeMissingSeconds ?? null;
  if (summary.tables === null || missing === 0) return [];
  const region = failedRegionOf(summary);
  return [
    {
      title: `Compare the tables when ${region} replicates again`,
      text: `${missing === null ? "An unknown amount" : `Up to ${durationWords(missing)}`} of writes made in ${region} may not be in the survivors' tables. They are not lost: they arrive when ${region} replicates again. Where both sides wrote the same item, the later write wins.`,
      input: null,
    },
  ];
}

function returnRegion(summary: IncidentSummary): readonly NextStep[] {
  if (!isSwitchedForGood(summary)) return [];
  const region = failedRegionOf(summary);
  return [
    {
      title: `Return ${region} to service when it is healthy`,
      text: `${region} is evacuated: the switch keeps it out of DNS until a person returns it. Nothing does that by itself: wait until it has been healthy for a while and replication into it has caught up, then follow "Returning a Region by hand" in the runbook.`,
      input: null,
    },
  ];
}
