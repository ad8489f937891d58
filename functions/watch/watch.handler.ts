import { assess } from "../assess/assessment.ts";
import { decide } from "../assess/decide.ts";
import type { DecisionInput, NoReason } from "../assess/decision.ts";
import { gatherEvidence, knowingStates } from "../assess/evidence.ts";
import { isLeftToPeople } from "../assess/left-to-people.ts";
import type { CoordinationItem } from "../coordination/item.ts";
import { createCoordinationStore } from "../coordination/store.ts";
import { autoScaling } from "../shared/aws/auto-scaling.ts";
import { cloudWatch } from "../shared/aws/cloudwatch.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { rds } from "../shared/aws/rds.ts";
import { recoveryCluster } from "../shared/aws/recovery-cluster.ts";
import { route53 } from "../shared/aws/route53.ts";
import { s3 } from "../shared/aws/s3.ts";
import { stepFunctions } from "../shared/aws/step-functions.ts";
import { isoInstant, parseInstant, secondsBetween } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import { createEntry, type Handler } from "../shared/step.ts";
import { createNameServerClient } from "../shared/name-servers.ts";
import { wire } from "../shared/wire.ts";
import { learnDns } from "./dns.ts";
import { carryDns, carryPlace, type DnsLook, readDnsView } from "./dns-view.ts";
import { createEscalationMemory, type EscalationMemory, escalate } from "./escalate.ts";
import { publishMetrics } from "./metrics.ts";
import { carryNeverHeard } from "./never-heard.ts";
import type { DatabaseSizeSample, Observation } from "./observation.ts";
import { readObservations, writeObservation } from "./observations.ts";
import { type Look, probePublicName, probeRegion } from "./probes.ts";
import { sampleCapacity, sampleDatabaseSize, sampleLag } from "./samples.ts";
import { carryShared } from "./shared.ts";
import { startRun } from "./start.ts";
import { carryCustomers, carryVote, isSilent, missedRoundsAllowed } from "./streaks.ts";
import { carrySwitch, lookAtSwitch, type SwitchLook, type SwitchService } from "./switch.ts";

/** The schedule invokes the watch once a minute; one invocation keeps looking until just before the next. */
const invocationSeconds = 60;
/** In these rounds of an invocation the name servers are asked: a vantage that has just begun knows calm from the third on. */
const roundsThatAsk: ReadonlySet<number> = new Set([0, 3]);
/** While a run is under way, customers are looked at this often, so that the run notices at once what they get. */
const closeLookEverySeconds = 2;

type Services = "autoScaling" | "cloudWatch" | "dynamoDB" | "eventBridge" | "rds" | "stepFunctions" | SwitchService;

/**
 * The scheduled vantage. Round after round it probes every Region and the public name, writes what it saw (its votes, its
 * heartbeat, its samples), publishes metrics, and assesses every Region without any event having come (FM4). Where a
 * Region must be evacuated, or a run lost its holder, it starts the state machine of its own Region.
 */
export function createHandler(deps: Dependencies<Services>): Handler {
  // What this process saw last. A round that cannot read the table goes on from there: streaks that began anew with every
  // throttled read would never confirm anything.
  let seenLast: Pick<Seen, "observation" | "continues"> | null = null;
  const memory = createEscalationMemory();
  let looksAtDns = 0;
  return createEntry(deps, async (_event, scoped) => {
    const end = scoped.clock.now() + invocationSeconds * 1_000;
    const every = scoped.plan.detection.probeEverySeconds * 1_000;
    let rounds = 0;
    for (let next = scoped.clock.now(); next + every <= end; rounds++) {
      const seen = await lookAround(
        scoped,
        {
          samples: rounds === 0,
          nameServers: roundsThatAsk.has(rounds) ? looksAtDns++ : null,
          isKept: rounds >= missedRoundsAllowed,
        },
        seenLast,
        memory,
      );
      seenLast = seen;
      next += every;
      if (seen.item?.incident != null && seen.continues === "stored") await lookClosely(scoped, seen.observation, next);
      await scoped.clock.sleep(next - scoped.clock.now());
    }
    return { rounds };
  });
}

interface Seen {
  readonly observation: Observation;
  /** Null when the coordination table could not be read. */
  readonly item: CoordinationItem | null;
  /** Whether the observation goes on from what is stored, or may know less than that. */
  readonly continues: "stored" | "own";
}

/** One round. Nothing in it may stop the vantage: what fails is logged and left unknown. */
async function lookAround(
  deps: Dependencies<Services>,
  /** `nameServers`: how many looks at them there were before; null: none in this round. */
  including: { readonly samples: boolean; readonly nameServers: number | null; readonly isKept: boolean },
  before: Pick<Seen, "observation" | "continues"> | null,
  memory: EscalationMemory,
): Promise<Seen> {
  const { plan, region } = deps;
  const { nameServers: turn } = including;
  const seenLast = before?.observation ?? null;
  const beganAt = isoInstant(deps.clock.now());
  const learnedLast = readDnsView(plan, seenLast?.dns);
  const [looks, customers, observations, item, dns, switchLook, databaseSize] = await Promise.all([
    Promise.all(plan.regions.map(async ({ name, probeUrl }) => ({ name, look: await probeRegion(deps, probeUrl) }))),
    probePublicName(deps),
    orNull(deps, "observations", () => readObservations(deps)),
    orNull(deps, "coordination item", () => createCoordinationStore(deps, `watch in ${region}`).read()),
    turn === null ? null : orNull(deps, "name servers", () => learnDns(deps, learnedLast, turn)),
    // Beside the probes: a bucket that does not answer takes as long as a Region that does not.
    including.samples ? lookAtSwitch(deps) : null,
    // Nor must a database's API that does not answer make the round longer.
    including.samples ? sampleDatabaseSize(deps) : null,
  ]);
  const stored = observations?.find((each) => each.vantage === region) ?? null;
  const last = isLeftBehind(stored, before) ? seenLast : (stored ?? seenLast);
  const fresh =
    including.samples || last === null
      ? {
          capacity: (await sampleCapacity(deps)) ?? last?.capacity ?? null,
          lag: (await sampleLag(deps)) ?? last?.lag ?? null,
        }
      : { capacity: last.capacity, lag: last.lag };
  const seen = compose(deps, {
    looks,
    customers,
    observations: observations ?? [],
    last,
    item,
    dns,
    switchLook,
    databaseSize: databaseSize ?? last?.databaseSize ?? null,
    ...fresh,
  });
  const others = observations?.filter((each) => each.vantage !== region) ?? null;
  const observation = carryShared(deps, carryNeverHeard(deps, seen, { last, others }), { last, others, item });
  // A process that slept, and could not read what another one has seen meanwhile, would write over it.
  const every = plan.detection.probeEverySeconds;
  const isAfterSleep = isSilent(seenLast?.at ?? null, observation.at, every);
  const continues = observations !== null || (before?.continues === "stored" && !isAfterSleep) ? "stored" : "own";
  // What was read before the process was frozen is long past: of that round nothing is true any more.
  if (isSilent(beganAt, observation.at, every)) return { observation, item, continues: "own" };
  if (continues === "stored" || including.isKept) {
    await orNull(deps, "own observation", () => writeObservation(deps, observation));
  }
  await Promise.all([
    publishMetrics(deps, observation, item, others ?? []),
    item === null || others === null ? null : assessAll(deps, item, [...others, observation]),
    orNull(deps, "escalation", () =>
      escalateAll(deps, memory, item, [...(others ?? []), observation], including.samples ? "always" : "whereNeeded"),
    ),
  ]);
  return { observation, item, continues };
}

/** Whether this process has gone on from what is stored, and the table has not taken what it saw since. */
function isLeftBehind(stored: Observation | null, before: Pick<Seen, "observation" | "continues"> | null): boolean {
  if (stored === null || before === null || before.continues === "own") return false;
  return parseInstant(before.observation.at) > parseInstant(stored.at);
}

function compose(
  deps: Dependencies,
  found: {
    readonly looks: readonly { readonly name: string; readonly look: Look }[];
    readonly customers: Look;
    readonly observations: readonly Observation[];
    readonly last: Observation | null;
    readonly capacity: Observation["capacity"];
    readonly lag: Observation["lag"];
    readonly databaseSize: DatabaseSizeSample | null;
    readonly item: CoordinationItem | null;
    readonly dns: DnsLook | null;
    readonly switchLook: SwitchLook | null;
  },
): Observation {
  const now = isoInstant(deps.clock.now());
  const every = deps.plan.detection.probeEverySeconds;
  const { looks, customers, observations, last, capacity, lag, databaseSize, item, switchLook } = found;
  const votes = looks.map(({ name, look }) => carryVote(name, look, last, now, every));
  const { servedBy } = customers;
  return {
    vantage: deps.region,
    at: now,
    votes,
    customers: carryCustomers(customers, last, now, every),
    heartbeatAgeSeconds: Object.fromEntries(
      observations
        .filter((each) => each.vantage !== deps.region)
        .map((each) => [each.vantage, Math.max(0, secondsBetween(each.at, now))]),
    ),
    capacity,
    lag,
    databaseSize,
    dns: carryDns(deps.plan, readDnsView(deps.plan, last?.dns), { look: found.dns, servedBy, votes, item, now }),
    ...carrySwitch(switchLook, last, now),
  };
}

/** What this vantage can say counts also where nobody else can be read: people hear of it from whoever is left. */
async function escalateAll(
  deps: Dependencies<"dynamoDB" | "eventBridge">,
  memory: EscalationMemory,
  item: CoordinationItem | null,
  observations: readonly Observation[],
  reading: "always" | "whereNeeded",
): Promise<void> {
  const { plan, region: self, clock } = deps;
  const now = clock.now();
  const gathered = gatherEvidence(plan, self, observations, isoInstant(now));
  const evidence = item === null ? gathered : knowingStates(gathered, item);
  await escalate(deps, memory, { plan, evidence, item, self, now }, reading);
}

/** Decides for every Region as an execution would; starts one where the answer is to act, or would be but for the plan. */
async function assessAll(
  deps: Dependencies<"stepFunctions">,
  item: CoordinationItem,
  observations: readonly Observation[],
): Promise<void> {
  if (deps.stateMachineArn === null) return;
  const { plan, region: self, clock } = deps;
  const now = clock.now();
  const evidence = knowingStates(gatherEvidence(plan, self, observations, isoInstant(now)), item);
  const told = new Set<NoReason>();
  for (const { name } of plan.regions) {
    const signal = { kind: "watch", region: name, source: `watch in ${self}` } as const;
    const input: DecisionInput = { plan, signal, evidence, item, self, now };
    const decision = decide(input);
    switch (decision.kind) {
      case "act":
        return startRun(deps, item, { kind: "failover", region: name });
      case "takeOver":
        return startRun(deps, item, { kind: "takeover", incident: decision.incident });
      case "observed":
      case "refused":
      case "stoodDown": {
        const { reason } = decision;
        if (reason === "serving" || reason === "observerIsSuspect") break;
        deps.logger[decision.kind === "refused" ? "warn" : "info"](decision.explanation, { reason, suspect: name });
        const assessment = assess(plan, evidence, name);
        const isForPeople = decision.kind === "observed" || isLeftToPeople(reason);
        if (item.incident !== null || !isForPeople || !("failingSince" in assessment)) break;
        // All Regions at once are one matter.
        if (reason === "everythingFailing" && told.has(reason)) break;
        told.add(reason);
        await startRun(deps, item, { kind: "record", region: name, reason, failingSince: assessment.failingSince });
        break;
      }
    }
  }
}

/** Until `until` looks at what customers get, and nothing else, every two seconds. */
async function lookClosely(deps: Dependencies<"dynamoDB">, observation: Observation, until: number): Promise<void> {
  let last = observation;
  while (deps.clock.now() + closeLookEverySeconds * 1_000 < until) {
    await deps.clock.sleep(closeLookEverySeconds * 1_000);
    const look = await probePublicName(deps);
    const now = isoInstant(deps.clock.now());
    const { dns, heartbeatAgeSeconds } = last;
    const waitedSeconds = secondsBetween(last.at, now);
    const requests = dns && carryPlace(dns.requests, null, look.servedBy, { plan: deps.plan, calm: [], now });
    last = {
      ...last,
      at: now,
      customers: carryCustomers(look, last, now, deps.plan.detection.probeEverySeconds),
      // The others were not looked for anew: what was heard of them is older by now.
      heartbeatAgeSeconds: Object.fromEntries(
        Object.entries(heartbeatAgeSeconds).map(([vantage, age]) => [vantage, age + waitedSeconds]),
      ),
      ...(requests && { dns: { ...dns, requests } }),
    };
    const close = last;
    await orNull(deps, "own observation", () => writeObservation(deps, close));
  }
}

async function orNull<Answer>(deps: Dependencies, what: string, call: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await call();
  } catch (error) {
    deps.logger.warn(`The ${what} could not be read or written`, { error: errorMessage(error) });
    return null;
  }
}

export const handler: Handler = wire(
  createHandler,
  {
    autoScaling,
    cloudWatch,
    dynamoDB,
    eventBridge,
    rds,
    recoveryCluster,
    route53,
    s3,
    stepFunctions,
  },
  { nameServers: createNameServerClient },
);
