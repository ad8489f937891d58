import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Run } from "../coordination/item.ts";
import type { AwsClients } from "../shared/clients.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { FailoverError } from "../shared/errors.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { Lever, TrafficSwitch } from "./switch.ts";
import { evacuationKey, evacuationPrefix, type SwitchBucket } from "./switch-objects.ts";
import { readUnsigned, whereToLook } from "./unsigned.ts";

/** Regions about which an object lies in a bucket, whoever can read it. */
async function listEvacuated(s3: ReturnType<AwsClients["s3"]>, bucket: string): Promise<readonly string[]> {
  const answer = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: evacuationPrefix }));
  return (answer.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(evacuationPrefix.length)]));
}

/**
 * The standby-takes-over-primary switch: a survivor evacuates a Region by writing one object to its own bucket. Nothing
 * but the data planes of S3 in a survivor and of Route 53 is touched. The object is written to every survivor's bucket,
 * the own first, because an object that cannot be reached counts as absent: the evacuation must outlive its author. For
 * the same reason each run writes what earlier evacuations have left, too: its survivors may have been away then.
 *
 * An object is in force when those can read it who sign nothing, as the health checkers: that it lies in the bucket shows
 * nothing under Block Public Access or behind a data perimeter (FM66).
 */
export function createHealthCheckSwitch(
  deps: Dependencies<"s3">,
  plan: Extract<TrafficSwitchPlan, { kind: "healthCheck" }>,
): TrafficSwitch {
  /** One lever a bucket in which the object about `region` belongs. */
  function objectsAbout(run: Run, region: string): readonly Lever[] {
    const survivors = [deps.region, ...run.survivors.filter((name) => name !== deps.region)];
    return survivors.flatMap((holder) => {
      const bucket = plan.buckets[holder];
      if (bucket === undefined || holder === run.failedRegion || holder === region) return [];
      const key = evacuationKey(region);
      const s3 = deps.aws.s3(holder);
      return [
        {
          resource: `s3://${bucket}/${key}`,
          summary: `Write ${key} to the bucket of ${holder}`,
          async read() {
            const out = await listEvacuated(s3, bucket);
            const isThere = out.includes(region);
            return { out, unseen: isThere ? await whyUnseen({ bucket, region: holder }, key) : null };
          },
          async pull() {
            await s3.send(
              new PutObjectCommand({
                Bucket: bucket,
                Key: key,
                ContentType: "application/json",
                Body: JSON.stringify({ incident: run.incident, epoch: run.epoch }),
              }),
            );
          },
        },
      ];
    });
  }

  /**
   * Why no checker sees an object that is there; null where one does.
   * @throws FailoverError "Transient" where nothing answers: then it is not shown, and looked at again
   */
  async function whyUnseen(holder: SwitchBucket, key: string): Promise<string | null> {
    const answer = await readUnsigned(deps, holder, key);
    switch (answer.kind) {
      case "readable":
        return null;
      case "refused":
        return `${key} is there, and health checkers cannot read it (HTTP ${answer.status} to an unsigned GET): ${whereToLook}`;
      case "unknown":
        throw new FailoverError(
          "Transient",
          `${key} is there, and it is not known whether health checkers can read it: ${answer.reason}`,
        );
    }
  }

  /**
   * What the bucket here evacuates, and whether another Region's evacuates this one: each Region is told of by itself and by
   * those whose bucket it is, so that nobody has to ask a Region that may be down.
   */
  async function readOut(): Promise<readonly string[] | null> {
    const own = plan.buckets[deps.region];
    if (own === undefined) return null;
    const [listed, isOut] = await Promise.all([listEvacuated(deps.aws.s3(deps.region), own), isOutItself()]);
    const holder = { bucket: own, region: deps.region };
    const inForce = await Promise.all(
      // Where nothing answers, what the store says stands.
      listed.map(async (region) => (await readUnsigned(deps, holder, evacuationKey(region))).kind !== "refused"),
    );
    return [...listed.filter((_, index) => inForce[index]), ...(isOut ? [deps.region] : [])];
  }

  async function isOutItself(): Promise<boolean> {
    const others = Object.entries(plan.buckets).filter(([region]) => region !== deps.region);
    const answers = await Promise.all(
      others.map(([region, bucket]) => readUnsigned(deps, { region, bucket }, evacuationKey(deps.region))),
    );
    return answers.some(({ kind }) => kind === "readable");
  }

  return {
    readOut,
    levers: (run) => objectsAbout(run, run.failedRegion),
    keepers: (run, region) => objectsAbout(run, region),
  };
}
