import { App, type AppProps } from "aws-cdk-lib";
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
  const app = new App({
    // Nothing of the machine that synthesizes goes into a template: the same plan gives the same templates everywhere.
    analyticsReporting: false,
    context,
    ...(outdir === undefined ? {} : { outdir }),
  });
  const failover = new RegionFailover(app, "Failover", {
    plan,
    ...(account === undefined ? {} : { account }),
    ...(planAlarms === undefined ? {} : { planAlarms }),
    ...(code === undefined ? {} : { code }),
  });
  return { app, failover };
}
