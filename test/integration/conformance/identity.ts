import { account } from "../servers.ts";

/** Where both interpreters say that they run, so that what the context object holds is the same. */
export const identity = {
  region: "eu-west-1",
  accountId: account,
  roleArn: `arn:aws:iam::${account}:role/conformance`,
} as const;

/** Name of the machine and of its execution. */
export const nameOf = (index: number): string => `case-${index}`;
