import type { IncidentSummary } from "./summary.ts";
import { durationWords, listWords } from "./words.ts";

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
  const steps: NextStep[] = [];
  const region = summary.failedRegion ?? "the failed Region";
  const waiting = summary.approvals.find((approval) => approval.answer === null);
  if (waiting !== undefined && summary.outcome === "waitingForApproval") {
    steps.push({
      title: "Answer the request for approval",
      text: `The run waits for this answer: ${waiting.question} Approve or decline it with a reason and your name; "Answer a question" in the runbook has the commands.`,
      input: null,
    });
  }
  if (summary.outcome === "stoodDown" || summary.outcome === "observed") {
    steps.push({
      title: "See whether customers are served",
      text: `Nothing was changed. If customers do fail in ${region}, start the failover state machine in a Region that serves, with this input. A person's request does not wait for evidence.`,
      input: JSON.stringify({ region: summary.failedRegion ?? "…", ...byPerson }),
    });
  }
  if (summary.outcome === "inProgress") {
    steps.push({
      title: "See whether the run still goes on",
      text: "The timeline has no closing event. If the execution has stopped, the watch in a survivor takes the run over once the lease has expired. If it does not, look at the failover state machine in the acting Region and at the coordination table.",
      input: null,
    });
  }
  if (summary.branchesToRetry.length > 0) {
    steps.push({
      title: `Retry ${listWords(summary.branchesToRetry)}`,
      text: "Remove what stood in the way, then start the failover state machine in a surviving Region with this input. Only the named branches run again; what is done is kept.",
      input: JSON.stringify({ retry: summary.incident, branches: summary.branchesToRetry, ...byPerson }),
    });
  }
  if (summary.chain.state === "broken") {
    steps.push({
      title: "Find out who changed the timeline",
      text: `The chain of hashes breaks at ${summary.chain.at}: ${summary.chain.reason}. Compare this copy with the records table in every Region and with the events on EventBridge.`,
      input: null,
    });
  }
  const unconfirmed = summary.actions.filter((action) => action.state === "unconfirmed");
  if (unconfirmed.length > 0 && summary.closedAt !== null) {
    steps.push({
      title: "Check what was never confirmed",
      text: `These changes were begun and never seen to hold: ${unconfirmed
        .slice(0, 10)
        .map((action) => `${action.resource ?? action.step} in ${action.region}`)
        .join("; ")}. Look at the resources themselves.`,
      input: null,
    });
  }
  if (summary.outcome === "degraded" && summary.branchesToRetry.length === 0) {
    steps.push({
      title: "See why recovery could not be shown",
      text: `Every branch did its part, and still: ${summary.reasons.join("; ") || "no reason was recorded"}. Look at what customers get at each vantage.`,
      input: null,
    });
  }
  const lost = summary.dataLoss.seconds ?? summary.dataLoss.worstCaseSeconds;
  if (summary.database?.kind === "failover" && (lost === null || lost > 0)) {
    const how = summary.dataLoss.seconds === null ? "Up to" : "About";
    const { seconds, worstCaseSeconds } = summary.dataLoss;
    const worst =
      seconds !== null && worstCaseSeconds !== null && worstCaseSeconds > seconds
        ? ` (at worst ${durationWords(worstCaseSeconds)}, had replication stalled after it was last measured)`
        : "";
    const amount = lost === null ? "An unknown amount" : `${how} ${durationWords(lost)}${worst}`;
    steps.push({
      title: "Account for the writes that may be missing",
      text: `${amount} of writes made in ${region} before it failed may not be in ${summary.database.promotedRegion ?? "the new writer"}. Keep the old cluster until they are reconciled.`,
      input: null,
    });
  }
  const missing = summary.tables?.mayBeMissingSeconds ?? null;
  if (summary.tables !== null && missing !== 0) {
    steps.push({
      title: `Compare the tables when ${region} replicates again`,
      text: `${missing === null ? "An unknown amount" : `Up to ${durationWords(missing)}`} of writes made in ${region} may not be in the survivors' tables. They are not lost: they arrive when ${region} replicates again. Where both sides wrote the same item, the later write wins.`,
      input: null,
    });
  }
  const left = summary.trafficSwitchedAt !== null && !summary.branchesToRetry.includes("traffic");
  if (left && (summary.outcome === "recovered" || summary.outcome === "degraded")) {
    steps.push({
      title: `Return ${region} to service when it is healthy`,
      text: `${region} is evacuated and takes no traffic until a person returns it. Nothing does that by itself: wait until it has been healthy for a while and replication into it has caught up, then follow "Returning a Region by hand" in the runbook.`,
      input: null,
    });
  }
  return steps;
}
