import { describeTakenOut } from "../assess/taken-out.ts";
import { autoScaling } from "../shared/aws/auto-scaling.ts";
import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { retryRead } from "../shared/backoff.ts";
import { isoInstant } from "../shared/clock.ts";
import { errorMessage } from "../shared/errors.ts";
import { findRegion } from "../shared/plan/plan.ts";
import { createStep, type Handler, type StepContext, type StepDependencies, stepInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import type { Json } from "../timeline/event.ts";
import { readTimeline } from "../timeline/journal.ts";
import type { CapacitySample } from "../watch/observation.ts";
import { readObservations } from "../watch/observations.ts";
import { type Group, isRefreshing, readGroup } from "./autoscaling.ts";
import { growAll, problemOf } from "./grow.ts";
import { drainedByHand, readTakenOut } from "./in-dns.ts";
import { demandBefore, findRegistration, type Registration, registrationOf } from "./registration.ts";
import { type Sizing, type SurvivorCapacity, sizeSurvivors } from "./sizing.ts";
import { type CapacityTarget, detailOf, type Problem, resourceOf } from "./target.ts";

const inputSchema = stepInput({});

/** Sizes the survivors from the whole demand and raises their groups. Await sees to it that the instances come. */
export function createHandler(deps: StepDependencies<"autoScaling">): Handler {
  return createStep(deps, inputSchema, (_input, context) => raise(context));
}

/** A survivor's group as found. */
interface Found {
  readonly region: string;
  readonly name: string;
  readonly group: Group | null;
  readonly problem: Problem | null;
  readonly registered: Registration | null;
}

async function raise(context: StepContext<"autoScaling">): Promise<Json> {
  const { deps, run, journal } = context;
  const { capacity, automation } = deps.plan;
  const deadlineAt = isoInstant(deps.clock.now() + capacity.deadlineSeconds * 1_000);
  const takenOut = await readTakenOut(context);
  const inDns = run.survivors.filter((region) => !takenOut.includes(region));
  // Where DNS hands out none of them, somebody must grow all the same.
  const survivors = inDns.length > 0 ? inDns : run.survivors;
  const drained = (await drainedByHand(context, takenOut)).filter((region) => !survivors.includes(region));
  await journalDrained(context, drained);
  const managed = survivors.flatMap((region) => {
    const name = findRegion(deps.plan, region)?.autoScalingGroup ?? null;
    return name === null ? [] : [{ region, name }];
  });
  if (managed.length === 0) {
    const reason = "The plan names no Auto Scaling group in any survivor";
    await journal.append({
      step: "capacity",
      kind: "stepEnded",
      summary: reason,
      detail: { result: "skipped", reason },
    });
    return { result: "notManaged", targets: [], deadlineAt, reason };
  }

  const [found, samples] = await Promise.all([findGroups(context, managed), readSamples(context)]);
  const sizing = sizeSurvivors({
    regions: deps.plan.regions,
    samples,
    failedRegion: run.failedRegion,
    survivors: survivors.map((region) => capacityOf(region, found)),
    drained,
    headroom: capacity.headroom,
    failingSince: run.failingSince,
    at: isoInstant(deps.clock.now()),
    maximumSampleAgeSeconds: capacity.maximumSampleAgeSeconds,
    raiseMaximum: capacity.raiseMaximum,
  });
  const targets = found.map((each) => targetOf(each, sizing));
  // A person's authority outranks a plan that only observes.
  if (automation.capacity === "observe" && run.authority === "automation") {
    return observe(context, sizing, targets, deadlineAt);
  }

  for (const target of targets) await journalUnreadable(context, target);
  const readable = found.filter(({ group }) => group !== null);
  await Promise.all(readable.map((each) => register(context, each)));
  await journalSizing(context, sizing, targets);
  await Promise.all(readable.map((each) => warn(context, each)));
  const grown = await growAll(
    context,
    targets.filter(({ problem }) => problem === null),
  );
  const raised = targets.map((target) => ({ ...target, problem: target.problem ?? grown.get(target.region) ?? null }));
  const failed = raised.filter(({ problem }) => problem !== null);
  const reason =
    failed.length === 0 ? null : failed.map(({ region, problem }) => `${region}: ${problem?.message}`).join("; ");
  if (failed.length < raised.length) return { result: "raised", targets: raised, deadlineAt, reason };

  await journal.append({
    step: "capacity",
    kind: "stepEnded",
    summary: `No survivor could be raised. ${reason}`,
    detail: { result: "failed", reason, targets: raised },
  });
  return { result: "failed", targets: raised, deadlineAt, reason };
}

/** The run's own record of survivors stays as it is: why one of them is not grown stands beside it. */
async function journalDrained({ journal }: StepContext, drained: readonly string[]): Promise<void> {
  if (drained.length === 0) return;
  const warning = `${describeTakenOut(drained)}: nothing is grown there, and the others are sized for all customers`;
  await journal.append({ step: "capacity", kind: "observed", summary: warning, detail: { warning, drained } });
}

/** A survivor that does not answer is a finding, not a reason to stop (FM38). */
async function findGroups(
  { deps, run }: StepContext<"autoScaling">,
  managed: readonly { readonly region: string; readonly name: string }[],
): Promise<readonly Found[]> {
  const timeline = await readTimeline(deps, run.incident);
  return Promise.all(
    managed.map(async ({ region, name }): Promise<Found> => {
      const registered = findRegistration(timeline, region, name);
      try {
        const group = await retryRead(deps, () => readGroup(deps.aws, region, name));
        const problem: Problem | null =
          group === null ? { kind: "blocked", message: `There is no group ${name} in ${region}` } : null;
        return { region, name, group, problem, registered };
      } catch (error) {
        return { region, name, group: null, problem: problemOf(error), registered };
      }
    }),
  );
}

/** Sampled beforehand into this Region's copy; the failed Region itself is never asked (FM49). */
async function readSamples({ deps, logger }: StepContext): Promise<Readonly<Record<string, CapacitySample | null>>> {
  try {
    const observations = await readObservations(deps);
    return Object.fromEntries(observations.map(({ vantage, capacity }) => [vantage, capacity]));
  } catch (error) {
    logger.warn("No capacity samples: sizing goes by demand shares", { error: errorMessage(error) });
    return {};
  }
}

function capacityOf(region: string, found: readonly Found[]): SurvivorCapacity {
  const each = found.find((one) => one.region === region);
  if (each === undefined) return { kind: "unmanaged", region };
  if (each.group === null) return { kind: "unreadable", region };
  return { kind: "group", region, size: each.group, before: beforeOf(each) ?? 0 };
}

function beforeOf({ region, name, group, registered }: Found): number | null {
  if (registered !== null) return demandBefore(registered);
  return group === null ? null : demandBefore(registrationOf(region, name, group));
}

function targetOf(found: Found, sizing: Sizing): CapacityTarget {
  const { region, name, group, problem } = found;
  const sized = sizing.survivors.find((survivor) => survivor.region === region);
  return {
    region,
    group: name,
    before: beforeOf(found),
    carries: sized?.carries ?? 0,
    target: sized?.target ?? 0,
    shortfall: sized?.shortfall ?? 0,
    inService: group?.inService ?? null,
    problem,
  };
}

async function journalSizing(
  { deps, journal }: StepContext,
  sizing: Sizing,
  targets: readonly CapacityTarget[],
): Promise<void> {
  const demand = sizing.demand.map(({ region, units, source }) => `${region} ${units} (${source})`).join(", ");
  const short = targets
    .filter(({ shortfall }) => shortfall > 0)
    .map(({ region, shortfall }) => `${shortfall} in ${region}`);
  const warning = short.length === 0 ? null : `No survivor has room for all: short of ${short.join(", ")}`;
  const headroom = deps.plan.capacity.headroom;
  const aims = targets.map(({ region, target }) => `${region} ${target}`).join(", ");
  await journal.append({
    step: "capacity",
    kind: "observed",
    summary: `Demand before the failure: ${sizing.totalDemand} capacity units, ${demand}. Targets, with ${Math.round(headroom * 100)} % to spare: ${aims}${warning === null ? "" : `. ${warning}`}`,
    detail: {
      totalDemand: sizing.totalDemand,
      headroom,
      demand: sizing.demand.map(({ region, units, source }) => ({ region, units, source })),
      targets,
      ...(warning === null ? {} : { warning }),
    },
  });
}

async function journalUnreadable({ journal }: StepContext, target: CapacityTarget): Promise<void> {
  const { region, group, problem } = target;
  if (problem === null) return;
  await journal.append({
    step: "capacity",
    kind: "failed",
    summary: `${group} in ${region} could not be read and is not raised: ${problem.message}`,
    detail: { ...detailOf(target), resource: resourceOf(region, group), reason: problem.message },
  });
}

/** The plan lets this step look and say, not act. */
async function observe(
  context: StepContext<"autoScaling">,
  sizing: Sizing,
  targets: readonly CapacityTarget[],
  deadlineAt: string,
): Promise<Json> {
  const { journal } = context;
  await journalSizing(context, sizing, targets);
  for (const target of targets) {
    const { region, group, before, problem } = target;
    const summary =
      problem === null
        ? `Would raise ${group} in ${region} from ${before} to ${target.target}; the plan only observes`
        : `${group} in ${region} could not be raised: ${problem.message}`;
    await journal.append({ step: "capacity", kind: "observed", summary, detail: detailOf(target) });
  }
  const reason = "The plan's automation of capacity is observe: nothing was changed";
  await journal.append({
    step: "capacity",
    kind: "stepEnded",
    summary: reason,
    detail: { result: "observed", reason, targets },
  });
  return { result: "observed", targets, deadlineAt, reason };
}

/** Before the first change, and once an incident: what the group has to be set back to one day (FM51). */
async function register({ journal }: StepContext, { region, name, group, registered }: Found): Promise<void> {
  if (registered !== null || group === null) return;
  const { restore, inService } = registrationOf(region, name, group);
  await journal.append({
    step: "capacity",
    kind: "observed",
    summary: `Noted, to set it back one day: ${name} in ${region} has minimum ${restore.minimum}, desired ${restore.desired}, maximum ${restore.maximum}`,
    detail: { region, group: name, restore, before: restore.desired, inService },
  });
}

/** What may keep instances from coming. A real failover goes on all the same (FM19). */
async function warn(
  { deps, journal, logger }: StepContext<"autoScaling">,
  { region, name, group }: Found,
): Promise<void> {
  const suspended = (group?.suspendedProcesses ?? []).filter(
    (each) => each === "Launch" || each === "AddToLoadBalancer",
  );
  const warnings = suspended.map((each) => `${each} is suspended for ${name} in ${region}: resume it`);
  try {
    if (await isRefreshing(deps.aws, region, name)) {
      warnings.push(`An instance refresh is running on ${name} in ${region}: it takes instances out while we add some`);
    }
  } catch (error) {
    logger.warn("Instance refreshes could not be read", { region, error: errorMessage(error) });
  }
  for (const warning of warnings) {
    const detail = { region, group: name, inService: group?.inService ?? null, warning };
    await journal.append({ step: "capacity", kind: "observed", summary: warning, detail });
  }
}

export const handler: Handler = wire(createHandler, { autoScaling, dynamoDB, eventBridge });
