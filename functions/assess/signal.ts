import { type BranchName, branchNames } from "../coordination/item.ts";
import { parseInstant } from "../shared/clock.ts";
import { knownAlarms } from "../shared/plan/alarms.ts";
import { findRegion, type Plan } from "../shared/plan/plan.ts";
import { describeInputError } from "../shared/step.ts";
import * as z from "../shared/zod.ts";

/** The project's own event with which incident tooling asks for a failover. */
export const requestedEventSource = "region-failover";
export const requestedEventType = "Failover Requested";

/** What started an execution, normalised. A signal is a reason to look, never proof. */
export type Signal =
  | {
      readonly kind: "alarm";
      readonly region: string;
      readonly source: string;
      readonly at: number;
      readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
      readonly silenced: "muted" | "suppressed" | "replayed" | null;
    }
  | {
      readonly kind: "health";
      readonly region: string;
      readonly source: string;
      readonly at: number;
      readonly state: "open" | "closed" | "upcoming";
      readonly silenced: "replayed" | null;
    }
  | {
      readonly kind: "request";
      readonly region: string;
      readonly source: string;
      readonly reason: string;
      /** Null when a person typed it into the console: it is as old as the execution. */
      readonly at: number | null;
      readonly silenced: "replayed" | null;
    }
  | { readonly kind: "watch"; readonly region: string; readonly source: string }
  | { readonly kind: "takeover"; readonly incident: string; readonly epoch: number; readonly source: string }
  | {
      readonly kind: "retry";
      readonly incident: string;
      readonly branches: readonly BranchName[];
      /** The Region whose cluster is to become the writer. @default the best that is able */
      readonly target?: string | undefined;
      readonly source: string;
      readonly reason: string;
    };

export type Normalised =
  | { readonly kind: "signal"; readonly signal: Signal }
  /** Understood, and about nothing in this plan. */
  | { readonly kind: "unrelated"; readonly reason: string }
  /** Not understood, or not allowed (FM6). */
  | { readonly kind: "invalid"; readonly reason: string };

const who = z.personText(200);

const operatorStart = z.strictObject({
  region: z.nonEmpty,
  reason: who,
  by: z.optional(who),
});

const operatorRetry = z.strictObject({
  retry: z.nonEmpty,
  branches: z.array(z.enum(branchNames)).check(z.minLength(1)),
  target: z.optional(z.nonEmpty),
  reason: who,
  by: z.optional(who),
});

const watchStart = z.strictObject({ watch: z.strictObject({ region: z.nonEmpty, from: z.nonEmpty }) });

const takeover = z.strictObject({
  takeover: z.strictObject({ incident: z.nonEmpty, epoch: z.int().check(z.minimum(1)), from: z.nonEmpty }),
});

/** What every EventBridge event carries; unknown keys are AWS's to add. */
const envelope = z.looseObject({
  source: z.nonEmpty,
  "detail-type": z.nonEmpty,
  time: z.nonEmpty,
  region: z.nonEmpty,
  account: z.nonEmpty,
  detail: z.looseObject({}),
  "replay-name": z.optional(z.string()),
});

const alarmDetail = z.looseObject({
  alarmName: z.nonEmpty,
  state: z.looseObject({
    value: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]),
    timestamp: z.optional(z.string()),
    actionsSuppressedBy: z.optional(z.string()),
  }),
  muteDetail: z.optional(z.unknown()),
});

const healthDetail = z.looseObject({
  eventArn: z.nonEmpty,
  eventTypeCategory: z.nonEmpty,
  eventRegion: z.nonEmpty,
  statusCode: z.enum(["open", "closed", "upcoming"]),
});

const requestedDetail = z.strictObject({
  application: z.nonEmpty,
  region: z.nonEmpty,
  reason: who,
  by: who,
});

/**
 * Makes a signal of an execution's input: a CloudWatch alarm event (metric or composite), an AWS Health event, the
 * project's own request, what a person typed, or what the watch sent. Anything else is invalid, with the reason. An event
 * counts only where it is of `ownAccount`: a bus may admit anybody's (FM58).
 * @param ownAccount null where it is not known; then no event counts
 */
export function normalise(input: unknown, plan: Plan, ownAccount: string | null): Normalised {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return invalid(`input: received ${JSON.stringify(input) ?? "nothing"}: must be an event or {"region", "reason"}`);
  }
  if ("detail-type" in input || "source" in input) return fromEvent(input, plan, ownAccount);
  if ("watch" in input) {
    const parsed = watchStart.safeParse(input);
    if (!parsed.success) return invalid(describeInputError(parsed.error, input));
    const { region, from } = parsed.data.watch;
    return inPlan(plan, region, { kind: "watch", region, source: `watch in ${from}` });
  }
  if ("takeover" in input) {
    const parsed = takeover.safeParse(input);
    if (!parsed.success) return invalid(describeInputError(parsed.error, input));
    const { incident, epoch, from } = parsed.data.takeover;
    return { kind: "signal", signal: { kind: "takeover", incident, epoch, source: `watch in ${from}` } };
  }
  if ("retry" in input) {
    const parsed = operatorRetry.safeParse(input);
    if (!parsed.success) return invalid(describeInputError(parsed.error, input));
    const { retry, branches, target, reason, by } = parsed.data;
    const aim = target === undefined ? {} : { target };
    const wanted = { incident: retry, branches: [...new Set(branches)], ...aim };
    return { kind: "signal", signal: { kind: "retry", ...wanted, reason, source: by ?? "operator" } };
  }
  const parsed = operatorStart.safeParse(input);
  if (!parsed.success) return invalid(describeInputError(parsed.error, input));
  const { region, reason, by } = parsed.data;
  return inPlan(plan, region, {
    kind: "request",
    region,
    reason,
    source: by ?? "operator",
    at: null,
    silenced: null,
  });
}

function fromEvent(input: object, plan: Plan, ownAccount: string | null): Normalised {
  const parsed = envelope.safeParse(input);
  if (!parsed.success) return invalid(describeInputError(parsed.error, input));
  const event = parsed.data;
  if (event.account !== ownAccount) {
    const counts = ownAccount === null ? "this execution does not know its own" : `only those of ${ownAccount} count`;
    return { kind: "unrelated", reason: `the event is of account ${event.account}, and ${counts}` };
  }
  const replayed = event["replay-name"] === undefined ? null : "replayed";
  const at = instantOrNull(event.time);
  if (at === null) return invalid(`time: received ${JSON.stringify(event.time)}: must be an ISO 8601 instant`);

  switch (`${event.source}/${event["detail-type"]}`) {
    case "aws.cloudwatch/CloudWatch Alarm State Change": {
      const detail = alarmDetail.safeParse(event.detail);
      if (!detail.success) return invalid(`detail.${describeInputError(detail.error, event.detail)}`);
      const { alarmName, state, muteDetail } = detail.data;
      const known = knownAlarms(plan).find((alarm) => alarm.name === alarmName);
      if (known === undefined) return { kind: "unrelated", reason: `alarm ${alarmName} is not in the plan` };
      const silenced = replayed ?? (muteDetail != null ? "muted" : state.actionsSuppressedBy ? "suppressed" : null);
      const changedAt = state.timestamp === undefined ? at : instantOrNull(state.timestamp);
      if (changedAt === null) {
        return invalid(
          `detail.state.timestamp: received ${JSON.stringify(state.timestamp)}: must be an ISO 8601 instant`,
        );
      }
      const source = `alarm ${alarmName} in ${event.region}`;
      return inPlan(plan, known.suspects, {
        kind: "alarm",
        region: known.suspects,
        source,
        at: changedAt,
        state: state.value,
        silenced,
      });
    }
    case "aws.health/AWS Health Event": {
      const detail = healthDetail.safeParse(event.detail);
      if (!detail.success) return invalid(`detail.${describeInputError(detail.error, event.detail)}`);
      const { eventRegion, eventArn, eventTypeCategory, statusCode } = detail.data;
      // The impacted Region is detail.eventRegion; the top-level one may be the backup Region of the event itself.
      if (findRegion(plan, eventRegion) === null) {
        return { kind: "unrelated", reason: `AWS Health speaks of ${eventRegion}, which is not in the plan` };
      }
      if (eventTypeCategory !== "issue") {
        return { kind: "unrelated", reason: `AWS Health event of category ${eventTypeCategory} is no outage` };
      }
      return {
        kind: "signal",
        signal: { kind: "health", region: eventRegion, source: eventArn, at, state: statusCode, silenced: replayed },
      };
    }
    case `${requestedEventSource}/${requestedEventType}`: {
      const detail = requestedDetail.safeParse(event.detail);
      if (!detail.success) return invalid(`detail.${describeInputError(detail.error, event.detail)}`);
      const { application, region, reason, by } = detail.data;
      if (application !== plan.application) {
        return { kind: "unrelated", reason: `the request is for application ${application}` };
      }
      return inPlan(plan, region, {
        kind: "request",
        region,
        reason,
        source: by,
        at,
        silenced: replayed,
      });
    }
    default:
      return invalid(
        `source: received ${JSON.stringify(event.source)} with detail-type ${JSON.stringify(event["detail-type"])}: must be a CloudWatch alarm, an AWS Health event or ${requestedEventSource}/${requestedEventType}`,
      );
  }
}

/**
 * The account in which an execution runs, by its ARN: `arn:<partition>:states:<Region>:<account>:execution:…`. Null for
 * anything that is no such ARN.
 */
export function accountOf(execution: string): string | null {
  return /^arn:[^:]+:states:[^:]+:(\d{12}):/.exec(execution)?.[1] ?? null;
}

function inPlan(plan: Plan, region: string, signal: Signal): Normalised {
  if (findRegion(plan, region) !== null) return { kind: "signal", signal };
  const known = plan.regions.map((each) => each.name).join(", ");
  return invalid(`region: received ${JSON.stringify(region)}: must be one of ${known}`);
}

function invalid(reason: string): Normalised {
  return { kind: "invalid", reason };
}

function instantOrNull(text: string): number | null {
  try {
    return parseInstant(text);
  } catch {
    return null;
  }
}
