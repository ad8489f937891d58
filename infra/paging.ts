import { RemovalPolicy } from "aws-cdk-lib";
import { Alarm, type ComparisonOperator, type IMetric, type TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { ArnPrincipal, type IRole, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { placeOf } from "./handler-function.ts";
import { partName, peoplePart } from "./names.ts";

/** An alarm that pages: only on metrics that exist, and only where somebody has to do something. */
export interface PagingAlarm {
  /** What is wrong; the alarm is named `failover-<application>-<name>`. */
  readonly name: string;
  /** Why somebody is paged, and what to do. */
  readonly because: string;
  readonly metric: IMetric;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** How many of the metric's periods are looked at. */
  readonly periods: number;
  /** In how many of these it must be so. @default - in each */
  readonly datapoints?: number;
  readonly missing: TreatMissingData;
}

export interface PagingProps {
  readonly plan: Plan;
  /** What the topic is called, after `failover-<application>-`. @default people */
  readonly name?: string;
}

/** A Region's topic for people. */
export class Paging extends Construct {
  readonly topic: Topic;
  readonly alarms: Alarm[] = [];
  /** What they are called: their own `alarmName` is a reference that no other stack can follow. */
  readonly alarmNames: string[] = [];
  readonly #plan: Plan;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { plan, name = peoplePart }: PagingProps) {
    super(scope, id);
    this.#plan = plan;
    const { account } = placeOf(this);
    // CloudWatch cannot publish to a topic under the account's default key for SNS: it needs one of its own.
    const key = new Key(this, "Key", {
      description: `Encrypts ${partName(plan, name)}`,
      enableKeyRotation: true,
      // Nothing is kept under it: what a topic has sent is gone. KMS waits thirty days before it deletes, free of charge.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const ofThisAccount = { StringEquals: { "aws:SourceAccount": account } };
    this.#key = key;
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
        conditions: ofThisAccount,
      }),
    );
    this.topic = new Topic(this, "Topic", {
      topicName: partName(plan, name),
      displayName: `Failover of ${plan.application}`,
      masterKey: key,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
  }

  /** Lets a function's messages be encrypted, as SNS does in its name. That it may publish is among its own permissions. */
  letEncrypt(role: IRole): void {
    this.#key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ArnPrincipal(role.roleArn)],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
      }),
    );
  }

  alarm(scope: Construct, id: string, about: PagingAlarm): Alarm {
    const alarmName = partName(this.#plan, about.name);
    const alarm = new Alarm(scope, id, {
      alarmName,
      alarmDescription: about.because,
      metric: about.metric,
      comparisonOperator: about.comparison,
      threshold: about.threshold,
      evaluationPeriods: about.periods,
      ...(about.datapoints === undefined ? {} : { datapointsToAlarm: about.datapoints }),
      treatMissingData: about.missing,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
    this.alarmNames.push(alarmName);
    return alarm;
  }
}
