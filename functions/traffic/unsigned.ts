import type { Dependencies } from "../shared/dependencies.ts";
import { type SwitchBucket, switchObjectUrl } from "./switch-objects.ts";

/** As long as one of Route 53's checkers takes at most to connect; the answer is a few bytes. */
const readTimeoutMs = 4_000;

/** What whoever signs nothing learns of an object. Three answers: silence is neither. */
export type UnsignedAnswer =
  | { readonly kind: "readable" }
  /** S3 answered, and not with the object: 403 where it is absent too, for nobody may list; a redirect leads elsewhere. */
  | { readonly kind: "refused"; readonly status: number }
  /** No answer, or one that says only that S3 is in trouble. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Reads an object of the switch as Route 53's health checkers do. Never throws. */
export async function readUnsigned(
  deps: Pick<Dependencies, "http" | "plan" | "s3Endpoint">,
  holder: SwitchBucket,
  key: string,
): Promise<UnsignedAnswer> {
  const answer = await deps.http.probe({
    url: switchObjectUrl(holder, key, deps.s3Endpoint),
    method: "GET",
    timeoutMs: readTimeoutMs,
    servedByHeader: deps.plan.traffic.servedByHeader,
  });
  const { status } = answer;
  if (status === 200) return { kind: "readable" };
  if (status === undefined || status === 429 || status >= 500) {
    return { kind: "unknown", reason: answer.kind === "failed" ? answer.reason : `HTTP ${status}` };
  }
  return { kind: "refused", status };
}

/** What stands between an object that is there and those who sign nothing, in the order in which to look. */
export const whereToLook =
  "look at Block Public Access of bucket, account and organisation, at data perimeters (SCP, RCP), and at the bucket's policy";
