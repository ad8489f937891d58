import { Stack } from "aws-cdk-lib";
import { reportBucketOf } from "../../simulator/deployment.ts";
import { flat, planOf, recordPlan, type StackTemplate, synthesize } from "./synthesis.ts";

const document = planOf("storefront");
const { stacks, controllers, failover } = synthesize(document);

/** The report buckets of a stack, each with its policy and what becomes of it when the stack goes. */
const reportBucketsIn = (stack: StackTemplate) =>
  Object.entries(stack.resources).flatMap(([id, { Type, Properties, DeletionPolicy }]) =>
    Type === "AWS::S3::Bucket" && flat(Properties.BucketName).includes("-reports-")
      ? [
          {
            properties: Properties,
            deletionPolicy: DeletionPolicy,
            statements: stack
              .of("AWS::S3::BucketPolicy")
              .filter(({ Bucket }) => Bucket.Ref === id)
              .flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
          },
        ]
      : [],
  );

describe.each(controllers)("the report bucket of $region", (stack) => {
  const [bucket, ...others] = reportBucketsIn(stack);

  it("is one, of the name that the simulator plays with", () => {
    expect(others).toEqual([]);
    expect(bucket?.properties.BucketName).toBe(reportBucketOf(document.plan, stack.region));
    expect(bucket?.properties.BucketName.length).toBeLessThanOrEqual(63);
  });

  it("is private: no ACL, no policy can make anything in it public, and none lets anybody in", () => {
    expect(bucket?.properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(bucket?.properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: "BucketOwnerEnforced" }]);
    expect(bucket?.statements.filter(({ Effect }) => Effect !== "Deny")).toEqual([]);
  });

  it("is encrypted, and takes TLS only", () => {
    expect(bucket?.properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
    ]);
    expect(bucket?.statements).toEqual([
      expect.objectContaining({
        Action: "s3:*",
        Principal: { AWS: "*" },
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ]);
  });

  it("keeps reports: when one is written again, for ninety days, and when the stack goes", () => {
    expect(bucket?.properties.VersioningConfiguration).toEqual({ Status: "Enabled" });
    expect(bucket?.properties.LifecycleConfiguration.Rules).toEqual([
      {
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        NoncurrentVersionExpiration: { NoncurrentDays: 90 },
        Status: "Enabled",
      },
    ]);
    // Not when its first deployment fails: the second one would find the name taken.
    expect(bucket?.deletionPolicy).toBe("RetainExceptOnCreate");
  });

  it("is told to the function that writes it, and to no other", () => {
    const told = stack
      .of("AWS::Lambda::Function")
      .filter(({ Environment }) => Environment.Variables.FAILOVER_REPORT_BUCKET !== undefined);
    expect(told.map(({ FunctionName }) => FunctionName)).toEqual(["failover-storefront-timeline-report"]);

    const [id] = flat(told[0]?.Environment.Variables.FAILOVER_REPORT_BUCKET).slice(1, -1).split(".");
    expect(stack.resources[id ?? ""]?.Properties).toBe(bucket?.properties);
  });
});

describe("reports", () => {
  it("are of the closing events of this application's incidents, and of no other's", () => {
    for (const stack of controllers) {
      const rules = stack.of("AWS::Events::Rule").filter(({ Name }) => Name === "failover-storefront-reports");

      expect(rules.map(({ State, EventPattern: { detail } }) => [State, detail])).toEqual([
        [
          "ENABLED",
          {
            incident: [
              { prefix: "storefront-us-east-1-e" },
              { prefix: "storefront-eu-west-1-e" },
              { prefix: "storefront-ap-southeast-1-e" },
            ],
            kind: ["closed"],
          },
        ],
      ]);
    }
  });

  it("are started by that rule and by nothing else", () => {
    for (const stack of controllers) {
      const allowed = stack
        .of("AWS::Lambda::Permission")
        .filter(({ FunctionName }) => flat(FunctionName).includes("Reports"));
      const ids = Object.keys(stack.resources).filter(
        (id) => stack.resources[id]?.Properties?.Name === "failover-storefront-reports",
      );

      expect(allowed.map(({ Principal, SourceArn }) => [Principal, flat(SourceArn)])).toEqual(
        ids.map((id) => ["events.amazonaws.com", `<${id}.Arn>`]),
      );
      expect(ids).toHaveLength(1);
    }
  });

  it("page when one could not be made", () => {
    for (const stack of controllers) {
      const [alarm, ...others] = stack
        .of("AWS::CloudWatch::Alarm")
        .filter(({ AlarmName }) => AlarmName === "failover-storefront-timeline-report-failing");

      expect(others).toEqual([]);
      expect(alarm).toMatchObject({ MetricName: "Errors", Threshold: 1 });
      expect(flat(alarm.AlarmActions[0])).toMatch(/PagingTopic/);
    }
  });

  it("are in the bucket that the construct hands on, by Region", () => {
    const names = Object.entries(failover.controllers).map(([region, { reports }]) => [
      region,
      Stack.of(reports.bucket).resolve(reports.bucket.bucketName),
    ]);

    expect(names).toEqual(
      controllers.map(({ region, resources }) => [
        region,
        { Ref: Object.keys(resources).find((id) => /^ControllerReportsBucket\w{8}$/.test(id)) },
      ]),
    );
  });

  it("are kept with every switch, and where no witness, table or global stack is", () => {
    const kept = [...synthesize(recordPlan()).controllers, ...synthesize(planOf("stateless")).controllers];
    const elsewhere = Object.values(stacks).filter(({ name }) => !name.startsWith("controller-"));

    expect(kept.map((stack) => reportBucketsIn(stack).length)).toEqual(kept.map(() => 1));
    expect(elsewhere.flatMap(reportBucketsIn)).toEqual([]);
  });
});
