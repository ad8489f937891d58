import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { CoordinationItem, Incident, Run } from "../../functions/coordination/item.ts";
import { type AwsClients, type AwsService, silentNameServers } from "../../functions/shared/clients.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import type { Dependencies } from "../../functions/shared/dependencies.ts";
import { silentLogger } from "../../functions/shared/logger.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { seededRandom } from "../../functions/shared/random.ts";
import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { Observation } from "../../functions/watch/observation.ts";

/**
 * As much of AWS as the steps that only use DynamoDB and Auto Scaling need, in memory: one strongly consistent table
 * space for all Regions, and groups whose instances come `launchSeconds` after they are asked for.
 */
export class SmallCloud {
  readonly groups = new Map<string, FakeGroup>();
  /** Answers of DescribeTable, by `table@region`. */
  readonly tables = new Map<string, object>();
  /** `Operation@region` of every call, in order. */
  readonly calls: string[] = [];
  /** Asked before every call; what it throws is the answer. */
  onCall: (operation: string, region: string, input: Input) => void = () => {};
  /** Asked after a call was carried out; what it throws stands in for the lost answer. */
  afterCall: (operation: string, region: string) => void = () => {};
  readonly #items = new Map<string, Record<string, unknown>>();
  #now: number;

  constructor(at: string) {
    this.#now = parseInstant(at);
  }

  readonly clock = {
    now: () => this.#now,
    sleep: async (milliseconds: number) => {
      this.#now += Math.max(0, milliseconds);
    },
  };

  dependencies(plan: Plan, region: string): Dependencies<AwsService> {
    const client = (service: string) => (at: string) => ({
      send: async (command: { readonly constructor: { readonly name: string }; readonly input: Input }) => {
        const operation = command.constructor.name.replace(/Command$/, "");
        this.calls.push(`${operation}@${at}`);
        await this.clock.sleep(5);
        this.onCall(operation, at, command.input);
        const answer = this.#answer(operation, at, command.input);
        this.afterCall(operation, at);
        return answer;
      },
      service,
    });
    const aws = {
      autoScaling: client("autoscaling"),
      dynamoDB: client("dynamodb"),
      eventBridge: client("events"),
    } as unknown as AwsClients;
    const http = { probe: () => Promise.reject(new Error("no probes here")) };
    const { clock } = this;
    const none = {
      stateMachineArn: null,
      reportBucket: null,
      topicArn: null,
      s3Endpoint: null,
      nameServers: silentNameServers,
    };
    return { plan, region, clock, random: seededRandom(7), aws, http, logger: silentLogger, ...none };
  }

  /** Opens the incident of `run` and gives it the lease. */
  open(plan: Plan, run: Run, changes: Partial<Incident> = {}): void {
    const { incident: id, epoch, execution, failedRegion, cause, failingSince, survivors, authority } = run;
    const item: CoordinationItem = {
      application: plan.application,
      format: 1,
      version: epoch,
      epoch,
      lease: { region: survivors[0] as string, execution, expiresAt: isoInstant(this.#now + 60_000) },
      regions: {},
      incident: {
        id,
        failedRegion,
        cause,
        failingSince,
        openedAt: failingSince,
        survivors,
        branches: ["capacity", "tables"],
        question: null,
        authority,
        startedBy: "a test",
        stage: "underWay",
        takeovers: 0,
        paged: [],
        reason: "a test",
        ...changes,
      },
      completed: [],
      pause: null,
      writtenBy: "",
    };
    this.#put(plan.coordination.table, { pk: `coordination#${plan.application}`, sk: "item", ...item });
  }

  /** Writes into the book how Regions stand. */
  keepBook(plan: Plan, regions: CoordinationItem["regions"]): void {
    const item = this.coordinationItem(plan);
    this.#put(plan.coordination.table, { ...item, pk: `coordination#${plan.application}`, sk: "item", regions });
  }

  observe(plan: Plan, observation: Partial<Observation> & Pick<Observation, "vantage" | "at">): void {
    const customers = { vote: "unknown", since: observation.at, servedBy: null };
    const nothing = { votes: [], customers, heartbeatAgeSeconds: {}, capacity: null, lag: null };
    this.#put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...nothing, ...observation });
  }

  coordinationItem(plan: Plan): CoordinationItem {
    const [row] = this.#rows(plan.coordination.table, `coordination#${plan.application}`);
    return row as unknown as CoordinationItem;
  }

  timeline(plan: Plan, incident: string): readonly TimelineEvent[] {
    return this.#rows(plan.recordsTable, `incident#${incident}`).map(
      ({ pk: _pk, sk: _sk, ...event }) => event as unknown as TimelineEvent,
    );
  }

  #answer(operation: string, region: string, input: Input): object {
    switch (operation) {
      case "GetItem": {
        const item = this.#items.get(keyOf(input.TableName, unmarshall(input.Key)));
        return item === undefined ? {} : { Item: marshall(item) };
      }
      case "PutItem":
        return this.#conditionalPut(input);
      case "Query": {
        const values = unmarshall(input.ExpressionAttributeValues);
        const rows = this.#rows(input.TableName, values[":pk"]).filter((row) =>
          String(row.sk).startsWith(values[":prefix"] ?? ""),
        );
        if (input.ScanIndexForward === false) rows.reverse();
        return { Items: rows.slice(0, input.Limit ?? rows.length).map((row) => marshall(row)) };
      }
      case "DescribeTable": {
        const table = this.tables.get(`${input.TableName}@${region}`);
        if (table === undefined) throw awsError("ResourceNotFoundException", "no such table");
        return { Table: table };
      }
      case "DescribeAutoScalingGroups": {
        const group = this.groups.get(`${input.AutoScalingGroupNames[0]}@${region}`);
        return {
          AutoScalingGroups: group === undefined ? [] : [group.describe(input.AutoScalingGroupNames[0], this.#now)],
        };
      }
      case "DescribeScalingActivities":
        return { Activities: this.#group(input, region).activities(this.#now) };
      case "DescribeInstanceRefreshes":
        return { InstanceRefreshes: this.#group(input, region).refreshes.map((Status) => ({ Status })) };
      case "UpdateAutoScalingGroup":
        this.#group(input, region).update(input, this.#now);
        return {};
      case "PutEvents":
        return {};
      default:
        throw new TypeError(`This cloud does not know ${operation}`);
    }
  }

  #group(input: Input, region: string): FakeGroup {
    const group = this.groups.get(`${input.AutoScalingGroupName}@${region}`);
    if (group === undefined) throw awsError("ValidationError", `no group ${input.AutoScalingGroupName}`);
    return group;
  }

  #conditionalPut(input: Input): object {
    const item = unmarshall(input.Item);
    const stored = this.#items.get(keyOf(input.TableName, item));
    const condition = String(input.ConditionExpression ?? "");
    const expected = input.ExpressionAttributeValues && unmarshall(input.ExpressionAttributeValues)[":expected"];
    const holds =
      condition === "" ||
      (condition.includes("attribute_not_exists") && stored === undefined) ||
      (condition.includes("version") && stored?.version === expected);
    if (!holds) throw awsError("ConditionalCheckFailedException", "the condition does not hold");
    this.#put(input.TableName, item);
    return {};
  }

  #put(table: string, item: Record<string, unknown>): void {
    this.#items.set(keyOf(table, item), item);
  }

  #rows(table: string, pk: unknown): Record<string, unknown>[] {
    return [...this.#items]
      .filter(([key, item]) => key.startsWith(`${table}/`) && item.pk === pk)
      .map(([, item]) => item)
      .sort((left, right) => (String(left.sk) < String(right.sk) ? -1 : 1));
  }
}

type Attributes = Readonly<Record<string, AttributeValue>>;

/** The inputs of all the commands that are answered here, by the fields that matter. */
interface Input {
  readonly TableName: string;
  readonly Key: Attributes;
  readonly Item: Attributes;
  readonly ExpressionAttributeValues: Attributes;
  readonly ConditionExpression?: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly AutoScalingGroupName: string;
  readonly AutoScalingGroupNames: readonly [string];
  readonly MinSize?: number;
  readonly MaxSize?: number;
  readonly DesiredCapacity?: number;
}

const keyOf = (table: string, item: Record<string, unknown>) => `${table}/${item.pk}/${item.sk}`;

export function awsError(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

/** A group that has at most `launchable` units, and every unit weighs `weight`. */
export class FakeGroup {
  minimum: number;
  desired: number;
  maximum: number;
  launchable = Number.POSITIVE_INFINITY;
  shortage =
    "We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-west-1a).";
  launchSeconds = 60;
  suspended: string[] = [];
  refreshes: string[] = [];
  weight: number | null = null;
  /** Every update as it came, and whether one ever lowered anything. */
  readonly updates: Input[] = [];
  lowered = false;
  #inService: number;
  #changedAt = 0;

  constructor(size: { minimum: number; desired: number; maximum: number; inService?: number }) {
    this.minimum = size.minimum;
    this.desired = size.desired;
    this.maximum = size.maximum;
    this.#inService = size.inService ?? size.desired;
  }

  describe(name: string, now: number): object {
    const inService = this.inService(now);
    const pending = Math.max(0, Math.min(this.desired, this.#limit()) - inService);
    const instances = (units: number, LifecycleState: string) =>
      Array.from({ length: Math.ceil(units / (this.weight ?? 1)) }, () => ({
        LifecycleState,
        ...(this.weight === null ? {} : { WeightedCapacity: String(this.weight) }),
      }));
    return {
      AutoScalingGroupName: name,
      MinSize: this.minimum,
      DesiredCapacity: this.desired,
      MaxSize: this.maximum,
      Instances: [
        ...instances(inService, "InService"),
        ...instances(pending, "Pending"),
        { LifecycleState: "Warmed:Stopped" },
      ],
      SuspendedProcesses: this.suspended.map((ProcessName) => ({ ProcessName })),
    };
  }

  inService(now: number): number {
    if (now >= this.#changedAt + this.launchSeconds * 1_000) {
      this.#inService = Math.max(this.#inService, Math.min(this.desired, this.#limit()));
    }
    return this.#inService;
  }

  activities(now: number): object[] {
    if (this.desired <= this.launchable || now < this.#changedAt + 5_000) return [];
    return [
      {
        Description: "Launching a new EC2 instance.  Status Reason: see the message",
        StartTime: { getTime: () => this.#changedAt + 5_000 },
        StatusCode: "Failed",
        StatusMessage: this.shortage,
      },
    ];
  }

  /** As AWS does: MinSize takes DesiredCapacity along, and what contradicts itself is refused. */
  update(input: Input, now: number): void {
    this.inService(now);
    this.updates.push(input);
    const minimum = input.MinSize ?? this.minimum;
    const maximum = input.MaxSize ?? this.maximum;
    const desired = input.DesiredCapacity ?? Math.max(this.desired, input.MinSize ?? 0);
    if (minimum > maximum || desired < minimum || desired > maximum) {
      throw awsError("ValidationError", `min ${minimum}, desired ${desired}, max ${maximum}`);
    }
    this.lowered ||= minimum < this.minimum || maximum < this.maximum || desired < this.desired;
    Object.assign(this, { minimum, maximum, desired });
    this.#changedAt = now;
  }

  #limit(): number {
    return this.suspended.includes("Launch") ? this.#inService : this.launchable;
  }
}
