import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Dependencies } from "../shared/dependencies.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { TrafficSwitch } from "./switch.ts";

const prefix = "evacuate/";

/** The object whose presence drains `region`: every other Region's health check watches it, inverted. */
export function evacuationKey(region: string): string {
  return `${prefix}${region}`;
}

/**
 * The standby-takes-over-primary switch: a survivor evacuates a Region by writing one object to its own bucket. Nothing
 * but the data planes of S3 in a survivor and of Route 53 is touched. The object is written to every survivor's bucket,
 * the own first, because an object that cannot be reached counts as absent: the evacuation must outlive its author.
 */
export function createHealthCheckSwitch(
  deps: Dependencies<"s3">,
  plan: Extract<TrafficSwitchPlan, { kind: "healthCheck" }>,
): TrafficSwitch {
  return {
    levers(run) {
      const survivors = [deps.region, ...run.survivors.filter((region) => region !== deps.region)];
      return survivors.flatMap((region) => {
        const bucket = plan.buckets[region];
        if (bucket === undefined || region === run.failedRegion) return [];
        const key = evacuationKey(run.failedRegion);
        const s3 = deps.aws.s3(region);
        return [
          {
            resource: `s3://${bucket}/${key}`,
            summary: `Write ${key} to the bucket of ${region}`,
            async read() {
              const answer = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
              return (answer.Contents ?? []).flatMap(({ Key }) =>
                Key === undefined ? [] : [Key.slice(prefix.length)],
              );
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
    },
  };
}
