import { CfnOutput, Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Rule } from "aws-cdk-lib/aws-events";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { findRegion, type Plan } from "../functions/shared/plan/plan.ts";
import { DeadLetters } from "./dead-letters.ts";
import { functionAlarms } from "./function-alarms.ts";
import { stepSpecs } from "./functions.ts";
import type { HandlerCode } from "./handler-code.ts";
import { HandlerFunction, placeOf } from "./handler-function.ts";
import { failoverMachine } from "./machine.ts";
import { pausedMetric, probeMetric } from "./metrics.ts";
import { machineArn } from "./names.ts";
import { News } from "./news.ts";
import { NotifyPeople } from "./notify-people.ts";
import { Paging } from "./paging.ts";
import type { PlanDocument } from "./plan-document.ts";
import { Reports } from "./reports.ts";
import { switchBucket } from "./switch-bucket.ts";
import { Triggers } from "./triggers.ts";
import { Watch } from "./watch.ts";

/** Whose the alarms are that `detection.alarms` of the plan names. */
export type PlanAlarms =
  /** Made with the controller, on what the watch sees of the Region that they suspect. */
  | "made"
  /** There already, or made elsewhere: only their events are listened to. */
  | "brought";

export interface ControllerProps {
  /** The plan, as `readPlanDocument` reads it. */
  readonly document: PlanDocument;
  /** The functions' code. */
  readonly code: HandlerCode;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** Whose the plan's alarms are. */
  readonly planAlarms: PlanAlarms;
}

/** Everything of the controller that one serving Region has. It depends on no other Region's stack. */
export class Controller extends Construct {
  readonly stateMachine: StateMachine;
  /** The functions that the state machine calls, the one that makes reports, the one that tells people, and the watch last. */
  readonly functions: readonly HandlerFunction[];
  readonly watch: Watch;
  /** Where the reports of runs are kept that were closed in this Region. */
  readonly reports: Reports;
  /** The rules that start the state machine. */
  readonly triggers: readonly Rule[];
  /** For people: questions, decisions, closings, and alarms of the controller itself. Subscribe whoever is on call. */
  readonly topic: Topic;
  /** What EventBridge could not deliver. */
  readonly deadLetters: Queue;
  /** Alarms of the controller itself, on the topic. */
  readonly alarms: readonly Alarm[];
  /** What these are called. */
  readonly alarmNames: readonly string[];
  /** The plan's alarms that were made here; none when they are brought. */
  readonly planAlarms: readonly Alarm[];
  /** This Region's bucket of the `healthCheck` switch; null with another switch. */
  readonly switchBucket: Bucket | null;
  readonly #plan: Plan;

  constructor(scope: Construct, id: string, props: ControllerProps) {
    super(scope, id);
    const { document, code, logRetention } = props;
    const { plan } = document;
    const place = placeOf(this);
    if (findRegion(plan, place.region) === null) {
      const known = plan.regions.map(({ name }) => name).join(", ");
      throw new RangeError(
        `A controller belongs into a stack of a Region that serves: one of ${known}. Received: ${place.region}`,
      );
    }
    this.#plan = plan;

    const paging = new Paging(this, "Paging", { plan });
    this.topic = paging.topic;
    const deadLetters = new DeadLetters(this, "DeadLetters", { plan, paging });
    this.deadLetters = deadLetters.queue;

    const steps = stepSpecs.map((spec) => new HandlerFunction(this, spec.name, { document, spec, code, logRetention }));
    this.stateMachine = failoverMachine(this, "Machine", { plan, steps, logRetention });
    this.watch = new Watch(this, "Watch", {
      document,
      code,
      logRetention,
      paging,
      stateMachineArn: machineArn(plan, place),
    });
    this.reports = new Reports(this, "Reports", { document, code, logRetention, paging, deadLetters });
    const notify = new NotifyPeople(this, "Notify", { document, code, logRetention, paging, deadLetters });
    this.functions = [...steps, this.reports.handler, notify.handler, this.watch.handler];
    this.triggers = new Triggers(this, "Triggers", { plan, machine: this.stateMachine, deadLetters }).rules;
    new News(this, "News", { plan, notify, deadLetters, what: "everything" });

    const { switch: chosen } = plan.traffic;
    const bucket = chosen.kind === "healthCheck" ? chosen.buckets[place.region] : undefined;
    this.switchBucket =
      bucket === undefined ? null : switchBucket(this, "Switch", { plan, region: place.region, name: bucket });

    for (const handler of steps) functionAlarms(this, { paging, handler, failures: 5 });
    this.#alarmOnMachine(paging);
    this.alarms = paging.alarms;
    this.alarmNames = paging.alarmNames;
    this.planAlarms = props.planAlarms === "made" ? this.#makePlanAlarms(place.region) : [];

    new CfnOutput(this, "StateMachineArn", { value: this.stateMachine.stateMachineArn });
    new CfnOutput(this, "TopicArn", { value: this.topic.topicArn, description: "Subscribe whoever is on call" });
  }

  #alarmOnMachine(paging: Paging): void {
    const minute = { period: Duration.minutes(1), statistic: Stats.SUM };
    const ends = {
      failed: this.stateMachine.metricFailed(minute),
      "timed-out": this.stateMachine.metricTimedOut(minute),
      aborted: this.stateMachine.metricAborted(minute),
    };
    for (const [end, metric] of Object.entries(ends)) {
      paging.alarm(this, `Run-${end}`, {
        name: `run-${end}`,
        because: `An execution ended ${end}. If it held the lease, a watch takes over when the lease has expired: see that it does`,
        metric,
        comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: 1,
        periods: 1,
        missing: TreatMissingData.NOT_BREACHING,
      });
    }
    paging.alarm(this, "PauseForgotten", {
      name: "pause-forgotten",
      because: "Automation has been paused for eight hours without a break: end the pause, or know why not (FM28)",
      metric: pausedMetric(this.#plan, { period: Duration.hours(1) }),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      periods: 8,
      missing: TreatMissingData.NOT_BREACHING,
    });
  }

  /** A Region's alarm is nowhere but in the others: a Region that fails cannot tell of it. */
  #makePlanAlarms(region: string): readonly Alarm[] {
    return this.#plan.detection.alarms
      .filter(({ suspects }) => suspects !== region)
      .map(
        ({ name, suspects }) =>
          new Alarm(this, `PlanAlarm-${name}`, {
            alarmName: name,
            alarmDescription: `Seen from ${region}, no probe of ${suspects} passed for a minute: a reason for the controller to look`,
            metric: probeMetric(this.#plan, suspects, { period: Duration.minutes(1) }),
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            threshold: 1,
            evaluationPeriods: 1,
            datapointsToAlarm: 1,
            treatMissingData: TreatMissingData.MISSING,
          }),
      );
  }
}
