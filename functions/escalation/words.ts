import { describeInstant } from "../shared/clock.ts";
import type { NoReason } from "../assess/decision.ts";

/** How a matter stands that people must hear of. Closed; each later one of `severity` is worse. */
export type Stage =
  /** A run is open about it, or should be. */
  | "acting"
  /** The run waits for a person's answer. */
  | "waiting"
  /** It fails by turns, in part, or not for everybody: automation waits. */
  | "unsteady"
  /** It is confirmed, and something holds automation back. */
  | "held"
  /** Too few can be heard, or the lease cannot be had: automation cannot act. */
  | "blind"
  /** Every Region fails at once. */
  | "everything"
  /** It is over. */
  | "healed";

export const severity: Readonly<Record<Stage, number>> = {
  healed: 0,
  acting: 1,
  waiting: 2,
  unsteady: 3,
  held: 4,
  blind: 5,
  everything: 6,
};

/** Why a matter is for people: what a decision says, and what no decision says. */
export type EscalationReason =
  | Extract<
      NoReason,
      | "otherIncidentInProgress"
      | "takeoversExhausted"
      | "lastRegion"
      | "noHealthySurvivor"
      | "unconfirmed"
      | "flapping"
      | "disputed"
      | "everythingFailing"
      | "observerIsolated"
      | "observerIsSuspect"
      | "paused"
      | "cooldown"
      | "dailyLimit"
      | "overloadSuspected"
      | "planObserves"
      | "leaseStoreUnreachable"
    >
  /** Automation would act, and no run has begun. */
  | "runNotBegun"
  /** A run is open, and the bus did not take the event that says so. */
  | "runOpen"
  /** A question is open, and the bus did not take it. */
  | "questionOpen"
  /** A run has closed, and the bus did not take the event that says so. */
  | "runClosed"
  /** It is out of service, and customers are or may be sent there. */
  | "outAndNotLeft"
  /** Fewer vantages are heard than the quorum. */
  | "quorumOutOfReach"
  /** It takes over the failed Region's customers, and has not grown enough yet. */
  | "survivorFalters"
  /** It fails a share of its requests. */
  | "shareFails"
  /** One vantage alone has trouble with it. */
  | "oneVantageAlone"
  | "publicNameFails"
  /** Route 53's health checkers cannot read what evacuates a Region. */
  | "switchUnreadable"
  | "oneLossFromBlind"
  | "vantagesLost"
  | "outAndLeft"
  | "passesAgain";

/** What a matter is about, for its sentences. */
export interface Subject {
  /** The Region that fails; "every Region", "the public name" or the silent vantages where it is none. */
  readonly what: string;
  readonly since: string;
  /** Who tells it. */
  readonly self: string;
  /** What the decision says, a sentence without its full stop; "" where there is none. */
  readonly decision: string;
  readonly incident: string | null;
  /** The Region that the incident is about. */
  readonly incidentOf: string | null;
  /** Where the question lies, if one is open. */
  readonly answerIn: string | null;
  readonly seenBy: readonly string[];
  readonly failedPercent: number;
}

interface Words {
  readonly stage: Stage;
  /**
   * How long it must have been so, beyond what the evidence asks for: what another function may be telling is given time. Where
   * the evidence does not say since when, less than an invocation of the watch, whose memory that is.
   */
  readonly afterSeconds: number;
  readonly says: (subject: Subject) => string;
  readonly whatToDo: (subject: Subject) => string;
}

const startByHand = ({ what }: Subject) =>
  `See what its customers get. Start the failover of ${what} by hand if it is needed`;
const failed = ({ what, since }: Subject) => `Customers of ${what} have failed since ${describeInstant(since)}`;
const fails = (subject: Subject) =>
  subject.seenBy.length === 0 ? failed(subject) : `${failed(subject)}, as seen from ${subject.seenBy.join(", ")}`;
const failsAnd = (subject: Subject) => `${fails(subject)}. ${subject.decision}`;
const lookAtVantages = () =>
  "See whether the watch runs in every Region of the plan, the witnesses too, and whether they reach each other. Until then decide by hand";

/** The one table of what people are told: how a matter stands by its reason, in which words, and what they can do. */
export const words: Readonly<Record<EscalationReason, Words>> = {
  runNotBegun: {
    stage: "acting",
    afterSeconds: 0,
    says: (subject) => `${fails(subject)}, automation would evacuate it, and no run has begun`,
    whatToDo: ({ what }) =>
      `See whether executions start and end in the survivors. Start the failover of ${what} by hand`,
  },
  runOpen: {
    stage: "acting",
    afterSeconds: 45,
    says: ({ what, incident }) => `${incident} is open about ${what}`,
    whatToDo: () => "Follow its timeline; nothing need be done",
  },
  questionOpen: {
    stage: "waiting",
    afterSeconds: 30,
    says: ({ what, incident }) => `${incident} about ${what} waits for an answer`,
    whatToDo: ({ incident, answerIn }) =>
      `Answer it: approval#${incident} in the records table${answerIn === null ? "" : ` of ${answerIn}`}`,
  },
  runClosed: {
    stage: "healed",
    afterSeconds: 30,
    says: ({ what, incident }) => `${incident ?? "The run"} about ${what} has closed`,
    whatToDo: () => "Read its closing event and its report: they say what it achieved and what is left to do",
  },
  outAndNotLeft: {
    stage: "held",
    afterSeconds: 0,
    says: ({ what, since }) =>
      `${what} is out of service and has failed since ${describeInstant(since)}, and customers are or may be sent there`,
    whatToDo: ({ what }) =>
      `See which Regions DNS answers with. Return a Region that serves, or retry the traffic branch of the last run about ${what}`,
  },
  quorumOutOfReach: {
    stage: "blind",
    afterSeconds: 0,
    says: (subject) => `${fails(subject)}, and fewer vantages are heard than the quorum: automation does nothing`,
    whatToDo: startByHand,
  },
  observerIsolated: {
    stage: "blind",
    afterSeconds: 0,
    says: (subject) =>
      `${failed(subject)}, as seen from ${subject.self}, which hears no other vantage and may itself be cut off`,
    whatToDo: ({ what, self }) =>
      `See whether ${self} or ${what} is cut off. If customers of ${what} fail, start its failover by hand in a Region that serves`,
  },
  observerIsSuspect: {
    stage: "blind",
    afterSeconds: 0,
    says: (subject) => `${failed(subject)}, as it sees itself, and no other Region has told of it`,
    whatToDo: ({ what }) =>
      `See whether another Region serves. Start the failover of ${what} there by hand if it is needed`,
  },
  leaseStoreUnreachable: {
    stage: "blind",
    afterSeconds: 0,
    says: (subject) => `${fails(subject)}, and no replica of the coordination table answers ${subject.self}`,
    whatToDo: () => "Without the lease nothing is changed, by nobody: docs/runbook.md, The lease store is unreachable",
  },
  unconfirmed: {
    stage: "unsteady",
    afterSeconds: 0,
    says: (subject) => `${fails(subject)}. Too few see it fail without a break for long enough: automation waits`,
    whatToDo: startByHand,
  },
  flapping: { stage: "unsteady", afterSeconds: 0, says: failsAnd, whatToDo: startByHand },
  disputed: { stage: "unsteady", afterSeconds: 0, says: failsAnd, whatToDo: startByHand },
  shareFails: {
    stage: "unsteady",
    afterSeconds: 0,
    says: (subject) =>
      `${subject.what} fails and passes by turns: ${subject.failedPercent} % of the latest looks failed`,
    whatToDo: startByHand,
  },
  oneVantageAlone: {
    stage: "unsteady",
    afterSeconds: 0,
    says: ({ what, seenBy, since }) =>
      `${seenBy.join(", ")} alone has had trouble with ${what} since ${describeInstant(since)}, and all others see it pass: it may be that vantage, or its link`,
    whatToDo: ({ what, seenBy }) =>
      `See whether customers near ${seenBy.join(", ")} fail, and what lies between it and ${what}`,
  },
  otherIncidentInProgress: {
    stage: "held",
    afterSeconds: 0,
    says: ({ what, incident, incidentOf, failedPercent }) =>
      `${what} fails as well, ${failedPercent} % of the latest looks, while ${incident} about ${incidentOf} is in progress. It is not evacuated before that has ended`,
    whatToDo: ({ what, incident, answerIn }) =>
      answerIn === null
        ? `See what ${what} still carries, and whether it gets the capacity for what it takes over. It is looked at again when ${incident} has ended`
        : `${incident} waits for an answer (approval#${incident} in the records table of ${answerIn}): answer it. It ends soon after, approved or declined, and ${what} is looked at next`,
  },
  survivorFalters: {
    stage: "acting",
    afterSeconds: 0,
    says: ({ what, incident, incidentOf, failedPercent }) =>
      `${what} falters under the customers of ${incidentOf}, ${failedPercent} % of the latest looks, while ${incident} grows it`,
    whatToDo: ({ what, incident }) =>
      `See in the timeline of ${incident} whether ${what} gets the capacity that it asked for. Nothing need be done if it does`,
  },
  takeoversExhausted: {
    stage: "held",
    afterSeconds: 0,
    says: ({ decision }) => decision,
    whatToDo: ({ what }) =>
      `See in its timeline and executions why it does not end. Then start the failover of ${what} by hand: that takes it over, and the count begins anew`,
  },
  paused: {
    stage: "held",
    afterSeconds: 0,
    says: heldBack,
    whatToDo: ({ what }) => `Start the failover of ${what} by hand, or let automation go on: end the pause`,
  },
  planObserves: {
    stage: "held",
    afterSeconds: 0,
    says: heldBack,
    whatToDo: ({ what }) => `Start the failover of ${what} by hand, or let automation go on: change the plan`,
  },
  cooldown: { stage: "held", afterSeconds: 0, says: failsAnd, whatToDo: startByHand },
  dailyLimit: {
    stage: "held",
    afterSeconds: 0,
    says: failsAnd,
    whatToDo: ({ what }) =>
      `Find out why there were so many runs. Start the failover of ${what} by hand if it is needed`,
  },
  overloadSuspected: {
    stage: "held",
    afterSeconds: 0,
    says: failsAnd,
    whatToDo: ({ what }) => `Give ${what} capacity, or shed load. Evacuating it would overload the next`,
  },
  lastRegion: {
    stage: "held",
    afterSeconds: 0,
    says: failsAnd,
    whatToDo: () => "Return another Region to service first. Nothing overrides this",
  },
  noHealthySurvivor: {
    stage: "held",
    afterSeconds: 0,
    says: failsAnd,
    whatToDo: () => "Do not evacuate. Find what all Regions share, and see whether the probes work",
  },
  everythingFailing: {
    stage: "everything",
    afterSeconds: 0,
    says: ({ since }) =>
      `Every Region has looked bad since ${describeInstant(since)}, which points at the observers or something shared`,
    whatToDo: () => "Suspect monitoring, DNS, certificates, a shared dependency. Do not evacuate",
  },
  publicNameFails: {
    stage: "unsteady",
    afterSeconds: 0,
    says: ({ seenBy, since }) =>
      `The public name has failed at ${seenBy.join(", ")} since ${describeInstant(since)}, and every endpoint in service passes`,
    whatToDo: () =>
      "See where DNS sends customers, whether the name's certificate is good, and whether a Region that is out of service is still in the answers",
  },
  switchUnreadable: {
    stage: "held",
    afterSeconds: 0,
    says: ({ what, seenBy, since }) =>
      `The bucket of the switch in ${what} has refused unsigned reads to ${seenBy.join(", ")} since ${describeInstant(since)}: an evacuation written there takes nobody out of DNS`,
    whatToDo: () =>
      "See Block Public Access, the bucket's policy, and the account's data perimeter: docs/runbook.md, The canary is unreadable",
  },
  oneLossFromBlind: {
    stage: "unsteady",
    afterSeconds: 120,
    says: ({ what }) =>
      `Silent: ${what}. One more loss and automation is blind, for no more vantages are heard than the quorum`,
    whatToDo: lookAtVantages,
  },
  vantagesLost: {
    stage: "blind",
    afterSeconds: 120,
    says: ({ what }) => `Silent: ${what}. Automation is blind, for fewer vantages are heard than the quorum`,
    whatToDo: lookAtVantages,
  },
  outAndLeft: {
    stage: "healed",
    afterSeconds: 30,
    says: ({ what, since }) =>
      `${what}, in trouble since ${describeInstant(since)}, is out of service, and nobody is seen to be sent there any more; whether it is well this does not say`,
    whatToDo: () => "Nothing for its customers; look at the Region before anybody returns it",
  },
  passesAgain: {
    stage: "healed",
    afterSeconds: 30,
    says: ({ what, since }) => `${what}, in trouble since ${describeInstant(since)}, is well again`,
    whatToDo: () => "Nothing, but to find out what it was",
  },
};

function heldBack(subject: Subject): string {
  return subject.incident === null
    ? failsAnd(subject)
    : `${subject.incident} has lost its holder, and automation leaves it as it stands: ${subject.decision}`;
}
