import { type GroupSetup, SimulatedAutoScaling } from "../../../simulator/aws/autoscaling.ts";
import { call, createKernel, errorOf, ireland, pass, virginia } from "./service-support.ts";

const name = "web";

function setUp(setup: Partial<GroupSetup> = {}) {
  const kernel = createKernel();
  const service = new SimulatedAutoScaling(kernel);
  service.addGroup({ region: ireland, name, minimum: 4, desired: 4, maximum: 20, ...setup });
  service.start();
  const ask = (operation: string, input: object = {}) =>
    call(service, "autoscaling", operation, ireland, { AutoScalingGroupName: name, ...input });
  const group = () =>
    call(service, "autoscaling", "DescribeAutoScalingGroups", ireland, { AutoScalingGroupNames: [name] })
      .AutoScalingGroups[0];
  const states = () => group().Instances.map((each: { LifecycleState: string }) => each.LifecycleState);
  return { kernel, service, ask, group, states };
}

describe("SimulatedAutoScaling", () => {
  it("launches what a raised MinSize asks for, which takes a minute or more", async () => {
    // Prepare
    const { kernel, service, ask, group, states } = setUp();

    // Act
    ask("UpdateAutoScalingGroup", { MinSize: 9 });

    // Assess
    expect(group()).toMatchObject({ MinSize: 9, DesiredCapacity: 9, MaxSize: 20 });
    expect(states().filter((state: string) => state === "Pending")).toHaveLength(5);
    await pass(kernel, 59);
    expect(service.inService(ireland, name)).toBe(4);
    await pass(kernel, 92);
    expect(service.inService(ireland, name)).toBe(9);
    expect(ask("DescribeScalingActivities", { MaxRecords: 100 }).Activities).toHaveLength(5);
  });

  it.each([
    [{ MinSize: 6 }, { MinSize: 6, DesiredCapacity: 6, MaxSize: 20 }],
    [{ MinSize: 2 }, { MinSize: 2, DesiredCapacity: 4, MaxSize: 20 }],
    [
      { MinSize: 2, MaxSize: 3 },
      { MinSize: 2, DesiredCapacity: 3, MaxSize: 3 },
    ],
    [
      { MinSize: 25, MaxSize: 30 },
      { MinSize: 25, DesiredCapacity: 25, MaxSize: 30 },
    ],
    [{ DesiredCapacity: 7 }, { MinSize: 4, DesiredCapacity: 7, MaxSize: 20 }],
  ])("UpdateAutoScalingGroup %j comes to %j", (input, expected) => {
    const { ask, group } = setUp();

    ask("UpdateAutoScalingGroup", input);

    expect(group()).toMatchObject(expected);
  });

  it.each([
    ["UpdateAutoScalingGroup", { MinSize: 21 }],
    ["UpdateAutoScalingGroup", { DesiredCapacity: 21 }],
    ["UpdateAutoScalingGroup", { MinSize: 1.5 }],
    ["SetDesiredCapacity", { DesiredCapacity: 3 }],
    ["UpdateAutoScalingGroup", { AutoScalingGroupName: "absent", MinSize: 5 }],
  ])("refuses %s of %j", (operation, input) => {
    const { ask, service } = setUp();

    expect(errorOf(() => ask(operation, input))).toBe("ValidationError");
    expect(service.history).toHaveLength(0);
  });

  it("counts weights", async () => {
    const { kernel, service, ask, group } = setUp({ instanceWeight: 2 });

    ask("UpdateAutoScalingGroup", { MinSize: 8 });
    await pass(kernel, 160);

    expect(service.inService(ireland, name)).toBe(8);
    expect(group().Instances).toHaveLength(4);
    expect(group().Instances[0].WeightedCapacity).toBe("2");
  });

  it("reports a shortage in the words of EC2, and launches once there is capacity again (FM48)", async () => {
    // Prepare
    const { kernel, service, ask } = setUp();
    service.setLaunchable(ireland, 2);

    // Act
    ask("UpdateAutoScalingGroup", { MinSize: 10 });
    await pass(kernel, 300);

    // Assess
    expect(service.inService(ireland, name)).toBe(6);
    const { Activities: activities } = ask("DescribeScalingActivities");
    const failed = activities.filter(({ StatusCode }: { StatusCode: string }) => StatusCode === "Failed");
    expect(failed.length).toBeGreaterThan(2);
    expect(failed.length).toBeLessThan(9);
    expect(failed[0].StatusMessage).toMatch(
      /^We currently do not have sufficient .* capacity in the Availability Zone/,
    );
    service.setLaunchable(ireland, Number.POSITIVE_INFINITY);
    await pass(kernel, 240);
    expect(service.inService(ireland, name)).toBe(10);
  });

  it("scales a SetDesiredCapacity down again to what is wanted, and never below MinSize (FM51)", async () => {
    // Prepare
    const { kernel, service, ask, group } = setUp({ wantedUnits: () => 3 });

    // Act
    ask("SetDesiredCapacity", { DesiredCapacity: 12 });
    await pass(kernel, 300);
    const soon = group().DesiredCapacity;
    await pass(kernel, 700);

    // Assess
    expect(soon).toBe(12);
    expect(group()).toMatchObject({ MinSize: 4, DesiredCapacity: 4 });
    expect(service.history.map(({ cause, after }) => [cause, after.desired])).toEqual([
      ["request", 12],
      ["policy", 4],
    ]);
    expect(service.inService(ireland, name)).toBe(4);
  });

  it("scales out after minutes of demand", async () => {
    const { kernel, group } = setUp({ wantedUnits: () => 11.2 });

    await pass(kernel, 200);

    expect(group().DesiredCapacity).toBe(12);
  });

  it.each([
    ["Launch", { MinSize: 8 }, 4],
    ["AlarmNotification", { MinSize: 8 }, 8],
  ])("with %s suspended, %j leads to %i in service", async (process, input, expected) => {
    const { kernel, service, ask, group } = setUp();
    service.suspend(ireland, name, process);

    ask("UpdateAutoScalingGroup", input);
    await pass(kernel, 200);

    expect(service.inService(ireland, name)).toBe(expected);
    expect(group().SuspendedProcesses).toEqual([{ ProcessName: process, SuspensionReason: "User suspended" }]);
  });

  it("launches nothing in a dark Region until it is back", async () => {
    const { kernel, service, ask } = setUp();
    ask("UpdateAutoScalingGroup", { MaxSize: 30 });
    kernel.regions.set(ireland, "dark");
    ask("UpdateAutoScalingGroup", { MinSize: 8 });
    await pass(kernel, 200);
    const whileDark = service.inService(ireland, name);

    kernel.regions.set(ireland, "up");
    await pass(kernel, 200);

    expect([whileDark, service.inService(ireland, name)]).toEqual([4, 8]);
  });

  it("tells of a deployment (FM19)", () => {
    const { service, ask } = setUp();
    const before = ask("DescribeInstanceRefreshes").InstanceRefreshes;

    service.setRefresh(ireland, name, "underWay");

    expect(before).toEqual([]);
    expect(ask("DescribeInstanceRefreshes").InstanceRefreshes[0].Status).toBe("InProgress");
  });

  it("knows groups by Region", () => {
    const { service } = setUp();
    const input = { AutoScalingGroupNames: [name] };

    expect(call(service, "autoscaling", "DescribeAutoScalingGroups", virginia, input).AutoScalingGroups).toEqual([]);
  });
});

it("refuses changes of a group that something else changes, with both errors that AWS has for it", () => {
  const { service, ask, group } = setUp();
  service.busyShare = 1;
  const before = group();

  const errors = Array.from({ length: 20 }, () => {
    try {
      ask("UpdateAutoScalingGroup", { AutoScalingGroupName: name, MinSize: 5 });
      return "done";
    } catch (error) {
      return (error as Error).name;
    }
  });

  expect(new Set(errors)).toEqual(new Set(["ScalingActivityInProgressFault", "ResourceContentionFault"]));
  expect(group()).toEqual(before);
});
