import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import { acknowledge } from "./acknowledge.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { functionAlarms } from "./function-alarms.ts";
import { reportSpec } from "./functions.ts";
import type { HandlerCode } from "./handler-code.ts";
import { HandlerFunction, placeOf } from "./handler-function.ts";
import { reportBucketName } from "./names.ts";
import type { Paging } from "./paging.ts";
import type { PlanDocument } from "./plan-document.ts";
import { delivered, deliveryAttempts, eventRule } from "./rules.ts";

/** A closing event that is delivered later than this finds the same timeline. */
const maximumAgeSeconds = 86_400;

export interface ReportsProps {
  readonly document: PlanDocument;
  readonly code: HandlerCode;
  readonly logRetention: RetentionDays;
  readonly paging: Paging;
  readonly deadLetters: DeadLetters;
}

/** The reports of runs that were closed in this Region: the function that makes them, and the bucket that keeps them. */
export class Reports extends Construct {
  readonly bucket: Bucket;
  readonly handler: HandlerFunction;
  readonly rule: Rule;

  constructor(scope: Construct, id: string, props: ReportsProps) {
    super(scope, id);
    const { document, code, logRetention, paging, deadLetters } = props;
    const { plan } = document;
    this.bucket = new Bucket(this, "Bucket", {
      bucketName: reportBucketName(plan, placeOf(this)),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
      // What happened is wanted longer than the controller; nothing has, while its stack is first deployed.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(this.bucket, {
      S1: "A few reports a year: an access log would be another bucket to keep. Reads and writes of objects can be had in CloudTrail",
    });
    this.handler = new HandlerFunction(this, "Handler", {
      document,
      spec: reportSpec,
      code,
      logRetention,
      environment: { FAILOVER_REPORT_BUCKET: this.bucket.bucketName },
    });
    this.rule = eventRule(this, "Closed", {
      plan,
      name: "reports",
      description: "A run has closed: keep its report",
      pattern: {
        source: [timelineEventSource],
        detailType: [timelineEventType],
        detail: {
          incident: plan.regions.map(({ name }) => ({ prefix: `${plan.application}-${name}-e` })),
          kind: ["closed"],
        },
      },
    });
    this.rule.addTarget(
      new LambdaFunction(
        this.handler.function,
        delivered({ deadLetters, maximumAgeSeconds, attempts: deliveryAttempts }),
      ),
    );
    functionAlarms(this, { paging, handler: this.handler, failures: 1 });
  }
}
