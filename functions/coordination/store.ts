import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { fromAttributes, toAttributes } from "../shared/attributes.ts";
import { backoffMs } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError, errorMessage, FailoverError } from "../shared/errors.ts";
import { type CoordinationItem, itemFormat } from "./item.ts";
import { initialItem, type Transition, underPlan } from "./rules.ts";
import { coordinationItemSchema } from "./schema.ts";
import { describeUnreadable } from "./unreadable.ts";

/** The adapter of the coordination table (MRSC): reads, and changes by compare-and-set, the replica nearest first. */
export interface CoordinationStore {
  /** @throws FailoverError "LeaseStoreUnreachable" when no replica answers (FM26) */
  read(): Promise<CoordinationItem>;
  /**
   * Applies `rule` to what is stored now, again and again until it is written or refused.
   * @throws FailoverError "LeaseStoreUnreachable" when no replica answers; "Transient" when others keep winning the race
   */
  change(rule: (item: CoordinationItem) => Transition): Promise<Transition>;
}

/** More than the four branches of one run and the watches of five Regions can collide in practice. */
const maximumRaces = 12;

export function createCoordinationStore(deps: Dependencies<"dynamoDB">, writer: string): CoordinationStore {
  const { plan, region, clock, random, aws } = deps;
  const key = { pk: `coordination#${plan.application}`, sk: "item" };
  const replicas = nearestFirst(region, plan.coordination.regions);
  /** A replica that did not answer is asked last from then on: its timeout is paid once an invocation. */
  const order = [...replicas];

  async function atAnyReplica<Answer>(call: (replica: string) => Promise<Answer>): Promise<Answer> {
    let last: unknown;
    let rejections = 0;
    for (const replica of [...order]) {
      try {
        return await call(replica);
      } catch (error) {
        const failure = classifyCallError(error);
        if (failure === "conflict") throw error;
        // What one replica refuses (its table is being made, or has been deleted there) another one may take.
        if (failure === "rejected") rejections++;
        last = error;
        order.push(...order.splice(order.indexOf(replica), 1));
        if (failure === "unknownOutcome" && error instanceof UnknownWrite) throw error;
      }
    }
    if (rejections === order.length) throw last;
    throw new FailoverError(
      "LeaseStoreUnreachable",
      `No replica of ${plan.coordination.table} in ${replicas.join(", ")} answered: ${errorMessage(last)}. Without the lease nothing is changed`,
      { cause: last },
    );
  }

  async function read(): Promise<CoordinationItem> {
    const answer = await atAnyReplica((replica) =>
      aws
        .dynamoDB(replica)
        .send(new GetItemCommand({ TableName: plan.coordination.table, Key: toAttributes(key), ConsistentRead: true })),
    );
    const planned = plan.regions.map((each) => each.name);
    if (answer.Item === undefined) return initialItem(plan.application, planned, clock.now());
    const { pk: _pk, sk: _sk, ...stored } = fromAttributes(answer.Item);
    const parsed = coordinationItemSchema.safeParse(stored);
    if (!parsed.success) {
      throw new FailoverError("StepBlocked", describeUnreadable(plan.application, stored, parsed.error), {
        cause: parsed.error,
      });
    }
    return underPlan(parsed.data, planned, clock.now());
  }

  /** Writes `next` if the stored version is still `expected`; answers whether it was written. */
  async function compareAndSet(expected: number, next: CoordinationItem): Promise<"written" | "conflict" | "unknown"> {
    const command = new PutItemCommand({
      TableName: plan.coordination.table,
      Item: toAttributes({ ...key, ...next }),
      ConditionExpression: expected === 0 ? "attribute_not_exists(pk) OR version = :expected" : "version = :expected",
      ExpressionAttributeValues: { ":expected": { N: String(expected) } },
    });
    try {
      await atAnyReplica(async (replica) => {
        try {
          return await aws.dynamoDB(replica).send(command);
        } catch (error) {
          if (classifyCallError(error) === "unknownOutcome") throw new UnknownWrite(error);
          throw error;
        }
      });
      return "written";
    } catch (error) {
      if (error instanceof UnknownWrite) return "unknown";
      if (classifyCallError(error) === "conflict") return "conflict";
      throw error;
    }
  }

  return {
    read,
    async change(rule) {
      // A write whose answer was lost may land after the look that missed it: then it is found one race later.
      const unanswered = new Set<string>();
      for (let race = 1; race <= maximumRaces; race++) {
        const current = await read();
        if (unanswered.has(current.writtenBy)) return { kind: "changed", item: current };
        const transition = rule(current);
        if (transition.kind === "refused") return transition;
        const next: CoordinationItem = {
          ...transition.item,
          format: Math.max(itemFormat, current.format),
          version: current.version + 1,
          writtenBy: `${writer}#${Math.floor(random.next() * 2 ** 40).toString(36)}`,
        };
        const written = await compareAndSet(current.version, next);
        if (written === "written") return { kind: "changed", item: next };
        if (written === "unknown") {
          // The answer was lost, not necessarily the write: what is stored now tells (FM31).
          const seen = await read();
          if (seen.writtenBy === next.writtenBy) return { kind: "changed", item: next };
          unanswered.add(next.writtenBy);
        }
        await clock.sleep(backoffMs(random, race, 30, 500));
      }
      throw new FailoverError(
        "Transient",
        `The coordination item changed ${maximumRaces} times under this writer; try again`,
      );
    },
  };
}

/** A write that got no answer. */
class UnknownWrite extends Error {
  override readonly name = "TimeoutError";

  constructor(cause: unknown) {
    super(errorMessage(cause), { cause });
  }
}

/** The own Region first, then those of the same part of the world, then the rest, each in the plan's order. */
export function nearestFirst(own: string, regions: readonly string[]): readonly string[] {
  const partOfWorld = own.slice(0, own.indexOf("-") + 1);
  const distance = (region: string) => (region === own ? 0 : region.startsWith(partOfWorld) ? 1 : 2);
  return [...regions].sort((left, right) => distance(left) - distance(right));
}
