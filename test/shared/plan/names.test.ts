import { findPlanProblems } from "../../../functions/shared/plan/load.ts";
import { changeExample, type ExampleName } from "./examples.ts";

/** What is wrong with an example plan that has another value under a key. */
function problemsOf(example: ExampleName, key: string, value: unknown): readonly string[] {
  return findPlanProblems(changeExample(example, { [key]: value }), "plan");
}

const bucket = "traffic.switch.buckets.eu-west-1";
const group = "regions.eu-west-1.autoScalingGroup.name";
const control = "traffic.switch.controls.us-west-2";
const arn = "arn:aws:route53-recovery-control::111122223333:controlpanel/0f1e/routingcontrol/a1b2";

describe("A name that AWS does not allow, or a policy would read as others, is refused in one line with what is", () => {
  it.each<[ExampleName, string, string, string]>([
    ["storefront", bucket, "My_Bucket", "a bucket's name: 3 to 63 characters"],
    ["storefront", bucket, "a..b", "a bucket's name"],
    ["storefront", bucket, "a.-b", "a bucket's name"],
    ["storefront", bucket, "-ab", "a bucket's name"],
    ["storefront", bucket, "ab-", "a bucket's name"],
    ["storefront", bucket, "ab", "a bucket's name"],
    ["storefront", bucket, "a".repeat(64), "a bucket's name"],
    ["storefront", bucket, "192.168.0.1", "a bucket's name"],
    ["storefront", bucket, "xn--shop", "a bucket's name"],
    ["storefront", bucket, "shop--x-s3", "a bucket's name"],
    ["storefront", "records.table", "r".repeat(300), "a table's name: 3 to 255 characters"],
    ["storefront", "coordination.table", "store front!", "a table's name"],
    ["storefront", "tables.0", "User*", "a table's name"],
    ["storefront", "tables.0", "arn:aws:dynamodb:us-east-1:111122223333:table/Users", "a table's name"],
    ["storefront", group, "*", "an Auto Scaling group's name"],
    ["storefront", group, "web-?", "an Auto Scaling group's name"],
    ["storefront", group, `\${aws:username}`, "an Auto Scaling group's name"],
    ["storefront", group, `web-\${x}`, "an Auto Scaling group's name"],
    ["storefront", group, "web:1", "an Auto Scaling group's name"],
    ["storefront", group, "web 1", "an Auto Scaling group's name"],
    ["storefront", group, "web\n", "an Auto Scaling group's name"],
    ["storefront", group, "", "an Auto Scaling group's name"],
    ["storefront", group, "w".repeat(256), "an Auto Scaling group's name"],
    ["storefront", "database.globalCluster", "*", "a global cluster's identifier"],
    ["storefront", "database.globalCluster", "1shop", "a global cluster's identifier"],
    ["storefront", "database.globalCluster", "s".repeat(64), "a global cluster's identifier"],
    ["storefront", "detection.alarms.0.name", "shop\u0007", "an alarm's name"],
    ["storefront", "detection.alarms.0.name", "a".repeat(256), "an alarm's name"],
    ["storefront", "traffic.hostedZoneId", "/hostedzone/Z0SHOP", "a hosted zone's identifier"],
    ["storefront", "traffic.record", "*.example.com", "a name of DNS"],
    ["storefront", "traffic.record", "https://shop.example.com", "a name of DNS"],
    ["storefront", "traffic.servedByHeader", "x served by", "a header's name"],
    ["stateless", control, "arn:aws:*", "a routing control's ARN"],
    ["stateless", control, arn.replace("a1b2", "*"), "a routing control's ARN"],
  ])("%s, %s: %j", (example, key, value, allowed) => {
    const [problem = "", ...others] = problemsOf(example, key, value);

    expect(problem.startsWith(`plan: ${key}: received ${JSON.stringify(value).slice(0, 70)}`)).toBe(true);
    expect(problem).toContain(`: must be ${allowed}`);
    expect(problem).not.toContain("\n");
    // A record that is none has no URL under it either; the schema comes first, though.
    expect(others).toEqual([]);
  });

  it("a health check is no wildcard", () => {
    const healthChecks = { "us-east-1": "0123abcd-01ab", "us-west-2": "*" };

    expect(problemsOf("two-regions", "traffic.switch", { kind: "record", healthChecks })).toEqual([
      'plan: traffic.switch.healthChecks.us-west-2: received "*": must be a health check\'s identifier such as 0123abcd-01ab-23cd-45ef-0123456789ab',
    ]);
  });

  it("an application does not begin as no bucket may: its report buckets begin with it", () => {
    expect(problemsOf("storefront", "application", "xn--shop")).toEqual([
      'plan: application: received "xn--shop": must not begin with xn--, sthree- or amzn-s3-demo-: no bucket may',
    ]);
  });
});

describe("A name that AWS allows can be used", () => {
  it.each<[ExampleName, string, string]>([
    ["storefront", bucket, "a.b-c--d.e"],
    ["storefront", bucket, "1".repeat(63)],
    ["storefront", "records.table", "r".repeat(255)],
    ["storefront", "tables.0", "Shop_users-2.eu"],
    ["storefront", group, "prod/web,1@(blue)$"],
    ["storefront", group, "w".repeat(255)],
    ["storefront", "database.globalCluster", "s".repeat(63)],
    ["storefront", "detection.alarms.0.name", "Kaufhaus: Störung * ?"],
    ["storefront", "traffic.servedByHeader", "X-Region"],
    ["stateless", control, arn],
    ["stateless", control, arn.replace("arn:aws:", "arn:aws-us-gov:")],
  ])("%s, %s: %j", (example, key, value) => {
    expect(problemsOf(example, key, value)).toEqual([]);
  });
});
