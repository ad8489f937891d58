import { createHash } from "node:crypto";
import { Duration, Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import type * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import * as cr from "aws-cdk-lib/custom-resources";
import { Construct } from "constructs";

export interface SchemaProps {
  /** One statement that can be applied again and again. */
  readonly sql: string;
  readonly clusterArn: string;
  /** The administrator's credentials. */
  readonly secret: secretsmanager.ISecret;
  readonly database: string;
}

/**
 * Applies the schema through the RDS Data API whenever its text has changed: no function inside the VPC, no network path.
 * The Data API answers in the writer's Region alone, so a changed schema is deployed while the writer is where it began.
 */
export class Schema extends Construct {
  constructor(scope: Construct, id: string, props: SchemaProps) {
    super(scope, id);
    const apply: cr.AwsSdkCall = {
      service: "RDSData",
      action: "executeStatement",
      parameters: {
        resourceArn: props.clusterArn,
        secretArn: props.secret.secretArn,
        database: props.database,
        sql: props.sql,
      },
      physicalResourceId: cr.PhysicalResourceId.of(createHash("sha256").update(props.sql).digest("hex").slice(0, 16)),
      // Nothing that the answer holds is of use, and what is not stored cannot leak.
      outputPaths: ["numberOfRecordsUpdated"],
    };
    new cr.AwsCustomResource(this, "Apply", {
      resourceType: "Custom::WorkloadSchema",
      onCreate: apply,
      onUpdate: apply,
      timeout: Duration.minutes(2),
      installLatestAwsSdk: false,
      logGroup: new logs.LogGroup(this, "Log", { retention: logs.RetentionDays.ONE_MONTH }),
      policy: cr.AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ["rds-data:ExecuteStatement"], resources: [props.clusterArn] }),
        new iam.PolicyStatement({
          actions: ["secretsmanager:GetSecretValue"],
          resources: [props.secret.secretArn],
        }),
      ]),
    });
  }
}

/** What the CDK's own singleton function for such resources is excused from. */
export function acknowledgeCustomResourceFunction(scope: Construct): void {
  for (const child of scope.node.children) {
    if (!child.node.id.startsWith("AWS679f53fac002430cb0da5b7982bd2287")) continue;
    Validations.of(child).acknowledge({
      id: "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
      reason: "The CDK's function for custom resources writes its log by the managed basic policy.",
    });
  }
}
