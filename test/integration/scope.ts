import type { IncomingMessage } from "node:http";

/** Which Region and service a request is meant for, as its signature says. */
export interface Scope {
  readonly region: string;
  /** The name under which the service signs, such as `rds`, `autoscaling`, `states`, `monitoring`. */
  readonly service: string;
}

const signed = /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

/**
 * Reads the credential scope of an AWS Signature Version 4 (IAM User Guide, "Elements of an AWS API request signature"),
 * from the Authorization header or a presigned address. Undefined when there is none.
 */
export function scopeOf(request: Pick<IncomingMessage, "headers" | "url">): Scope | undefined {
  const presigned = new URLSearchParams(request.url?.split("?")[1] ?? "").get("X-Amz-Credential");
  const text = presigned === null ? (request.headers.authorization ?? "") : `Credential=${presigned}`;
  const [, region, service] = signed.exec(presigned === null ? text : `${text},`) ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}
