import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const dynamoDB: ClientFactory<"dynamoDB"> = (limits) =>
  oncePerKey((region) => new DynamoDBClient({ ...bounded(limits), region }));
