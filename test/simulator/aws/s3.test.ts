import { SimulatedS3 } from "../../../simulator/aws/s3.ts";
import { call, createKernel, errorOf, ireland, virginia } from "./service-support.ts";

const bucket = "switch-virginia";

function setUp() {
  const s3 = new SimulatedS3(createKernel());
  s3.createBucket(virginia, bucket);
  const ask = (operation: string, input: object, region: string = virginia) =>
    call(s3, "s3", operation, region, { Bucket: bucket, ...input });
  return { s3, ask };
}

describe("SimulatedS3", () => {
  it("gives back what was put", async () => {
    // Prepare
    const { s3, ask } = setUp();

    // Act
    ask("PutObject", { Key: "evacuate/eu-west-1", Body: '{"epoch":3}', ContentType: "application/json" });

    // Assess
    const found = ask("GetObject", { Key: "evacuate/eu-west-1" });
    expect(await found.Body.transformToString()).toBe('{"epoch":3}');
    expect(found).toMatchObject({ ContentLength: 11, ContentType: "application/json" });
    expect(ask("HeadObject", { Key: "evacuate/eu-west-1" }).ETag).toBe(found.ETag);
    expect(s3.has(bucket, "evacuate/eu-west-1")).toBe(true);
  });

  it("lists by prefix, in order, and has no Contents when there is nothing", () => {
    const { s3, ask } = setUp();
    for (const key of ["evacuate/b", "other", "evacuate/a"]) s3.put(bucket, key, "x");

    const found = ask("ListObjectsV2", { Prefix: "evacuate/" });

    expect(found.Contents.map(({ Key }: { Key: string }) => Key)).toEqual(["evacuate/a", "evacuate/b"]);
    expect(ask("ListObjectsV2", { Prefix: "evacuate/", MaxKeys: 1 })).toMatchObject({ KeyCount: 1, IsTruncated: true });
    expect(ask("ListObjectsV2", { Prefix: "none/" }).Contents).toBeUndefined();
  });

  it("deletes, and does not mind when there is nothing to delete", () => {
    const { s3, ask } = setUp();
    s3.put(bucket, "key", "x");

    ask("DeleteObject", { Key: "key" });
    ask("DeleteObject", { Key: "key" });

    expect(s3.has(bucket, "key")).toBe(false);
  });

  it.each([
    ["GetObject", { Key: "absent" }, virginia, "NoSuchKey"],
    ["HeadObject", { Key: "absent" }, virginia, "NotFound"],
    ["GetObject", { Bucket: "absent", Key: "key" }, virginia, "NoSuchBucket"],
    ["PutObject", { Key: "key", Body: "x" }, ireland, "PermanentRedirect"],
    ["PutObject", { Key: "there", Body: "x", IfNoneMatch: "*" }, virginia, "PreconditionFailed"],
    ["PutObject", { Key: "key", Body: "x", Metadata: {} }, virginia, "UnknownToSimulator"],
    ["CopyObject", { Key: "key" }, virginia, "UnknownToSimulator"],
  ])("refuses %s of %j in %s with %s", (operation, input, region, error) => {
    const { s3, ask } = setUp();
    s3.put(bucket, "there", "x");

    expect(errorOf(() => ask(operation, input, region))).toBe(error);
  });
});
