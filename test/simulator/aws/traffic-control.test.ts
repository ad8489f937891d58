import { SimulatedS3 } from "../../../simulator/aws/s3.ts";
import { createTrafficControl } from "../../../simulator/aws/traffic-control.ts";
import {
  call,
  createKernel,
  errorOf,
  examplePlan,
  ireland,
  oregon,
  pass,
  singapore,
  virginia,
} from "./service-support.ts";

const storefront = examplePlan("storefront");
const buckets = storefront.traffic.switch.kind === "healthCheck" ? storefront.traffic.switch.buckets : {};

function setUp(plan = storefront) {
  const kernel = createKernel();
  const s3 = new SimulatedS3(kernel);
  const control = createTrafficControl({ ...kernel, plan, s3 });
  control.healthCheckers.start();
  const evacuate = (failed: string, acting: string) => s3.put(buckets[acting] ?? "", `evacuate/${failed}`, "{}");
  return { kernel, regions: kernel.regions, s3, evacuate, ...control };
}

describe("DNS", () => {
  it.each([
    [virginia, virginia],
    [ireland, ireland],
    ["eu-central-1", ireland],
    ["ap-northeast-1", singapore],
    [oregon, virginia],
  ])("sends %s to %s", (location, region) => {
    expect(setUp().dns.answer(location)).toBe(region);
  });

  it("leaves a dark Region out after interval times threshold, and takes it back likewise", async () => {
    // Prepare
    const { kernel, regions, dns } = setUp();

    // Act and assess
    regions.set(virginia, "dark");
    await pass(kernel, 29);
    expect(dns.answer(virginia)).toBe(virginia);
    await pass(kernel, 6);
    expect(dns.answer(virginia)).toBe(ireland);
    regions.set(virginia, "up");
    await pass(kernel, 36);
    expect(dns.answer(virginia)).toBe(virginia);
  });

  it("does not see a blip", async () => {
    const { kernel, regions, dns } = setUp();

    regions.set(virginia, "dark");
    await pass(kernel, 22);
    regions.set(virginia, "up");
    await pass(kernel, 60);

    expect(dns.inAnswers()).toEqual([virginia, ireland, singapore]);
  });

  it("fails open when every record is unhealthy (FM54)", async () => {
    const { kernel, regions, dns } = setUp();

    for (const region of [virginia, ireland, singapore]) regions.set(region, "gray");
    await pass(kernel, 60);

    expect(dns.answer(virginia)).toBe(virginia);
    expect(dns.inAnswers()).toHaveLength(3);
  });

  it("goes on answering with a gray Region whose endpoint always says 200 (FM9)", async () => {
    const { kernel, regions, dns, healthCheckers } = setUp();
    healthCheckers.makeShallow(virginia);

    regions.set(virginia, "gray");
    await pass(kernel, 60);

    expect(dns.answer(virginia)).toBe(virginia);
  });
});

describe("switch healthCheck", () => {
  it("drains a Region while an object lies in another Region's bucket", async () => {
    // Prepare
    const { kernel, dns, evacuate, s3 } = setUp();

    // Act
    evacuate(virginia, ireland);
    const atOnce = [...dns.intentionallyOut()];
    await pass(kernel, 36);
    const drained = dns.answer(virginia);
    call(s3, "s3", "DeleteObject", ireland, { Bucket: buckets[ireland], Key: `evacuate/${virginia}` });
    await pass(kernel, 36);

    // Assess
    expect(atOnce).toEqual([virginia]);
    expect(drained).toBe(ireland);
    expect(dns.answer(virginia)).toBe(virginia);
  });

  it("does not heed an object in the Region's own bucket", async () => {
    const { kernel, dns, evacuate } = setUp();

    evacuate(virginia, virginia);
    await pass(kernel, 60);

    expect(dns.answer(virginia)).toBe(virginia);
    expect(dns.intentionallyOut().size).toBe(0);
  });

  it("takes a Region back when the bucket that held the only object goes dark", async () => {
    const { kernel, regions, dns, evacuate } = setUp();
    evacuate(virginia, ireland);
    await pass(kernel, 60);

    regions.set(ireland, "dark");
    await pass(kernel, 60);

    expect(dns.answer(virginia)).toBe(virginia);
    expect(dns.intentionallyOut().size).toBe(0);
  });

  it("keeps it drained when another survivor holds the object, too", async () => {
    const { kernel, regions, dns, evacuate } = setUp();
    evacuate(virginia, ireland);
    evacuate(virginia, singapore);

    regions.set(ireland, "dark");
    await pass(kernel, 60);

    expect(dns.inAnswers()).toEqual([singapore]);
  });
});

describe("switch routingControl", () => {
  const stateless = examplePlan("stateless");
  const trafficSwitch = stateless.traffic.switch;
  const controls = trafficSwitch.kind === "routingControl" ? trafficSwitch.controls : {};
  const arn = (region: string) => controls[region] ?? "";

  function setUpCluster() {
    const world = setUp(stateless);
    const cluster = world.recoveryCluster;
    if (cluster === null) throw new Error("the plan has routing controls");
    const ask = (operation: string, input: object, endpoint = "eu-west-1") =>
      call(cluster, "route53-recovery-cluster", operation, endpoint, { ...input });
    const turn = (region: string, state: "On" | "Off", input: object = {}) =>
      ask("UpdateRoutingControlState", { RoutingControlArn: arn(region), RoutingControlState: state, ...input });
    return { ...world, ask, turn };
  }

  it("moves traffic within seconds of turning a control off, and of nothing else", async () => {
    // Prepare
    const { kernel, regions, dns, ask, turn } = setUpCluster();

    // Act
    regions.set(oregon, "dark");
    await pass(kernel, 120);
    const before = dns.answer(oregon);
    turn(oregon, "Off");
    const atOnce = [...dns.intentionallyOut()];
    await pass(kernel, 9);

    // Assess
    expect([before, atOnce, dns.answer(oregon)]).toEqual([oregon, [oregon], "ap-northeast-1"]);
    const get = ask("GetRoutingControlState", { RoutingControlArn: arn(oregon) }, "us-east-1");
    expect(get.RoutingControlState).toBe("Off");
    expect(ask("ListRoutingControls", {}).RoutingControls).toHaveLength(3);
  });

  it("keeps at least one control on, unless the rule is overridden (FM54)", () => {
    const { dns, turn } = setUpCluster();
    turn(oregon, "Off");
    turn("eu-central-1", "Off");

    expect(errorOf(() => turn("ap-northeast-1", "Off"))).toBe("ConflictException");
    expect(dns.intentionallyOut().size).toBe(2);
    turn("ap-northeast-1", "Off", { SafetyRulesToOverride: ["arn:rule"] });
    expect(dns.intentionallyOut().size).toBe(3);
  });

  it("changes several controls at once or none", () => {
    const { dns, ask } = setUpCluster();
    const entries = (...regions: string[]) => ({
      UpdateRoutingControlStateEntries: regions.map((region) => ({
        RoutingControlArn: arn(region),
        RoutingControlState: "Off",
      })),
    });

    const all = () => ask("UpdateRoutingControlStates", entries(oregon, "eu-central-1", "ap-northeast-1"));

    expect(errorOf(all)).toBe("ConflictException");
    expect(dns.intentionallyOut().size).toBe(0);
    ask("UpdateRoutingControlStates", entries(oregon, "eu-central-1"));
    expect(dns.intentionallyOut().size).toBe(2);
  });

  it("refuses at an endpoint that reaches less than a majority", () => {
    const { regions, turn } = setUpCluster();
    for (const region of ["us-east-1", "us-west-2"]) regions.set(region, "dark");
    expect(errorOf(() => turn(oregon, "Off"))).toBeNull();

    regions.set("ap-northeast-1", "dark");

    expect(errorOf(() => turn(oregon, "On"))).toBe("EndpointTemporarilyUnavailableException");
  });
});

describe("switch record", () => {
  const healthChecks = { [virginia]: "check-virginia", [ireland]: "check-ireland", [singapore]: "check-singapore" };
  const plan = {
    ...storefront,
    traffic: { ...storefront.traffic, switch: { kind: "record" as const, healthChecks } },
  };

  function setUpRecords() {
    const world = setUp(plan);
    const ask = (operation: string, input: object) =>
      call(world.route53, "route53", operation, "us-east-1", { ...input });
    return { ...world, ask };
  }

  it("drains a Region whose check is inverted, even when it is dark", async () => {
    // Prepare
    const { kernel, regions, dns, ask } = setUpRecords();
    regions.set(virginia, "dark");

    // Act
    const answer = ask("UpdateHealthCheck", { HealthCheckId: "check-virginia", HealthCheckVersion: 1, Inverted: true });
    const atOnce = [...dns.intentionallyOut()];
    await pass(kernel, 60);

    // Assess
    expect(answer.HealthCheck).toMatchObject({ HealthCheckVersion: 2, HealthCheckConfig: { Inverted: true } });
    expect(atOnce).toEqual([virginia]);
    expect(dns.inAnswers()).toEqual([ireland, singapore]);
  });

  it("refuses a stale version and an unknown check", () => {
    const { ask } = setUpRecords();
    const invert = (id: string) => () =>
      ask("UpdateHealthCheck", { HealthCheckId: id, HealthCheckVersion: 1, Inverted: true });
    invert("check-virginia")();

    expect(errorOf(invert("check-virginia"))).toBe("HealthCheckVersionMismatch");
    expect(errorOf(invert("none"))).toBe("NoSuchHealthCheck");
    expect(ask("GetHealthCheck", { HealthCheckId: "check-virginia" }).HealthCheck.HealthCheckVersion).toBe(2);
  });

  it("lists the records of its zone", () => {
    const { ask } = setUpRecords();

    const found = ask("ListResourceRecordSets", { HostedZoneId: storefront.traffic.hostedZoneId });

    expect(found.ResourceRecordSets).toMatchObject([
      { Region: virginia, HealthCheckId: "check-virginia" },
      { Region: ireland, HealthCheckId: "check-ireland" },
      { Region: singapore, HealthCheckId: "check-singapore" },
    ]);
    expect(errorOf(() => ask("ListResourceRecordSets", { HostedZoneId: "Z0NONE" }))).toBe("NoSuchHostedZone");
  });
});
