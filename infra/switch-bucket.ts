import { RemovalPolicy } from "aws-cdk-lib";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { canaryKey, evacuationKey } from "../functions/traffic/switch-objects.ts";
import { acknowledge } from "./acknowledge.ts";

/**
 * A Region's switch: the bucket whose objects evacuate the other Regions. Route 53's health checkers come from the
 * internet and sign nothing, so that what they look for must be public: the objects that evacuate a Region of the plan,
 * the canary that shows that they could be read (docs/adr/0026), and nothing else (docs/adr/0014). Who finds no object is answered 403, for nobody may list.
 */
export function switchBucket(
  scope: Construct,
  id: string,
  { plan, region, name }: { readonly plan: Plan; readonly region: string; readonly name: string },
): Bucket {
  const bucket = new Bucket(scope, id, {
    bucketName: name,
    // A policy may make something public, an ACL may not.
    blockPublicAccess: new BlockPublicAccess({
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    }),
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // With a key of KMS nobody could read it unsigned.
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // Whoever could take over the name could evacuate Regions: the bucket goes last, after the health checks. No health
    // check looks at it yet while the stack is first deployed; if that fails, a bucket that stays would be in its own way.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: "HealthCheckersReadEvacuations",
      effect: Effect.ALLOW,
      principals: [new AnyPrincipal()],
      actions: ["s3:GetObject"],
      resources: [
        ...plan.regions.filter((each) => each.name !== region).map((each) => evacuationKey(each.name)),
        canaryKey,
      ].map((key) => bucket.arnForObjects(key)),
    }),
  );
  const why =
    "Route 53's health checkers read without credentials; only the objects that evacuate a Region, and the canary, are public";
  acknowledge(bucket, {
    S1: "Dozens of checkers look every ten seconds: an access log would cost more than all else and tell nothing. Writes are in CloudTrail",
    S2: why,
    S5: why,
  });
  return bucket;
}
