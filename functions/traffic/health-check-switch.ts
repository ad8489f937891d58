import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Run } from "../coordination/item.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { Lever, TrafficSwitch } from "./switch.ts";

const prefix = "evacuate/";

/** The object whose presence drains `region`: every other Region's health check watches it, inverted. */
export function evacuationKey(region: string): string {
  return `${prefix}${region}`;
}

/**
 * The standby-takes-over-primary switch: a survivor evacuates a Region by writing one object to its own bucket. Nothing
 * but the data planes of S3 in a survivor and of Route 53 is touched. The object is written to every survivor's bucket,
 * the own first, because an object that cannot be reached counts as absent: the evacuation must outlive its author. For
 * the same reason each run writes what earlier evacuations have left, too: its survivors may have been away then.
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
            const answer = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
            return (answer.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)]));
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

  return {
    levers: (run) => objectsAbout(run, run.failedRegion),
    keepers: (run, region) => objectsAbout(run, region),
  };
}
