import { readFileSync } from "node:fs";
import { stackRegions } from "../../infra/region-failover.ts";
import { planOf, recordPlan, type StackTemplate, synthesize } from "./synthesis.ts";

describe("the stacks of a plan", () => {
  it.each([
    [
      "storefront",
      planOf("storefront"),
      {
        coordination: "eu-central-1",
        records: "ap-southeast-1",
        "controller-us-east-1": "us-east-1",
        "controller-eu-west-1": "eu-west-1",
        "controller-ap-southeast-1": "ap-southeast-1",
        "witness-us-west-2": "us-west-2",
        "health-checks": "us-east-1",
        "forwarder-us-east-1": "us-east-1",
        "forwarder-us-west-2": "us-west-2",
      },
    ],
    [
      "two Regions and no witness",
      planOf("two-regions"),
      {
        coordination: "us-east-1",
        records: "us-east-1",
        "controller-us-east-1": "us-east-1",
        "controller-us-west-2": "us-west-2",
        "health-checks": "us-east-1",
        "forwarder-us-east-1": "us-east-1",
        "forwarder-us-west-2": "us-west-2",
      },
    ],
    [
      "no database, no tables, no alarms, routing controls",
      planOf("stateless"),
      {
        coordination: "us-east-1",
        records: "ap-northeast-1",
        "controller-us-west-2": "us-west-2",
        "controller-eu-central-1": "eu-central-1",
        "controller-ap-northeast-1": "ap-northeast-1",
        "forwarder-us-east-1": "us-east-1",
        "forwarder-us-west-2": "us-west-2",
      },
    ],
    [
      "health checks that are the team's own",
      recordPlan(),
      {
        coordination: "eu-central-1",
        records: "ap-southeast-1",
        "controller-us-east-1": "us-east-1",
        "controller-eu-west-1": "eu-west-1",
        "controller-ap-southeast-1": "ap-southeast-1",
        "witness-us-west-2": "us-west-2",
        "forwarder-us-east-1": "us-east-1",
        "forwarder-us-west-2": "us-west-2",
      },
    ],
  ])("%s", (_name, plan, expected) => {
    const { stacks } = synthesize(plan);

    expect(Object.fromEntries(Object.values(stacks).map(({ name, region }) => [name, region]))).toEqual(expected);
    expect([...stackRegions(plan.plan)].sort()).toEqual([...new Set(Object.values(expected))].sort());
  });

  it("are deployed tables first, then what uses them, then what looks at that", () => {
    const { stacks } = synthesize(planOf("storefront"));

    const controllers = ["controller-us-east-1", "controller-eu-west-1", "controller-ap-southeast-1"];
    expect(stacks.coordination?.dependencies).toEqual([]);
    expect(stacks.records?.dependencies).toEqual([]);
    for (const name of [...controllers, "witness-us-west-2"]) {
      expect([...(stacks[name]?.dependencies ?? [])].sort()).toEqual(["coordination", "records"]);
    }
    for (const name of ["health-checks", "forwarder-us-east-1", "forwarder-us-west-2"]) {
      expect([...(stacks[name]?.dependencies ?? [])].sort()).toEqual([...controllers].sort());
    }
  });

  it("share nothing but names: no stack imports what another one exports", () => {
    for (const stack of Object.values(synthesize(planOf("storefront")).stacks)) {
      expect(JSON.stringify(stack.resources)).not.toContain("Fn::ImportValue");
    }
  });

  it("forward where neither us-east-1 nor us-west-2 is a Region of the plan, too", () => {
    const elsewhere = planOf("stateless", (value) => {
      const others = Object.entries(value.regions as Record<string, object>).filter(([name]) => name !== "us-west-2");
      value.regions = Object.fromEntries(others.map(([name, region]) => [name, { ...region, demandShare: 0.5 }]));
      delete (value.traffic.switch as { controls: Record<string, string> }).controls["us-west-2"];
      (value.detection as { quorum?: number }).quorum = 1;
      value.detection.alarms = [{ name: "render-customers", suspects: "eu-central-1" }];
    });
    const { stacks } = synthesize(elsewhere);

    expect(stacks["forwarder-us-east-1"]?.of("AWS::Events::Rule").map(({ Name }) => Name)).toEqual([
      "failover-stateless-forward",
    ]);
    expect(stacks["forwarder-us-west-2"]?.of("AWS::Events::Rule").map(({ Name }) => Name)).toEqual([
      "failover-stateless-forward-health",
    ]);
  });
});

describe("the account", () => {
  it("is that of the plan's Aurora clusters", () => {
    expect(synthesize(planOf("storefront")).failover.stacks.map(({ account }) => account)).toEqual(
      Array.from({ length: 9 }, () => "111122223333"),
    );
  });

  it("is the given one where the plan does not say, else that of the credentials", () => {
    const given = synthesize(planOf("stateless"), { account: "444455556666" });
    const open = synthesize(planOf("stateless"));

    expect(given.failover.stacks[0]?.account).toBe("444455556666");
    expect(JSON.stringify(open.controllers[0]?.resources)).toContain('{"Ref":"AWS::AccountId"}');
  });

  it.each([
    ["another than the plan's", "444455556666", /must be 111122223333.*Received: 444455556666/],
    ["no account at all", "12", /must be twelve digits. Received: "12"/],
  ])("is refused: %s", (_name, account, message) => {
    expect(() => synthesize(planOf("storefront"), { account })).toThrow(message);
  });

  it("is refused where clusters are in several", () => {
    const plan = planOf("storefront", (value) => {
      const { clusters } = value.database as { clusters: Record<string, string> };
      clusters["eu-west-1"] = "arn:aws:rds:eu-west-1:444455556666:cluster:storefront-eu-west-1";
    });

    expect(() => synthesize(plan)).toThrow(
      /database.clusters: received clusters of accounts 111122223333, 444455556666/,
    );
  });
});

it("docs/deploy.md reckons with every alarm and every key", () => {
  const { stacks } = synthesize(planOf("storefront"));
  const count = (type: string, part: RegExp) =>
    Object.values(stacks)
      .filter(({ name }) => part.test(name))
      .map((stack) => stack.of(type).length);
  const alarms = "AWS::CloudWatch::Alarm";
  const each = count(alarms, /^controller/);
  const sum = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0);
  const others = [/^witness/, /^health-checks/, /^forwarder/].map((part) => sum(count(alarms, part)));
  const text = readFileSync("docs/deploy.md", "utf8");

  expect(new Set(each).size).toBe(1);
  expect(text).toContain(
    `| Alarms | ${each.length} × ${each[0]} + ${others.join(" + ")} metrics × 0.10 | ${((sum(each) + sum(others)) / 10).toFixed(2)} |`,
  );
  const rows = [...text.matchAll(/^\| [^|]+ \| [^|]+ \| (\d+\.\d\d) \|$/gm)].map(([, dollars]) => Number(dollars));
  expect(text).toContain(`**about ${Math.round(sum(rows))}**`);
  const keys = sum(count("AWS::KMS::Key", /./));
  expect(text).toContain(`| Keys of the topics | ${keys} × 1 | ${keys.toFixed(2)} |`);
});

it("docs/deploy.md says how many resources storefront has", () => {
  const { stacks, controllers } = synthesize(planOf("storefront"));
  const countOf = ({ resources }: StackTemplate) => Object.keys(resources).length;
  const { "witness-us-west-2": witness, ...others } = stacks;
  const rest = Object.values(others).filter((stack) => !controllers.includes(stack));

  const text = readFileSync("docs/deploy.md", "utf8").replaceAll(/\s+/g, " ");

  expect(new Set(controllers.map(countOf)).size).toBe(1);
  expect(text).toContain(
    `For storefront these are ${countOf(controllers[0] as StackTemplate)} resources in each serving Region's controller, ${countOf(witness as StackTemplate)} in the witness, ${rest.map(countOf).reduce((sum, each) => sum + each, 0)} in all others.`,
  );
});
