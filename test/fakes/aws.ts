import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import {
  type AwsClients,
  type AwsService,
  type HttpProber,
  type ProbeResult,
  silentNameServers,
} from "../../functions/shared/clients.ts";
import type { Dependencies } from "../../functions/shared/dependencies.ts";
import type { Logger } from "../../functions/shared/logger.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { seededRandom } from "../../functions/shared/random.ts";
import { VirtualClock } from "../../simulator/clock.ts";

// biome-ignore lint/suspicious/noExplicitAny: the inputs of every command there is, read by the fields that matter here.
type Input = any;

export interface Call {
  readonly operation: string;
  /** The Region asked; "global" for Route 53. */
  readonly region: string;
  readonly input: Input;
}

/** An error as the SDK throws it. */
export function awsError(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

/** A call that got no answer. */
export function noAnswer(): Error {
  return Object.assign(new Error("no answer"), { name: "TimeoutError" });
}

/**
 * AWS at the seam of the clients: tables that every Region sees alike, everything else answered by script. Each call takes
 * `latencyMs` of virtual time to arrive and as much to answer, so that callers overtake each other.
 */
export class FakeAws {
  readonly clock = new VirtualClock(Date.parse("2026-03-14T09:05:00Z"));
  readonly calls: Call[] = [];
  readonly items = new Map<string, Record<string, unknown>>();
  readonly logged: string[] = [];
  /** Answers by operation, of all but GetItem, PutItem and Query. */
  readonly answers: Record<string, (call: Call) => object> = { PutEvents: () => ({}), PutMetricData: () => ({}) };
  latencyMs: (call: Call) => number = () => 5;
  /** Asked when a call arrives: what it throws is answered, and nothing is done. */
  before: (call: Call) => void = () => {};
  /** Asked when a call was carried out: what it throws is answered in place of the true answer. */
  after: (call: Call) => void = () => {};
  probe: (request: Parameters<HttpProber["probe"]>[0]) => ProbeResult = () => ({
    kind: "served",
    status: 200,
    latencyMs: 1,
    servedBy: null,
  });

  dependencies(plan: Plan, region: string, seed = 7): Dependencies<AwsService> {
    const logger: Logger = {
      info: (message) => void this.logged.push(message),
      warn: (message) => void this.logged.push(message),
      error: (message) => void this.logged.push(message),
      child: () => logger,
    };
    return {
      plan,
      region,
      clock: this.clock,
      random: seededRandom(seed),
      aws: this.#clients(),
      nameServers: silentNameServers,
      http: { probe: async (request) => this.probe(request) },
      logger,
      stateMachineArn: `arn:aws:states:${region}:111122223333:stateMachine:failover`,
      reportBucket: `reports-${region}`,
      s3Endpoint: null,
      topicArn: `arn:aws:sns:${region}:111122223333:failover-${plan.application}-people`,
    };
  }

  /** `Operation@region` of every call so far, of the operations asked for. */
  made(...operations: readonly string[]): readonly string[] {
    return this.calls
      .filter(({ operation }) => operations.length === 0 || operations.includes(operation))
      .map(({ operation, region }) => `${operation}@${region}`);
  }

  /** Lets time pass until `work` is settled, an hour at most. */
  async finish<Answer>(work: Promise<Answer>): Promise<Answer> {
    let settled = false;
    work.then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    const { clock } = this;
    await clock.run({ deadline: clock.now() + 3_600_000, until: () => settled });
    if (!settled) throw new Error("It did not end within an hour");
    return work;
  }

  put(table: string, item: Record<string, unknown>): void {
    this.items.set(keyOf(table, item), structuredClone(item));
  }

  /** The stored items of a partition, in the order of their sort keys. */
  rows(table: string, pk: string): readonly Record<string, unknown>[] {
    return [...this.items]
      .filter(([key, item]) => key.startsWith(`${table}|`) && item.pk === pk)
      .map(([, item]) => item)
      .sort((left, right) => (String(left.sk) < String(right.sk) ? -1 : 1));
  }

  #clients(): AwsClients {
    const at = (region: string) => ({
      send: (command: { readonly constructor: { readonly name: string }; readonly input: Input }) =>
        this.#send({ operation: command.constructor.name.replace(/Command$/, ""), region, input: command.input }),
    });
    const client = { route53: () => at("global"), recoveryCluster: ({ region }: { region: string }) => at(region) };
    const regional = ["autoScaling", "cloudWatch", "dynamoDB", "eventBridge", "rds", "s3", "sns", "stepFunctions"];
    return { ...client, ...Object.fromEntries(regional.map((name) => [name, at])) } as unknown as AwsClients;
  }

  async #send(call: Call): Promise<object> {
    this.calls.push(call);
    await this.clock.sleep(this.latencyMs(call));
    this.before(call);
    const answer = this.#answer(call);
    await this.clock.sleep(this.latencyMs(call));
    this.after(call);
    return answer;
  }

  #answer(call: Call): object {
    const { operation, input } = call;
    switch (operation) {
      case "GetItem": {
        const item = this.items.get(keyOf(input.TableName, unmarshall(input.Key)));
        return item === undefined ? {} : { Item: marshall(item) };
      }
      case "PutItem":
        return this.#put(input);
      case "Query": {
        const values = unmarshall(input.ExpressionAttributeValues);
        const rows = this.rows(input.TableName, values[":pk"]).filter((row) =>
          String(row.sk).startsWith(values[":prefix"] ?? ""),
        );
        if (input.ScanIndexForward === false) rows.reverse();
        return { Items: rows.slice(0, input.Limit ?? rows.length).map((row) => marshall(row)) };
      }
      default: {
        const answer = this.answers[operation];
        if (answer === undefined) throw new TypeError(`Nobody said what ${operation} answers`);
        return answer(call);
      }
    }
  }

  #put(input: Input): object {
    const item = unmarshall(input.Item);
    const stored = this.items.get(keyOf(input.TableName, item));
    const condition: string = input.ConditionExpression ?? "";
    const expected = input.ExpressionAttributeValues && unmarshall(input.ExpressionAttributeValues)[":expected"];
    const holds =
      condition === "" ||
      (condition.includes("attribute_not_exists(pk)") && stored === undefined) ||
      (condition.includes("version = :expected") && stored !== undefined && stored.version === expected);
    if (!holds) throw awsError("ConditionalCheckFailedException");
    this.items.set(keyOf(input.TableName, item), item);
    return {};
  }
}

function keyOf(table: string, item: Record<string, unknown>): string {
  return `${table}|${item.pk}|${item.sk}`;
}

/** What Lambda hands to a handler besides the event. */
export const invocation = { awsRequestId: "request-1", functionName: "function-1" };
