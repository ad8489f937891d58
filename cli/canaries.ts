import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { findS3Endpoint } from "../functions/shared/aws/endpoint.ts";
import type { HttpProber } from "../functions/shared/clients.ts";
import { type Clock, systemClock } from "../functions/shared/clock.ts";
import { errorMessage, errorName } from "../functions/shared/errors.ts";
import { createHttpProber } from "../functions/shared/http.ts";
import { vantagesOf, type Plan } from "../functions/shared/plan/plan.ts";
import { canaryKey, type SwitchBucket, switchObjectUrl } from "../functions/traffic/switch-objects.ts";
import { readUnsigned, type UnsignedAnswer, whereToLook } from "../functions/traffic/unsigned.ts";
import { patience } from "./preflight.ts";
import type { Selection } from "./selection.ts";

/** How it stands with the canary of one bucket of the switch once its Region has been deployed. */
export interface CanaryState {
  readonly region: string;
  readonly kind: UnsignedAnswer["kind"];
  /** One line: what was asked, what was answered, and what to do where that is not well. */
  readonly line: string;
}

/** What writing and reading the canaries takes. */
export interface CanaryTools {
  readonly clock: Clock;
  readonly http: HttpProber;
  /** An emulator that answers in S3's place; null: S3. */
  readonly endpoint: string | null;
}

/** A policy that has just been made public, and an object that has just been written, are seen by all of S3 within seconds. */
const settlesWithinSeconds = 30;
/** Where these credentials may not write, the watch does, each minute once its Region is deployed. */
const watchWritesWithinSeconds = 90;
const looksEverySeconds = 2;

export function usualTools(environment: Readonly<Record<string, string | undefined>>): CanaryTools {
  return { clock: systemClock, http: createHttpProber(), endpoint: findS3Endpoint(environment) };
}

/** The buckets of the `healthCheck` switch in the Regions that are deployed; no other switch has any. */
export function switchBuckets(plan: Plan, selection: Selection): readonly SwitchBucket[] {
  const { switch: chosen } = plan.traffic;
  if (chosen.kind !== "healthCheck") return [];
  const regions = selection.kind === "all" ? vantagesOf(plan) : selection.regions;
  return Object.entries(chosen.buckets)
    .map(([region, bucket]) => ({ region, bucket }))
    .filter(({ region }) => regions.includes(region));
}

/**
 * Writes the canary to each bucket of the switch and reads it back as Route 53's health checkers would: whether an evacuation
 * would take effect is known before anybody needs one (docs/adr/0026). Never throws: what did not work is in the lines.
 */
export function placeCanaries(plan: Plan, selection: Selection, tools: CanaryTools): Promise<readonly CanaryState[]> {
  return Promise.all(switchBuckets(plan, selection).map((holder) => placeCanary(plan, holder, tools)));
}

async function placeCanary(
  plan: Plan,
  holder: SwitchBucket,
  { clock, http, endpoint }: CanaryTools,
): Promise<CanaryState> {
  const whyNotWritten = await write(holder, endpoint);
  const patienceSeconds = whyNotWritten === null ? settlesWithinSeconds : watchWritesWithinSeconds;
  const url = switchObjectUrl(holder, canaryKey, endpoint);
  const reader = { plan, http, s3Endpoint: endpoint };
  const end = clock.now() + patienceSeconds * 1_000;
  let answer = await readUnsigned(reader, holder, canaryKey);
  while (answer.kind !== "readable" && clock.now() < end) {
    await clock.sleep(looksEverySeconds * 1_000);
    answer = await readUnsigned(reader, holder, canaryKey);
  }
  return { region: holder.region, kind: answer.kind, line: describe(holder, url, answer, whyNotWritten) };
}

/** @returns why it could not be written; null when it was */
async function write({ bucket, region }: SwitchBucket, endpoint: string | null): Promise<string | null> {
  const client = new S3Client({
    region,
    ...patience,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
  });
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: canaryKey, Body: "", ContentLength: 0 }));
    return null;
  } catch (error) {
    return `${errorName(error)}, ${errorMessage(error).split("\n")[0]}`;
  } finally {
    client.destroy();
  }
}

function describe(
  { bucket, region }: SwitchBucket,
  url: string,
  answer: UnsignedAnswer,
  whyNotWritten: string | null,
): string {
  const asked = `GET ${url}, unsigned as Route 53's health checkers ask`;
  const written = whyNotWritten === null ? "" : ` (these credentials could not write it: ${whyNotWritten})`;
  switch (answer.kind) {
    case "readable":
      return `Switch bucket ${bucket} in ${region}: its canary can be read: ${asked}, answered HTTP 200`;
    case "refused":
      return `Switch bucket ${bucket} in ${region} would evacuate nobody: ${asked}, answered HTTP ${answer.status}${written}. Next: ${whereToLook}; then the same command again (docs/runbook.md, The canary is unreadable)`;
    case "unknown":
      return `Warning: whether switch bucket ${bucket} in ${region} can be read is not shown from here: ${asked}, got no answer (${answer.reason})${written}. Next: curl -sS -o /dev/null -w '%{http_code}' ${url} must say 200 from elsewhere; each watch looks every minute, and its alarm is switch-unreadable`;
  }
}
