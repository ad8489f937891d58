import { PutObjectCommand } from "@aws-sdk/client-s3";
import { isoInstant } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import { createTrafficSwitch } from "../traffic/switch.ts";
import { canaryKey } from "../traffic/switch-objects.ts";
import { readUnsigned, type UnsignedAnswer } from "../traffic/unsigned.ts";
import type { CanaryWord, Observation, SwitchWord } from "./observation.ts";

export type SwitchService = "recoveryCluster" | "route53" | "s3";

/** What a vantage knows of the plan's switch. */
export type SwitchSight = Pick<Required<Observation>, "takenOut" | "canaries">;

/** What one look found; what could not be read is null. */
export interface SwitchLook {
  readonly takenOut: SwitchWord | null;
  readonly canaries: readonly { readonly region: string; readonly answer: UnsignedAnswer }[];
}

/**
 * Looks at the plan's switch: which Regions it holds out of DNS, and whether the health checkers could read what evacuates
 * one. Never throws.
 */
export async function lookAtSwitch(deps: Dependencies<SwitchService>): Promise<SwitchLook> {
  const [takenOut, canaries] = await Promise.all([readTakenOut(deps), lookAtCanaries(deps)]);
  return { takenOut, canaries };
}

/** What is known after a look, or in a round without one: what was not read stays as it was, with its age. */
export function carrySwitch(look: SwitchLook | null, last: Observation | null, now: string): SwitchSight {
  const before = last?.canaries ?? [];
  if (look === null) return { takenOut: last?.takenOut ?? null, canaries: before };
  return {
    takenOut: look.takenOut ?? last?.takenOut ?? null,
    canaries: look.canaries.map(({ region, answer }): CanaryWord => {
      const same = before.find((each) => each.region === region && each.answer === answer.kind);
      const status = answer.kind === "refused" ? answer.status : null;
      return { region, answer: answer.kind, status, since: same?.since ?? now };
    }),
  };
}

async function readTakenOut(deps: Dependencies<SwitchService>): Promise<SwitchWord | null> {
  try {
    const at = isoInstant(deps.clock.now());
    const regions = await createTrafficSwitch(deps).readOut();
    return regions === null ? null : { at, regions };
  } catch (error) {
    deps.logger.warn("The traffic switch could not be read", { error: errorMessage(error) });
    return null;
  }
}

/** Every bucket's canary, read as the health checkers read; the own one is written anew where it is missing. */
function lookAtCanaries(deps: Dependencies<"s3">): Promise<SwitchLook["canaries"]> {
  const { switch: chosen } = deps.plan.traffic;
  const buckets = chosen.kind === "healthCheck" ? Object.entries(chosen.buckets) : [];
  return Promise.all(
    buckets.map(async ([region, bucket]) => {
      const holder = { bucket, region };
      const answer = await readUnsigned(deps, holder, canaryKey);
      const isMended = region === deps.region && answer.kind === "refused" && (await mend(deps, bucket));
      return { region, answer: isMended ? await readUnsigned(deps, holder, canaryKey) : answer };
    }),
  );
}

/**
 * Writes this Region's canary, whatever keeps others from reading it: nothing follows from its presence, so that no lease
 * is needed, and a canary that is there already is the same afterwards.
 */
async function mend(deps: Dependencies<"s3">, bucket: string): Promise<boolean> {
  try {
    await deps.aws.s3(deps.region).send(new PutObjectCommand({ Bucket: bucket, Key: canaryKey, Body: "" }));
    return true;
  } catch (error) {
    deps.logger.warn("The switch's canary could not be written", { bucket, error: errorMessage(error) });
    return false;
  }
}
