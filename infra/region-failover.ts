import { Stack, type StackProps, Tags, Token } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { Controller, type PlanAlarms } from "./controller.ts";
import { dashboard } from "./dashboard.ts";
import { Forwarder, forwarderRegions } from "./forwarder.ts";
import { type HandlerCode, prebuiltHandlers } from "./handler-code.ts";
import { placeOf } from "./handler-function.ts";
import { type HealthCheckIds, HealthChecks, healthChecksRegion } from "./health-checks.ts";
import { healthChecksPart, partName } from "./names.ts";
import { type PeoplesTask, peoplesPermissions } from "./people.ts";
import { accountOf, type PlanDocument } from "./plan-document.ts";
import { coordinationHome, coordinationTable, recordsHome, recordsTable } from "./tables.ts";
import { Witness } from "./witness.ts";

export interface RegionFailoverProps {
  /** The plan, as `readPlanDocument` reads it: checked, with what the functions are given of it. */
  readonly plan: PlanDocument;

  /**
   * The account to deploy to.
   *
   * @default - that of the plan's Aurora clusters; without a database the account of the credentials
   */
  readonly account?: string;

  /**
   * Where the functions' code comes from.
   *
   * @default - the bundles of `npm run build`
   */
  readonly code?: HandlerCode;

  /**
   * Whose the alarms are that `detection.alarms` of the plan names.
   *
   * @default "made"
   */
  readonly planAlarms?: PlanAlarms;

  /**
   * How long logs of functions and executions are kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;
}

/**
 * The controller of one application, in all its Regions: a construct that makes the stacks of a plan, for the project's
 * own app and for those of others. Stacks know each other by name only, so that each Region can be deployed, or be gone,
 * without the others (docs/adr/0013).
 */
export class RegionFailover extends Construct {
  /** The strongly consistent table of the coordination item. */
  readonly coordinationTable: TableV2;
  /** The global table of timeline, observations, decisions and questions. */
  readonly recordsTable: TableV2;
  /** By Region that serves: state machine, functions, rules, reports with their bucket, topic, alarms. */
  readonly controllers: Readonly<Record<string, Controller>>;
  /** By Region that only observes. */
  readonly witnesses: Readonly<Record<string, Witness>>;
  /**
   * By Region, the health check that its record must carry; null unless the plan's switch is `healthCheck`. They are of a
   * stack in us-east-1: give a stack of another Region `crossRegionReferences`.
   */
  readonly healthCheckIds: HealthCheckIds | null;
  /** By Region from whose bus events are sent on to those that serve. Their topics want subscribers, too. */
  readonly forwarders: Readonly<Record<string, Forwarder>>;
  /** In the order in which they are deployed. */
  readonly stacks: readonly Stack[];
  readonly #document: PlanDocument;

  /** @throws FailoverError "InvalidPlan"; RangeError for an account that is none, or is not the plan's */
  constructor(scope: Construct, id: string, props: RegionFailoverProps) {
    super(scope, id);
    const { plan: document, code = prebuiltHandlers(), planAlarms = "made" } = props;
    const { logRetention = RetentionDays.THREE_MONTHS } = props;
    const { plan } = document;
    this.#document = document;
    const account = checkedAccount(accountOf(plan), props.account);
    const makeStack = (part: string, region: string, description: string): Stack => {
      const stackProps: StackProps = {
        stackName: partName(plan, part),
        description: `${description} (region-failover, ${plan.application})`,
        env: { region, ...(account === undefined ? {} : { account }) },
      };
      const stack = new Stack(this, part, stackProps);
      Tags.of(stack).add("failover-application", plan.application);
      return stack;
    };

    const coordination = makeStack("coordination", coordinationHome(plan), "The strongly consistent table");
    this.coordinationTable = coordinationTable(coordination, "Table", plan);
    const records = makeStack("records", recordsHome(plan), "The records table and the dashboard");
    this.recordsTable = recordsTable(records, "Table", plan);

    const controllers = plan.regions.map(({ name }) => {
      const stack = makeStack(`controller-${name}`, name, `The controller in ${name}`);
      return [name, new Controller(stack, "Controller", { document, code, logRetention, planAlarms })] as const;
    });
    this.controllers = Object.fromEntries(controllers);
    const witnesses = plan.detection.witnesses.map((name) => {
      const stack = makeStack(`witness-${name}`, name, `The witness in ${name}`);
      return [name, new Witness(stack, "Witness", { document, code, logRetention })] as const;
    });
    this.witnesses = Object.fromEntries(witnesses);
    const alarmNames = [...controllers, ...witnesses].map(([name, part]) => [name, part.alarmNames] as const);
    dashboard(records, "Dashboard", plan, Object.fromEntries(alarmNames));

    const { switch: chosen } = plan.traffic;
    const last: Stack[] = [];
    if (chosen.kind === "healthCheck") {
      const stack = makeStack(healthChecksPart, healthChecksRegion, "What the records' health looks at");
      this.healthCheckIds = new HealthChecks(stack, "HealthChecks", { plan, buckets: chosen.buckets }).ids;
      last.push(stack);
    } else {
      this.healthCheckIds = null;
    }
    const forwarders = forwarderRegions(plan).map((name) => {
      const stack = makeStack(`forwarder-${name}`, name, `Events of ${name} for the Regions that serve`);
      last.push(stack);
      return [name, new Forwarder(stack, "Forwarder", plan)] as const;
    });
    this.forwarders = Object.fromEntries(forwarders);

    const inEach = [...controllers, ...witnesses].map(([, part]) => Stack.of(part));
    for (const stack of inEach) {
      stack.addStackDependency(coordination);
      stack.addStackDependency(records);
    }
    // An inverted check looks at a bucket, an event goes to a rule: both must be there.
    for (const stack of last) for (const [, part] of controllers) stack.addStackDependency(Stack.of(part));
    this.stacks = [coordination, records, ...inEach, ...last];
  }

  /** Lets somebody start a failover, or a retry, in any Region. Whoever may do that may evacuate a Region. */
  grantStart(grantee: IGrantable): Grant {
    return this.#grant("start", grantee);
  }

  /** Lets somebody read what runs ask, in any Region, and answer. */
  grantApprove(grantee: IGrantable): Grant {
    return this.#grant("approve", grantee);
  }

  /** Lets somebody read what happened: executions, timelines, decisions, the coordination item, reports. No task tokens. */
  grantReadTimeline(grantee: IGrantable): Grant {
    return this.#grant("readTimeline", grantee);
  }

  /** Lets somebody read the reports of runs, in whichever Region they were closed, and nothing else. */
  grantReadReports(grantee: IGrantable): Grant {
    return this.#grant("readReports", grantee);
  }

  /** Lets somebody read and change the coordination item: pause automation. */
  grantPause(grantee: IGrantable): Grant {
    return this.#grant("pause", grantee);
  }

  /**
   * Lets somebody return a Region by hand: look at it, count on it again, undo the switch, switch the writer over, set
   * the groups back.
   */
  grantReturn(grantee: IGrantable): Grant {
    return this.#grant("return", grantee);
  }

  /**
   * Lets somebody fail over without the controller, while the coordination table is away: throw the switch, raise the
   * groups, make another cluster the writer, with loss if need be. For a role of its own, behind what the team has
   * against haste.
   */
  grantByHand(grantee: IGrantable): Grant {
    return this.#grant("byHand", grantee);
  }

  /** By name, in all Regions: a grant of a resource's own would make the other stack import from that one's. */
  #grant(task: PeoplesTask, grantee: IGrantable): Grant {
    return peoplesPermissions(task, this.#document.plan, placeOf(this.coordinationTable))
      .map(({ actions, resources, conditions }) =>
        Grant.addToPrincipal({
          grantee,
          actions: [...actions],
          resourceArns: [...resources],
          ...(conditions === undefined ? {} : { conditions }),
        }),
      )
      .reduce((all, grant) => all.combine(grant));
  }
}

/** Every Region that gets a stack, and so must be bootstrapped. */
export function stackRegions(plan: Plan): readonly string[] {
  const healthChecks = plan.traffic.switch.kind === "healthCheck" ? [healthChecksRegion] : [];
  return [
    ...new Set([
      coordinationHome(plan),
      recordsHome(plan),
      ...vantagesOf(plan),
      ...healthChecks,
      ...forwarderRegions(plan),
    ]),
  ];
}

/** @returns undefined where the account is only known when the stacks are deployed */
function checkedAccount(ofPlan: string | null, given: string | undefined): string | undefined {
  if (given === undefined || Token.isUnresolved(given)) return ofPlan ?? given;
  if (!/^\d{12}$/.test(given))
    throw new RangeError(`account must be twelve digits. Received: ${JSON.stringify(given)}`);
  if (ofPlan !== null && ofPlan !== given) {
    throw new RangeError(`account must be ${ofPlan}, where the plan's Aurora clusters are. Received: ${given}`);
  }
  return given;
}
