import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { nodeOptions } from "../build/node-options.ts";
import { acknowledge } from "./acknowledge.ts";
import type { FunctionSpec } from "./functions.ts";
import type { HandlerCode } from "./handler-code.ts";
import { functionName, type Place } from "./names.ts";
import { permissionsOf, platformPermissions } from "./permissions.ts";
import type { Permission } from "./permissions/statement.ts";
import type { PlanDocument } from "./plan-document.ts";

export interface HandlerFunctionProps {
  readonly document: PlanDocument;
  readonly spec: FunctionSpec;
  readonly code: HandlerCode;
  readonly logRetention: RetentionDays;
  /** Environment variables besides the plan's path. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where Lambda puts an event with which every try failed. @default nowhere */
  readonly onFailure?: IQueue;
}

/** One handler as a Lambda function, with a role and a log group of its own. */
export class HandlerFunction extends Construct {
  readonly spec: FunctionSpec;
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { document, spec, code, logRetention, environment = {}, onFailure } = props;
    const name = functionName(document.plan, spec.name);
    this.spec = spec;

    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/aws/lambda/${name}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const place = placeOf(this);
    const logGroupArn = `arn:${place.partition}:logs:${place.region}:${place.account}:log-group:/aws/lambda/${name}`;
    const permissionsIn = (where: Place, log: string) => [
      ...permissionsOf(spec.name, document.plan, where),
      ...platformPermissions(log),
    ];
    const role = new Role(this, "Role", {
      description: `${name} in ${place.region}: ${spec.description}`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        permissions: new PolicyDocument({ statements: permissionsIn(place, logGroupArn).map(statementOf) }),
      },
    });
    this.role = role;
    this.logGroup = logGroup;
    acknowledgeWildcards(role, permissionsIn(place, logGroupArn));

    this.function = new LambdaFunction(this, "Function", {
      functionName: name,
      description: spec.description,
      code: code.codeOf(spec, document),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: spec.memoryMiB,
      timeout: Duration.seconds(spec.timeoutSeconds),
      ...(spec.reservedConcurrency === null ? {} : { reservedConcurrentExecutions: spec.reservedConcurrency }),
      retryAttempts: spec.retryAttempts,
      maxEventAge: spec.retryAttempts === 0 ? Duration.minutes(1) : Duration.hours(1),
      ...(onFailure === undefined ? {} : { onFailure: new SqsDestination(onFailure) }),
      // The CDK would add what the table of permissions has already.
      role: role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      tracing: Tracing.ACTIVE,
      environment: {
        FAILOVER_PLAN: "/var/task/plan.json",
        NODE_OPTIONS: nodeOptions.join(" "),
        POWERTOOLS_SERVICE_NAME: name,
        ...environment,
      },
    });
  }
}

/** Account, partition and Region of the stack that a construct is in. */
export function placeOf(construct: Construct): Place {
  const { account, partition, region } = Stack.of(construct);
  return { account, partition, region };
}

function statementOf({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [...resources],
    ...(conditions === undefined ? {} : { conditions }),
  });
}

/** Each resource with a wildcard has its reason in the table of permissions. */
function acknowledgeWildcards(role: Role, permissions: readonly Permission[]): void {
  const stack = Stack.of(role);
  for (const { resources, reason } of permissions) {
    for (const resource of resources.filter((each) => each.includes("*"))) {
      acknowledge(role, { [`IAM5[Resource::${flatten(stack.resolve(resource))}]`]: reason });
    }
  }
}

/** Text as cdk-nag shows it: a reference in it as its name in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value === "string") return value;
  const { "Fn::Join": join, Ref: reference } = value as {
    readonly "Fn::Join"?: readonly [string, readonly unknown[]];
    readonly Ref?: string;
  };
  if (reference !== undefined) return `<${reference}>`;
  return join === undefined ? JSON.stringify(value) : join[1].map(flatten).join(join[0]);
}
