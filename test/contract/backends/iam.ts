import type { AwsClients } from "../../../functions/shared/clients.ts";
import { account } from "../../integration/servers.ts";
import { createClients } from "./clients.ts";

interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

/** The role that state machines run under; it may do nothing, which is all that they need. */
export const machineRole = `arn:aws:iam::${account}:role/failover`;

export async function createMachineRole(url: string): Promise<void> {
  const trust = { Effect: "Allow", Principal: { Service: "states.amazonaws.com" }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  await askIam(url, { Action: "CreateRole", RoleName: "failover", AssumeRolePolicyDocument });
}

/** A user without any policy: whatever they ask for is denied where permissions count. */
export async function createStranger(url: string): Promise<AccessKey> {
  await askIam(url, { Action: "CreateUser", UserName: "stranger" });
  const answer = await askIam(url, { Action: "CreateAccessKey", UserName: "stranger" });
  const field = (name: string): string => {
    const [, value] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer) ?? [];
    if (value === undefined)
      throw new Error(`IAM did not say the ${name} of a new access key: ${answer.slice(0, 300)}`);
    return value;
  };
  return { id: field("AccessKeyId"), secret: field("SecretAccessKey") };
}

/** Runs `act` with clients that sign with the key. */
export async function actAs(key: AccessKey, act: (aws: AwsClients) => Promise<void>): Promise<void> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret });
  try {
    await act(createClients());
  } finally {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  }
}

/**
 * IAM is asked for this alone, and by hand: a client would be a dependency for three calls. Nobody checks the signature of
 * the root's calls.
 */
async function askIam(url: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none`,
      "x-amz-date": "20260101T000000Z",
    },
    body: new URLSearchParams({ ...parameters, Version: "2010-05-08" }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`IAM refused ${parameters.Action}: ${answer.status} ${text.slice(0, 300)}`);
  return text;
}
