import type { TableSpec } from "../../../../simulator/aws/dynamodb/table.ts";
import { SimulatedDynamoDB } from "../../../../simulator/aws/dynamodb.ts";
import { callerIn, createKernel, requestTo } from "../kernel-support.ts";

export const strong: TableSpec = {
  name: "coordination",
  kind: "MRSC",
  regions: ["eu-west-1", "eu-west-2", "eu-central-1"],
};
export const eventual: TableSpec = {
  name: "records",
  kind: "MREC",
  regions: ["us-east-1", "eu-west-1", "ap-southeast-1"],
};

/** A world with both kinds of table, whose requests go straight to the service. */
export function createTables(options: { pageItems?: number; tables?: readonly TableSpec[] } = {}) {
  const kernel = createKernel();
  const { clock, random, regions } = kernel;
  const dynamodb = new SimulatedDynamoDB({ clock, random, regions, tables: [strong, eventual], ...options });

  const ask = (operation: string, region: string, input: Record<string, unknown>) =>
    dynamodb.handle(requestTo(region, callerIn(region), operation, input, "dynamodb"));

  /** Puts `value` under the key `p`, `sk`. */
  const put = (table: TableSpec, region: string, value: number, more: Record<string, unknown> = {}, sk = "s") =>
    ask("PutItem", region, {
      TableName: table.name,
      Item: { pk: { S: "p" }, sk: { S: sk }, value: { N: String(value) } },
      ...more,
    });

  /** The value under the key `p`, `s`; null when there is none. */
  const read = (table: TableSpec, region: string, consistency: "consistent" | "eventual" = "consistent") => {
    const answer = ask("GetItem", region, {
      TableName: table.name,
      Key: { pk: { S: "p" }, sk: { S: "s" } },
      ...(consistency === "consistent" && { ConsistentRead: true }),
    }) as { Item?: { value: { N: string } } };
    return answer.Item === undefined ? null : Number(answer.Item.value.N);
  };

  return { ...kernel, dynamodb, ask, put, read };
}

export const ifAbsent = { ConditionExpression: "attribute_not_exists(pk)" };

export function ifValue(expected: number) {
  return {
    ConditionExpression: "#value = :expected",
    ExpressionAttributeNames: { "#value": "value" },
    ExpressionAttributeValues: { ":expected": { N: String(expected) } },
  };
}
