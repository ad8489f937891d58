import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { keepReport } from "../../../functions/timeline/reports.ts";
import { createTrafficSwitch, type Lever } from "../../../functions/traffic/switch.ts";
import { canaryKey, evacuationKey } from "../../../functions/traffic/switch-objects.ts";
import { lookAtSwitch } from "../../../functions/watch/switch.ts";
import { type Cloud, home, ireland, singapore, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { evacuationOf, storefront } from "../plan.ts";

/** The levers that evacuate us-east-1, home first, and the buckets that they write to. */
async function withSwitch(cloud: Cloud) {
  const buckets: Record<string, string> = {};
  for (const region of [virginia, ireland, singapore]) {
    buckets[region] = cloud.unique(`switch-${region}`);
    await cloud.prepare.bucket(region, buckets[region]);
  }
  const chosen = { kind: "healthCheck", buckets } as const;
  const plan = { ...storefront, traffic: { ...storefront.traffic, switch: chosen } };
  const run = evacuationOf(virginia);
  // What S3 answers to whoever signs nothing, no emulator tells: it hangs on the account, not on the call.
  const http = { probe: async () => ({ kind: "served", status: 200, latencyMs: 1, servedBy: null }) as const };
  const levers = createTrafficSwitch({ ...cloud.dependencies(plan), http }).levers(run);
  return { levers, lever: levers[0] as Lever, bucket: buckets[home] as string, run, plan };
}

const put = (cloud: Cloud, Bucket: string, Key: string) =>
  cloud.aws.s3(home).send(new PutObjectCommand({ Bucket, Key, Body: "{}", ContentType: "application/json" }));

const head = (cloud: Cloud, Bucket: string, Key: string) =>
  cloud.aws.s3(home).send(new HeadObjectCommand({ Bucket, Key }));

export const s3: Contract = {
  service: "S3",
  cases: {
    "an empty bucket takes nobody out": async (cloud) => {
      const { levers } = await withSwitch(cloud);

      expect(levers).toHaveLength(2);
      for (const lever of levers) expect((await lever.read()).out).toEqual([]);
    },

    "each lever writes to its own Region's bucket": async (cloud) => {
      const { levers } = await withSwitch(cloud);

      await levers[1]?.pull();

      const states = await Promise.all(levers.map((lever) => lever.read()));
      expect(states.map(({ out }) => out)).toEqual([[], [virginia]]);
    },

    "the watch reads what its own bucket holds out, and writes its canary beside it": async (cloud) => {
      const { lever, bucket, plan } = await withSwitch(cloud);
      await lever.pull();

      // Only where a canary is refused is it written.
      const deps = cloud.dependencies(plan);
      const closed = {
        probe: async () => ({ kind: "failed", reason: "HTTP 403", latencyMs: 1, status: 403 }) as const,
      };
      await lookAtSwitch({ ...deps, http: closed });
      const nobodyElse = {
        probe: async ({ url }: { readonly url: string }) =>
          url.startsWith(`https://${bucket}.`)
            ? ({ kind: "served", status: 200, latencyMs: 1, servedBy: null } as const)
            : ({ kind: "failed", reason: "HTTP 403", latencyMs: 1, status: 403 } as const),
      };
      const { takenOut } = await lookAtSwitch({ ...deps, http: nobodyElse });

      expect((await head(cloud, bucket, canaryKey)).ContentLength).toBe(0);
      expect(takenOut?.regions).toEqual([virginia]);
    },

    "what a lever wrote is there for the health checkers, as JSON": async (cloud) => {
      const { lever, bucket, run } = await withSwitch(cloud);

      await lever.pull();

      const { ContentType } = await head(cloud, bucket, evacuationKey(virginia));
      const { Body } = await cloud.aws
        .s3(home)
        .send(new GetObjectCommand({ Bucket: bucket, Key: evacuationKey(virginia) }));
      expect(ContentType).toBe("application/json");
      expect(JSON.parse((await Body?.transformToString()) ?? "")).toEqual({ incident: run.incident, epoch: run.epoch });
    },

    "pulling a lever twice is pulling it once": async (cloud) => {
      const { lever } = await withSwitch(cloud);

      await lever.pull();
      await lever.pull();

      expect((await lever.read()).out).toEqual([virginia]);
    },

    "Regions that are out are listed by name": async (cloud) => {
      const { lever, bucket } = await withSwitch(cloud);
      await put(cloud, bucket, evacuationKey(virginia));

      await put(cloud, bucket, evacuationKey(singapore));

      expect((await lever.read()).out).toEqual([singapore, virginia]);
    },

    "a report is kept under the keys that are answered, each form as its own type": async (cloud) => {
      const bucket = cloud.unique("reports");
      await cloud.prepare.bucket(home, bucket);
      const run = { incident: "shop-us-east-1-e1", epoch: 1 };

      const keys = await keepReport(cloud.dependencies(storefront), bucket, run, [
        { extension: "html", contentType: "text/html; charset=utf-8", body: "<p>Über</p>" },
        { extension: "json", contentType: "application/json", body: "{}" },
      ]);

      const kept = await Promise.all(
        keys.map((Key) => cloud.aws.s3(home).send(new GetObjectCommand({ Bucket: bucket, Key }))),
      );
      expect(kept.map(({ ContentType }) => ContentType)).toEqual(["text/html; charset=utf-8", "application/json"]);
      expect(await Promise.all(kept.map(({ Body }) => Body?.transformToString()))).toEqual(["<p>Über</p>", "{}"]);
    },

    "objects under other names do not count": async (cloud) => {
      const { lever, bucket } = await withSwitch(cloud);

      for (const key of ["index.html", "evacuate", `old/${evacuationKey(virginia)}`]) await put(cloud, bucket, key);

      expect((await lever.read()).out).toEqual([]);
    },

    "a Region whose object is deleted is back": async (cloud) => {
      const { lever, bucket } = await withSwitch(cloud);
      await lever.pull();

      await cloud.aws.s3(home).send(new DeleteObjectCommand({ Bucket: bucket, Key: evacuationKey(virginia) }));

      expect((await lever.read()).out).toEqual([]);
    },

    "deleting what is not there is no error": async (cloud) => {
      const { lever, bucket } = await withSwitch(cloud);

      await cloud.aws.s3(home).send(new DeleteObjectCommand({ Bucket: bucket, Key: evacuationKey(virginia) }));

      expect((await lever.read()).out).toEqual([]);
    },

    "an object that is absent is NotFound to a health checker": async (cloud) => {
      const { bucket } = await withSwitch(cloud);

      const refusal = await refusalOf(head(cloud, bucket, evacuationKey(virginia)));

      expect(refusal).toEqual({ name: "NotFound", sortedAs: "rejected" });
    },

    "an object that is absent is NoSuchKey to a reader": async (cloud) => {
      const { bucket } = await withSwitch(cloud);

      const refusal = await refusalOf(
        cloud.aws.s3(home).send(new GetObjectCommand({ Bucket: bucket, Key: evacuationKey(virginia) })),
      );

      expect(refusal).toEqual({ name: "NoSuchKey", sortedAs: "rejected" });
    },

    "a bucket that is missing is NoSuchBucket, to whoever writes and whoever lists": async (cloud) => {
      const missing = cloud.unique("missing-bucket");

      const written = await refusalOf(put(cloud, missing, evacuationKey(virginia)));
      const listed = await refusalOf(cloud.aws.s3(home).send(new ListObjectsV2Command({ Bucket: missing })));

      expect([written, listed]).toEqual([
        { name: "NoSuchBucket", sortedAs: "rejected" },
        { name: "NoSuchBucket", sortedAs: "rejected" },
      ]);
    },

    "a bucket of another Region refuses": async (cloud) => {
      const bucket = cloud.unique("elsewhere");
      await cloud.prepare.bucket(virginia, bucket);

      const refusal = await refusalOf(put(cloud, bucket, evacuationKey(virginia)));

      expect(refusal).toEqual({ name: "PermanentRedirect", sortedAs: "unknownOutcome" });
    },
  },
};
