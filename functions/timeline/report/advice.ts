import type { NoReason } from "../../assess/decision.ts";
import { listWords } from "./words.ts";

/** What a person does about a decision to do nothing. */
export interface Advice {
  readonly title: string;
  readonly text: string;
  /** Whether a start by hand is a way out, and would be accepted. */
  readonly start: "offered" | "notOffered";
}

/** Of whom the decision speaks; a Region that nobody named is "the Region". */
interface About {
  readonly region: string;
  /** The Regions that look as bad, `region` among them. */
  readonly suspects: readonly string[];
}

const offer = (title: string, text: string): Advice => ({ title, text, start: "offered" });
const say = (title: string, text: string): Advice => ({ title, text, start: "notOffered" });

/** How a start by hand is meant, said behind each advice that offers one. */
export const startByHand =
  "To start by hand, give the failover state machine of a Region that serves this input. A person's request does not wait for evidence.";

/**
 * The advice for each reason to do nothing, in the sense of the table "Why it stood down" of docs/runbook.md; a test holds
 * the two together. A start is offered only where it can help: not where no lease is to be had, where it would be refused
 * again, or where moving customers makes it worse.
 */
const adviceFor: Readonly<Record<NoReason, (about: About) => Advice>> = {
  silencedEvent: () =>
    say("Unmute the event if it should not have been silenced", "The watch looks anyway, whatever becomes of events."),
  staleEvent: ({ region }) =>
    offer(
      "Send the request again, and find out why events are late",
      `What came was older than detection.maximumEventAge allows. If customers do fail in ${region}, ask again.`,
    ),
  recoveryEvent: () => say("Nothing has to be done", "The event says that something is well again."),
  unrelatedEvent: () =>
    say(
      "Add the alarm to the plan if it belongs there",
      "What came names nothing of the plan, or no outage, or is of another account.",
    ),
  invalidInput: () =>
    offer(
      "Correct the input and start again",
      "The record says which key was wrong, with which value, and what is allowed.",
    ),
  observerIsSuspect: ({ region }) =>
    offer("Start in a surviving Region", `A controller does not evacuate its own Region; one outside ${region} does.`),
  incidentInProgress: () =>
    say(
      "Watch the run that is in progress",
      "It is under way, or stands in the way of a retry. Retry when it has ended.",
    ),
  otherIncidentInProgress: ({ region }) =>
    say(
      "End the run that is in progress",
      `Nothing is done about ${region} before another Region's run has ended. If that run waits for an answer, give it: "Answer a question" in the runbook. Else wait for it, and look at how much the survivors still carry.`,
    ),
  nothingToTakeOver: () => say("Nothing has to be done", "The run ended, its epoch rose, or its lease still holds."),
  takeoversExhausted: () =>
    offer(
      "Find out why the run never ends",
      'Automation has given it up. Follow "A run that never ends" in the runbook: read its timeline and its last executions, remove the cause, then start the failover of the same Region by hand. That takes the run over, finds what has been done, and the count begins anew.',
    ),
  nothingToRetry: () =>
    offer(
      "Check the name of the incident",
      "There is no degraded run of that name, or the Region has changed hands since. If customers do fail, start a failover.",
    ),
  notInService: ({ region }) =>
    say(
      `See whether customers still reach ${region}`,
      `${region} is evacuated already. If customers still reach it and its last run was degraded, retry the traffic branch of that run: "Retry a degraded run" in the runbook.`,
    ),
  lastRegion: ({ region }) =>
    say(
      "Return another Region to service first",
      `${region} is the last Region in service, and nothing overrides this: a request by hand is refused as well. "Returning a Region by hand" in the runbook.`,
    ),
  noHealthySurvivor: () =>
    say(
      "Do not evacuate; find what all Regions share",
      "Nobody is seen to be served in any other Region, so customers would be moved to something worse. See whether the probes themselves work.",
    ),
  serving: ({ region }) =>
    offer(
      "See whether customers are served",
      `No vantage that can be heard sees ${region} failing. If customers say otherwise, the probe is too shallow: start by hand.`,
    ),
  unknownEvidence: () =>
    say(
      "See whether the watch runs in every Region",
      "Too few vantages can be heard to say anything. See for yourself what customers get, and decide by hand.",
    ),
  unconfirmed: ({ region }) =>
    offer(
      `Look at what customers of ${region} get`,
      `${region} was seen failing, but for too short a time or by too few. Wait for detection.confirmFor, or start by hand.`,
    ),
  flapping: ({ region }) =>
    offer(
      `Look at what customers of ${region} get`,
      `${region} fails and passes by turns. Start by hand if customers suffer.`,
    ),
  disputed: ({ region }) =>
    say(
      "Wait: you will be asked",
      `A quorum sees ${region} failing and somebody sees it pass. When that has lasted for detection.disputeFor a person is asked.`,
    ),
  everythingFailing: ({ suspects }) =>
    say(
      "Do not evacuate; look for what all Regions share",
      `Every Region looks bad at once${suspects.length > 1 ? ` (${listWords(suspects)})` : ""}. Suspect monitoring, DNS, certificates, a shared dependency.`,
    ),
  observerIsolated: ({ region }) =>
    offer(
      "See whether the other Regions' controllers act",
      `This controller heard nobody else, so it may itself be cut off. If customers do fail in ${region}, start in another Region.`,
    ),
  paused: ({ region }) =>
    offer(
      "Ask whoever paused automation",
      `A pause holds automation back, not people. If customers do fail in ${region}, start by hand, or end the pause.`,
    ),
  cooldown: ({ region }) =>
    offer(
      "See whether the last run was enough",
      `A run for ${region} ended a short while ago, and automation leaves it alone for a time. Start by hand if it is needed.`,
    ),
  dailyLimit: () =>
    offer(
      "Find out why there were so many runs",
      "There were as many automatic runs in 24 hours as the plan allows. Find the cause before you start by hand.",
    ),
  overloadSuspected: ({ region }) =>
    say(
      `Give ${region} capacity, or shed load`,
      `${region} lives, falters, and carries another Region's customers. Evacuating it would overload the next.`,
    ),
  planObserves: ({ region }) =>
    offer(
      `See whether ${region} should be evacuated`,
      "It would have been evacuated, but the plan only observes. If that was right, it can be started by hand.",
    ),
  leaseStoreUnreachable: ({ region }) =>
    say(
      "Act by hand if customers wait",
      `No replica of the coordination table answered. Without the lease the controller changes nothing, and it would change nothing if a person asked. If customers of ${region} wait and the table does not come back, follow "The lease store is unreachable" in the runbook: traffic, then capacity, then the database.`,
    ),
  leaseRaceLost: () => say("Nothing has to be done", "Another execution took the lease first, and that one acts."),
};

/** The advice for a reason as it is recorded; null for none, and for one of a newer version. */
export function adviceOn(reason: string | null, about: About): Advice | null {
  return reason !== null && Object.hasOwn(adviceFor, reason) ? adviceFor[reason as NoReason](about) : null;
}

/** Reasons that speak of the event, or of who looked, and not of how a Region is. */
const formal: ReadonlySet<NoReason> = new Set<NoReason>([
  "silencedEvent",
  "staleEvent",
  "recoveryEvent",
  "unrelatedEvent",
  "invalidInput",
  "observerIsSuspect",
  "nothingToTakeOver",
  "leaseRaceLost",
]);

export function isFormal(reason: string | null): boolean {
  return reason !== null && (formal as ReadonlySet<string>).has(reason);
}
