import { isRefreshing, raiseGroup, readGroup, readLaunches } from "../../functions/capacity/autoscaling.ts";
import type { AwsClients } from "../../functions/shared/clients.ts";

/** Answers every command with `answer` and keeps what was asked. */
function answering(answer: object) {
  const asked: object[] = [];
  const send = async (command: { readonly input: object }) => {
    asked.push(command.input);
    return answer;
  };
  return { asked, aws: { autoScaling: () => ({ send }) } as unknown as AwsClients };
}

const found = { minimum: 2, desired: 4, maximum: 8, inService: 4, pending: 0, suspendedProcesses: [] };

describe("readGroup", () => {
  it("counts what is in service and what is launching, by lifecycle state alone", async () => {
    const states = ["InService", "InService", "Pending", "Pending:Wait", "Terminating", "Standby", "Warmed:Running"];
    const { aws } = answering({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: "web",
          MinSize: 2,
          DesiredCapacity: 4,
          MaxSize: 8,
          Instances: states.map((LifecycleState) => ({ LifecycleState })),
          SuspendedProcesses: [{ ProcessName: "Launch" }],
        },
      ],
    });

    expect(await readGroup(aws, "eu-west-1", "web")).toEqual({
      minimum: 2,
      desired: 4,
      maximum: 8,
      inService: 2,
      pending: 2,
      suspendedProcesses: ["Launch"],
    });
  });

  it("sums weights where the group is weighted", async () => {
    const Instances = ["4", "2", "not a weight"].map((WeightedCapacity) => ({
      LifecycleState: "InService",
      WeightedCapacity,
    }));
    const { aws } = answering({ AutoScalingGroups: [{ AutoScalingGroupName: "web", Instances }] });

    expect((await readGroup(aws, "eu-west-1", "web"))?.inService).toBe(7);
  });

  it("answers null when there is no such group", async () => {
    const { aws } = answering({ AutoScalingGroups: [] });

    expect(await readGroup(aws, "eu-west-1", "web")).toBeNull();
  });
});

describe("readLaunches", () => {
  it("keeps launches, and of those called off only the ones that say why", async () => {
    const StartTime = new Date("2026-03-01T12:00:00Z");
    const { aws } = answering({
      Activities: [
        { StatusCode: "Failed", StatusMessage: "no capacity", Description: "Launching a new EC2 instance", StartTime },
        { StatusCode: "Cancelled", StatusMessage: "no quota", Description: "Launching a new EC2 instance", StartTime },
        { StatusCode: "Cancelled", Description: "Launching a new EC2 instance", StartTime },
        { StatusCode: "Failed", StatusMessage: "protected", Description: "Terminating EC2 instance: i-1", StartTime },
        { StatusCode: "Successful", Description: "Launching a new EC2 instance: i-2", StartTime },
        { StatusCode: "PreInService", Description: "Launching a new EC2 instance: i-3", StartTime },
      ],
    });

    const launches = await readLaunches(aws, "eu-west-1", "web");

    expect(launches.map(({ state, message }) => [state, message])).toEqual([
      ["failed", "no capacity"],
      ["failed", "no quota"],
      ["succeeded", ""],
      ["running", ""],
    ]);
  });
});

describe("isRefreshing", () => {
  it.each([
    { statuses: [], expected: false },
    { statuses: ["Successful", "Cancelled"], expected: false },
    { statuses: ["InProgress", "Successful"], expected: true },
    { statuses: ["Baking"], expected: true },
  ])("$statuses → $expected", async ({ statuses, expected }) => {
    const { aws } = answering({ InstanceRefreshes: statuses.map((Status) => ({ Status })) });

    expect(await isRefreshing(aws, "eu-west-1", "web")).toBe(expected);
  });
});

describe("raiseGroup", () => {
  it.each([
    { case: "MinSize takes DesiredCapacity along", now: found, target: 6, sent: { MinSize: 6 } },
    { case: "MaxSize only as needed", now: found, target: 9, sent: { MinSize: 9, MaxSize: 9 } },
    {
      case: "DesiredCapacity is said where MinSize does not raise it",
      now: { ...found, minimum: 6, desired: 4 },
      target: 6,
      sent: { DesiredCapacity: 6 },
    },
    {
      case: "DesiredCapacity is said while more is in service than is desired",
      now: { ...found, inService: 7 },
      target: 7,
      sent: { MinSize: 7, DesiredCapacity: 7 },
    },
    {
      case: "a DesiredCapacity beyond the target is left alone (FM50)",
      now: { ...found, desired: 8 },
      target: 6,
      sent: { MinSize: 6 },
    },
  ])("$case", async ({ now, target, sent }) => {
    const { aws, asked } = answering({});

    await raiseGroup(aws, "eu-west-1", "web", now, target);

    expect(asked).toEqual([{ AutoScalingGroupName: "web", ...sent }]);
  });
});
