import { type BranchName, branchNames, type CoordinationItem, type Incident, type Run } from "../coordination/item.ts";
import { openIncident, runOf, type Transition, takeOverIncident } from "../coordination/rules.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { retryRead } from "../shared/backoff.ts";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage, errorName } from "../shared/errors.ts";
import { matterOfRun } from "../escalation/matters.ts";
import { noteHeard } from "../escalation/records.ts";
import { createEntry, type Handler, parseInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import type { Json, TimelineKind } from "../timeline/event.ts";
import { createJournal, readTimeline, recordDecision } from "../timeline/journal.ts";
import { readObservations } from "../watch/observations.ts";
import { assess } from "./assessment.ts";
import { decide } from "./decide.ts";
import type { Decision, NoReason } from "./decision.ts";
import { type Evidence, gatherEvidence, knowingStates } from "./evidence.ts";
import { accountOf, normalise, type Signal } from "./signal.ts";

const inputSchema = z.strictObject({ execution: z.nonEmpty, input: z.unknown() });

/** How often the coordination table is asked, all replicas of it each time; three times of 18 s at the worst end in time. */
const storeTries = 3;

/** Evidence and records in the tables; decisions go out on the bus. */
type Services = "dynamoDB" | "eventBridge";

/** What the state machine goes on with. */
interface Answer {
  readonly decision: "act" | "observed" | "stoodDown" | "refused";
  readonly reasons: readonly string[];
  readonly run: Run | null;
  readonly branches: Readonly<Record<BranchName, "run" | "skip">>;
  readonly question: string | null;
  /** Why the run is to be closed without an answer to its question; null where it is not. */
  readonly withdrawn: string | null;
  readonly approvalTimeoutSeconds: number;
}

/**
 * First state of every execution: looks at what came in, re-reads the evidence, decides, and, if the decision is to act,
 * takes the lease and opens the incident. Every decision is recorded with its evidence, above all every "no".
 */
export function createHandler(deps: Dependencies<Services>): Handler {
  return createEntry(deps, async (event, scoped) => {
    const { execution, input } = parseInput(inputSchema, event);
    return (await handle(scoped, execution, input)) as unknown as Json;
  });
}

async function handle(deps: Dependencies<Services>, execution: string, input: unknown): Promise<Answer> {
  const normalised = normalise(input, deps.plan, accountOf(execution));
  switch (normalised.kind) {
    case "invalid":
      return sayNo(deps, execution, { kind: "refused", reason: "invalidInput", explanation: normalised.reason }, null);
    case "unrelated":
      return sayNo(
        deps,
        execution,
        { kind: "stoodDown", reason: "unrelatedEvent", explanation: normalised.reason },
        null,
      );
    case "signal":
      break;
  }
  const { signal } = normalised;
  const observations = await readObservations(deps);
  const evidence = () => gatherEvidence(deps.plan, deps.region, observations, isoInstant(deps.clock.now()));
  let considered = { signal, evidence: evidence() };
  const store = createCoordinationStore(deps, execution);
  let decision: Decision | null = null;
  let transition: Transition;
  try {
    // One throttled look at each replica is no reason to send a person away.
    const take = () =>
      store.change((item) => {
        // The execution's own lease, taken by a try whose answer was lost: go on from there (FM31).
        if (item.lease?.execution === execution && item.incident !== null) return { kind: "refused", reason: "own" };
        considered = { signal, evidence: knowingStates(considered.evidence, item) };
        decision = decide({
          plan: deps.plan,
          signal,
          evidence: evidence(),
          item,
          self: deps.region,
          now: deps.clock.now(),
        });
        return apply(deps, item, decision, execution);
      });
    transition = await retryRead(deps, take, storeTries);
  } catch (error) {
    if (errorName(error) !== "LeaseStoreUnreachable") throw error;
    return sayNo(
      deps,
      execution,
      { kind: "stoodDown", reason: "leaseStoreUnreachable", explanation: errorMessage(error) },
      considered,
    );
  }
  if (transition.kind === "refused" && transition.reason === "own") {
    return goOn(deps, await store.read(), { decision: null, ...considered }, execution);
  }
  if (transition.kind === "changed") return goOn(deps, transition.item, { decision, ...considered }, execution);
  const no = decision as Decision | null;
  return sayNo(
    deps,
    execution,
    no === null || no.kind === "act" || no.kind === "takeOver"
      ? { kind: "stoodDown", reason: "leaseRaceLost", explanation: transition.reason }
      : no,
    considered,
  );
}

/** The coordination item after a decision; refused when the decision is to do nothing. */
function apply(deps: Dependencies, item: CoordinationItem, decision: Decision, execution: string): Transition {
  const holder = { region: deps.region, execution };
  const now = deps.clock.now();
  const { leaseSeconds } = deps.plan.coordination;
  switch (decision.kind) {
    case "act":
      return openIncident(item, { incident: decision.incident, holder, now, leaseSeconds });
    case "takeOver":
      return takeOverIncident(item, {
        incident: decision.incident,
        epoch: decision.epoch,
        grounds: decision.grounds,
        survivors: decision.survivors,
        authority: decision.authority,
        question: decision.question,
        holder,
        now,
        leaseSeconds,
      });
    case "observed":
    case "stoodDown":
    case "refused":
      return { kind: "refused", reason: decision.explanation };
  }
}

interface Considered {
  readonly signal: Signal;
  readonly evidence: Evidence;
}

/** The lease is held: writes the first events of this epoch and hands the run over. */
async function goOn(
  deps: Dependencies<Services>,
  item: CoordinationItem,
  considered: Considered & { readonly decision: Decision | null },
  execution: string,
): Promise<Answer> {
  const run = runOf(item);
  const { incident } = item;
  if (run === null || incident === null || run.execution !== execution) {
    throw new Error(`The lease taken by ${execution} is gone again`);
  }
  const { plan } = deps;
  const known = await readTimeline(deps, incident.id);
  const journal = createJournal(deps, incident.id, item.epoch);
  const { decision, signal } = considered;
  if (!known.some((event) => event.epoch === item.epoch && event.kind === "decision")) {
    await journal.append({
      step: "assess",
      kind: "decision",
      summary: decision === null ? `Going on with ${incident.id}` : sentence(decision),
      detail: {
        decision: decision?.kind ?? "resumed",
        reasons: decision === null ? [] : [decision.kind === "act" ? incident.reason : sentence(decision)],
        warnings: decision?.kind === "act" ? decision.warnings : [],
        ...describe(deps, considered, incident.failedRegion),
      },
    });
  }
  if (!known.some((event) => event.epoch === item.epoch && isOpening(event.kind))) {
    const opening = await journal.append({
      step: "assess",
      kind: openingKind(signal, decision),
      summary: describeRun(deps.region, item.epoch, incident),
      detail: {
        failedRegion: incident.failedRegion,
        actingRegion: deps.region,
        cause: incident.cause,
        failingSince: incident.failingSince,
        survivors: incident.survivors,
        branches: incident.branches,
        authority: incident.authority,
        startedBy: incident.startedBy,
        reason: incident.reason,
        takeovers: incident.takeovers,
        execution,
        recoveryTimeObjectiveSeconds: plan.objectives.recoveryTimeSeconds,
        recoveryPointObjectiveSeconds: plan.objectives.recoveryPointSeconds,
      },
    });
    if (journal.isHeard(opening)) await noteHeard(deps, matterOfRun("runOpen", incident));
  }
  return {
    decision: "act",
    reasons: [incident.reason],
    run,
    branches: branchSwitches(incident.branches),
    question: incident.question,
    withdrawn: incident.withdrawn ?? null,
    approvalTimeoutSeconds: plan.automation.approval.timeoutSeconds,
  };
}

function describeRun(actingRegion: string, epoch: number, incident: Incident): string {
  if (incident.withdrawn !== undefined) {
    return `${actingRegion} leads ${incident.id}, epoch ${epoch}, to close it: ${incident.withdrawn}`;
  }
  const aim = `customers of ${incident.failedRegion} are to be served by ${incident.survivors.join(", ")}`;
  const once = incident.question === null ? "" : ", once a person has agreed";
  return `${actingRegion} leads ${incident.id}, epoch ${epoch}: ${aim}${once}`;
}

/** Records a decision to do nothing and ends. */
async function sayNo(
  deps: Dependencies<Services>,
  execution: string,
  decision: {
    readonly kind: "observed" | "stoodDown" | "refused";
    readonly reason: NoReason;
    readonly explanation: string;
  },
  considered: Considered | null,
): Promise<Answer> {
  const region = considered === null ? null : regionOf(considered.signal);
  await recordDecision(deps, execution, region ?? deps.plan.application, {
    step: "assess",
    kind: "decision",
    summary: `${titles[decision.kind]}: ${decision.explanation}`,
    detail: {
      decision: decision.kind,
      reason: decision.reason,
      reasons: [decision.explanation],
      execution,
      ...(considered === null ? {} : describe(deps, considered, region)),
    },
  });
  deps.logger.info(decision.explanation, { decision: decision.kind, reason: decision.reason });
  return {
    decision: decision.kind,
    reasons: [`${decision.reason}: ${decision.explanation}`],
    run: null,
    branches: branchSwitches([]),
    question: null,
    withdrawn: null,
    approvalTimeoutSeconds: deps.plan.automation.approval.timeoutSeconds,
  };
}

const titles = { observed: "Observed", stoodDown: "Stood down", refused: "Refused" } as const;

function sentence(decision: Decision): string {
  switch (decision.kind) {
    case "act":
      return `Act: ${decision.explanation}`;
    case "takeOver":
      return `Take over: ${decision.explanation}`;
    case "observed":
    case "stoodDown":
    case "refused":
      return `${titles[decision.kind]}: ${decision.explanation}`;
  }
}

function isOpening(kind: TimelineKind): boolean {
  return kind === "opened" || kind === "takenOver" || kind === "retried";
}

function openingKind(signal: Signal, decision: Decision | null): TimelineKind {
  if (signal.kind === "retry") return "retried";
  return decision?.kind === "takeOver" || signal.kind === "takeover" ? "takenOver" : "opened";
}

function regionOf(signal: Signal): string | null {
  return "region" in signal ? signal.region : null;
}

/** The evidence as it goes into the record: what was signalled, how each Region was assessed, who said what. */
function describe(
  deps: Dependencies,
  { signal, evidence }: Considered,
  region: string | null,
): Readonly<Record<string, Json>> {
  const subject = evidence.regions.find((each) => each.region === region);
  return {
    signal: signal as unknown as Json,
    assessment: region === null ? null : assess(deps.plan, evidence, region).kind,
    assessments: Object.fromEntries(
      evidence.regions.map((each) => [each.region, assess(deps.plan, evidence, each.region).kind]),
    ),
    evidence: {
      at: evidence.at,
      observer: evidence.observer,
      heartbeatAgeSeconds: subject?.heartbeatAgeSeconds ?? null,
      takenOut: evidence.takenOut,
      votes: (subject?.votes ?? []) as unknown as Json,
    },
  };
}

function branchSwitches(branches: readonly BranchName[]): Answer["branches"] {
  return Object.fromEntries(
    branchNames.map((name) => [name, branches.includes(name) ? "run" : "skip"]),
  ) as Answer["branches"];
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge });
