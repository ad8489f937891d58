import { App, type AppProps, Aws, Tags } from "aws-cdk-lib";
import { ManagedPolicy, PermissionsBoundary } from "aws-cdk-lib/aws-iam";
import type { PlanAlarms } from "./controller.ts";
import type { HandlerCode } from "./handler-code.ts";
import type { PlanDocument } from "./plan-document.ts";
import { RegionFailover } from "./region-failover.ts";

export interface FailoverAppProps {
  readonly plan: PlanDocument;
  /** @default - the account of the plan, else `CDK_DEFAULT_ACCOUNT`, else that of the credentials at deployment */
  readonly account?: string;
  /** @default "made" */
  readonly planAlarms?: PlanAlarms;
  /** @default - the bundles of `npm run build` */
  readonly code?: HandlerCode;
  /** Folder of the cloud assembly. @default cdk.out */
  readonly outdir?: string;
  /** Of the bootstrap stack that deploys. @default - the CDK's own */
  readonly qualifier?: string;
  /** For every resource and stack. @default - none besides `failover-application` */
  readonly tags?: Readonly<Record<string, string>>;
  /** Name or ARN of the managed policy that bounds every role. @default - none */
  readonly permissionsBoundary?: string;
  /** @default - none besides the project's own */
  readonly context?: NonNullable<AppProps["context"]>;
}

export interface FailoverApp {
  readonly app: App;
  readonly failover: RegionFailover;
}

/** The CDK app of a plan: every stack in every Region. */
export function createFailoverApp(props: FailoverAppProps): FailoverApp {
  const { plan, planAlarms, code, outdir, context = {}, account } = props;
  const { qualifier, tags = {}, permissionsBoundary } = props;
  const app = new App({
    // Nothing of the machine that synthesizes goes into a template: the same plan gives the same templates everywhere.
    analyticsReporting: false,
    context: { ...context, ...(qualifier === undefined ? {} : { "@aws-cdk/core:bootstrapQualifier": qualifier }) },
    ...(outdir === undefined ? {} : { outdir }),
  });
  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);
  if (permissionsBoundary !== undefined) {
    const arn = permissionsBoundary.startsWith("arn:")
      ? permissionsBoundary
      : `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:policy/${permissionsBoundary}`;
    PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyArn(app, "PermissionsBoundary", arn));
  }
  const failover = new RegionFailover(app, "Failover", {
    plan,
    ...(account === undefined ? {} : { account }),
    ...(planAlarms === undefined ? {} : { planAlarms }),
    ...(code === undefined ? {} : { code }),
  });
  return { app, failover };
}
