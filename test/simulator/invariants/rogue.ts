import { marshall } from "@aws-sdk/util-dynamodb";
import type { CoordinationItem, Incident } from "../../../functions/coordination/item.ts";
import { initialItem } from "../../../functions/coordination/rules.ts";
import { isoInstant } from "../../../functions/shared/clock.ts";
import type { Plan } from "../../../functions/shared/plan/plan.ts";
import type { ServiceName } from "../../../simulator/aws/service.ts";
import { machineName } from "../../../simulator/deployment.ts";
import { Monitor } from "../../../simulator/invariants/monitor.ts";
import { planNamed } from "../../../simulator/plans.ts";
import { World } from "../../../simulator/world.ts";

/**
 * A small world with a controller that keeps no rule: it takes the lease when told to, and makes the calls and writes the
 * events that a test gives it. The real one runs beside it and finds nothing to do in the seconds that a test takes.
 */
export class Rogue {
  readonly world: World;
  readonly monitor: Monitor;
  readonly region: string;
  #execution = "";
  #incident = "";
  #epoch = 0;
  #calls = 0;

  constructor(automation: Partial<Plan["automation"]> = {}, plan: Plan = planNamed("storefront")) {
    this.world = new World({ ...plan, automation: { ...plan.automation, ...automation } }, 1);
    this.monitor = new Monitor(this.world);
    this.region = plan.regions[1]?.name ?? "";
  }

  async pass(seconds: number): Promise<this> {
    const { clock } = this.world;
    await clock.run({ deadline: clock.now() + seconds * 1_000, afterStep: () => this.monitor.afterStep() });
    return this;
  }

  /** Begins an execution, which ends at once, and takes the lease in its name. */
  async hold(failedRegion: string, authority: Incident["authority"] = "automation"): Promise<this> {
    const { world, region } = this;
    const { plan } = world;
    this.#execution = world.stepFunctions.startByEvent(region, machineName(plan), { nonsense: true }).arn;
    this.#epoch++;
    this.#incident = `${plan.application}-${failedRegion}-e${this.#epoch}`;
    const now = isoInstant(world.clock.now());
    const regions = plan.regions.map(({ name }) => name);
    const item: CoordinationItem = {
      ...initialItem(plan.application, regions, world.clock.now()),
      version: 1_000 + this.#epoch,
      epoch: this.#epoch,
      lease: { region, execution: this.#execution, expiresAt: isoInstant(world.clock.now() + 3_600_000) },
      incident: {
        id: this.#incident,
        failedRegion,
        cause: "down",
        failingSince: now,
        openedAt: now,
        survivors: regions.filter((name) => name !== failedRegion),
        branches: ["traffic"],
        question: null,
        stage: "underWay",
        authority,
        startedBy: "a test",
        reason: "a test",
        takeovers: 0,
        paged: [],
      },
    };
    this.#put(plan.coordination.table, plan.coordination.regions[0] ?? "", {
      pk: `coordination#${plan.application}`,
      sk: "item",
      ...item,
    });
    return await this.pass(1);
  }

  async call(
    service: ServiceName,
    operation: string,
    region: string,
    input: Readonly<Record<string, unknown>>,
    state = "Rogue",
  ): Promise<this> {
    const caller = {
      region: this.region,
      functionName: "Rogue",
      invocation: `rogue-${this.#calls++}`,
      execution: this.#execution,
      state,
    };
    this.world.network.call({ service, operation, region, input, caller }).catch(() => {
      // Refused or not: what was asked is on record.
    });
    return await this.pass(2);
  }

  /** Looks at the coordination item, as the step does that takes silence for an answer. */
  lookAfterSilence(): Promise<this> {
    const { coordination, application } = this.world.plan;
    const Key = marshall({ pk: `coordination#${application}`, sk: "item" });
    const input = { TableName: coordination.table, Key, ConsistentRead: true };
    return this.call("dynamodb", "GetItem", coordination.regions[0] ?? "", input, "RecordApproval");
  }

  /** Writes `evacuate/<region>` as the health-check switch does. */
  evacuate(region: string, holder = this.region): Promise<this> {
    const Bucket = `${this.world.plan.application}-switch-${holder}`;
    return this.call("s3", "PutObject", holder, {
      Bucket: this.world.plan.application === "two-regions" ? `orders-switch-${holder}` : Bucket,
      Key: `evacuate/${region}`,
      Body: "{}",
      ContentType: "application/json",
    });
  }

  promote(target: string, operation: "FailoverGlobalCluster" | "SwitchoverGlobalCluster", from: string): Promise<this> {
    const { database } = this.world.plan;
    return this.call("rds", operation, from, {
      GlobalClusterIdentifier: database?.globalCluster,
      TargetDbClusterIdentifier: database?.clusters[target],
      ...(operation === "FailoverGlobalCluster" ? { AllowDataLoss: true } : {}),
    });
  }

  /** Puts an event of this incident into the timeline. */
  async say(step: string, kind: string, detail: Readonly<Record<string, unknown>>): Promise<this> {
    const { world, region } = this;
    this.#put(world.plan.recordsTable, region, {
      pk: `incident#${this.#incident}`,
      sk: `${this.#epoch}#${this.#calls++}`,
      ...{ incident: this.#incident, epoch: this.#epoch, seq: this.#calls, at: world.iso(), region },
      ...{ step, kind, summary: "a test", detail, previousHash: "", hash: "" },
    });
    return await this.pass(1);
  }

  /** A question with this sentence, and the answer to it. */
  async ask(summary: string, answer: unknown, epoch = this.#epoch): Promise<this> {
    const { world, region } = this;
    const token = `token-${this.#calls++}`;
    const pk = `approval#${this.#incident}`;
    this.#put(world.plan.recordsTable, region, { pk, sk: "run", token, incident: this.#incident, epoch, summary });
    const question = world.people.questions.at(-1);
    if (question === undefined) throw new Error("The question is not on record");
    world.people.noteCall({
      ...{ at: world.clock.now(), performedAt: world.clock.now(), performed: true, verdict: "answered", error: null },
      ...{ service: "states", operation: "SendTaskSuccess", region, caller: world.person(region) },
      input: { taskToken: token, output: JSON.stringify(answer) },
    });
    return await this.pass(1);
  }

  /** The promises broken so far, each once. */
  get broken(): readonly string[] {
    return [...new Set(this.monitor.violations.map(({ invariant }) => invariant))].sort();
  }

  #put(TableName: string, region: string, item: Readonly<Record<string, unknown>>): void {
    const Item = marshall(item, { removeUndefinedValues: true });
    this.world.dynamoDB.handle({
      service: "dynamodb",
      operation: "PutItem",
      region,
      input: { TableName, Item },
      caller: this.world.person(region),
    });
  }
}
