import { canaryKey, evacuationKey } from "../../functions/traffic/switch-objects.ts";
import { healthCheckOutput } from "../../infra/names.ts";
import { flat, planOf, recordPlan, type StackTemplate, synthesize } from "./synthesis.ts";

const document = planOf("storefront");
const { stacks, controllers, failover } = synthesize(document);
const checks = stacks["health-checks"] as StackTemplate;
const regions = ["us-east-1", "eu-west-1", "ap-southeast-1"];

/** The configuration of a health check by its logical id. */
const configOf = (reference: unknown) => checks.resources[flat(reference).slice(1, -1)]?.Properties.HealthCheckConfig;

const calculated = checks
  .of("AWS::Route53::HealthCheck")
  .map(({ HealthCheckConfig }) => HealthCheckConfig)
  .filter(({ Type }) => Type === "CALCULATED");

/** Route 53's own rule: healthy while so many children are; an inverted child has its answer turned round. */
function isHealthy(
  config: (typeof calculated)[number],
  answers: (config: { ResourcePath: string }) => boolean,
): boolean {
  const children = config.ChildHealthChecks.map(configOf);
  const healthy = children.filter((child: never) => {
    const { Inverted } = child as { Inverted?: boolean };
    return answers(child) !== (Inverted === true);
  });
  return healthy.length >= config.HealthThreshold;
}

describe("the health check of each Region's record", () => {
  it("is one of three, each over its endpoint and the two other Regions' buckets", () => {
    expect(calculated).toHaveLength(3);
    const looked = calculated.map(({ ChildHealthChecks }) =>
      ChildHealthChecks.map(configOf).map(
        ({ FullyQualifiedDomainName, ResourcePath, Inverted }: Record<string, unknown>) =>
          `${Inverted === true ? "not " : ""}${FullyQualifiedDomainName}${ResourcePath}`,
      ),
    );
    expect(looked).toEqual(
      regions.map((region) => [
        `${region}.shop.example.com/health`,
        ...regions
          .filter((other) => other !== region)
          .map((other) => `not storefront-switch-${other}.s3.${other}.amazonaws.com/evacuate/${region}`),
      ]),
    );
  });

  const endpointAnswers = ({ ResourcePath }: { ResourcePath: string }) => ResourcePath === "/health";

  it.each([
    ["all is well", endpointAnswers, true],
    ["its endpoint fails", () => false, false],
    [
      "one bucket has its object, and the other is out of reach",
      (config: { ResourcePath: string; FullyQualifiedDomainName?: string }) =>
        endpointAnswers(config) || config.FullyQualifiedDomainName?.includes(".s3.") === true,
      false,
    ],
  ])("%s: healthy %p", (_name, answers, healthy) => {
    for (const config of calculated) expect(isHealthy(config, answers)).toBe(healthy);
  });

  it("drains by any one object alone", () => {
    for (const config of calculated) {
      const switches = config.ChildHealthChecks.map(configOf).filter(({ Inverted }: { Inverted: boolean }) => Inverted);
      for (const thrown of switches) {
        expect(isHealthy(config, (child) => endpointAnswers(child) || child === thrown)).toBe(false);
      }
    }
  });

  it("is an output of a name that can be told in advance", () => {
    expect(Object.keys(checks.outputs).sort()).toEqual([
      "HealthCheckIdApSoutheast1",
      "HealthCheckIdEuWest1",
      "HealthCheckIdUsEast1",
    ]);
    for (const region of regions) {
      const { Value } = checks.outputs[healthCheckOutput(region)] ?? {};
      const children = configOf(Value).ChildHealthChecks.map(configOf);
      expect(children[0]).toMatchObject({ FullyQualifiedDomainName: `${region}.shop.example.com` });
    }
  });

  it("is handed on by Region, for the team's records", () => {
    expect(Object.keys(failover.healthCheckIds ?? {})).toEqual(regions);
    expect(synthesize(recordPlan()).failover.healthCheckIds).toBeNull();
  });
});

/** The switch's buckets of a stack, which keeps its reports in another. */
const switchBucketsIn = ({ resources }: StackTemplate) =>
  Object.entries(resources).flatMap(([id, { Type, Properties, DeletionPolicy }]) =>
    Type === "AWS::S3::Bucket" && flat(Properties.BucketName).includes("-switch-")
      ? [{ id, properties: Properties, deletionPolicy: DeletionPolicy }]
      : [],
  );

describe("the switch's buckets", () => {
  it.each(controllers)("that of $region shows what evacuates the others and its canary, and nothing else", (stack) => {
    const [bucket, ...others] = switchBucketsIn(stack);
    const [policy] = stack.of("AWS::S3::BucketPolicy").filter(({ Bucket }) => Bucket.Ref === bucket?.id);
    const open = policy.PolicyDocument.Statement.filter(
      ({ Effect, Principal }: { Effect: string; Principal: { AWS?: string } | string }) =>
        Effect === "Allow" && flat(Principal) === '{"AWS":"*"}',
    );

    expect(others).toEqual([]);
    expect(bucket?.properties.BucketName).toBe(`storefront-switch-${stack.region}`);
    expect(open).toHaveLength(1);
    expect(open[0].Action).toBe("s3:GetObject");
    expect([open[0].Resource].flat().map((each) => flat(each).replace(/^<.*>\//, ""))).toEqual([
      ...regions.filter((region) => region !== stack.region).map(evacuationKey),
      canaryKey,
    ]);
    expect(bucket?.properties.PublicAccessBlockConfiguration).toMatchObject({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
    });
    expect(policy.PolicyDocument.Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      ]),
    );
  });

  it("stay when the stack goes, once it was deployed: whoever got hold of the name could evacuate Regions", () => {
    expect(controllers.flatMap(switchBucketsIn).map(({ deletionPolicy }) => deletionPolicy)).toEqual(
      regions.map(() => "RetainExceptOnCreate"),
    );
  });

  it("are not made for another switch", () => {
    const other = [...synthesize(recordPlan()).controllers, ...synthesize(planOf("stateless")).controllers];

    expect(other.flatMap(switchBucketsIn)).toEqual([]);
  });
});

describe("FM66: a switch that nobody can read", () => {
  const alarmsIn = (stack: StackTemplate) =>
    stack
      .of("AWS::CloudWatch::Alarm")
      .filter(({ MetricName }) => MetricName === "SwitchesRefused")
      .map(({ AlarmName, Threshold, EvaluationPeriods, TreatMissingData, AlarmActions }) => ({
        AlarmName,
        Threshold,
        EvaluationPeriods,
        TreatMissingData,
        pages: AlarmActions.length,
      }));

  it("pages from every vantage, after three minutes of it, and not for silence", () => {
    for (const stack of [...controllers, stacks["witness-us-west-2"] as StackTemplate]) {
      expect(alarmsIn(stack)).toEqual([
        {
          AlarmName: "failover-storefront-switch-unreadable",
          Threshold: 1,
          EvaluationPeriods: 3,
          TreatMissingData: "notBreaching",
          pages: 1,
        },
      ]);
    }
  });

  it("is no matter of another switch", () => {
    expect(synthesize(recordPlan()).controllers.flatMap(alarmsIn)).toEqual([]);
  });
});
