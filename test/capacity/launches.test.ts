import { type LaunchActivity, launchProblem } from "../../functions/capacity/launches.ts";

const since = "2026-03-01T12:00:00Z";
const launch = (state: LaunchActivity["state"], second: number, message = ""): LaunchActivity => ({
  startedAt: Date.parse(since) + second * 1_000,
  state,
  message,
});

const shortage =
  "We currently do not have sufficient m5.large capacity in the Availability Zone you requested (us-east-1a).";

describe("launchProblem (FM48)", () => {
  it.each([
    { message: shortage, kind: "capacityShortage" },
    { message: "Could not launch On-Demand Instances. InsufficientInstanceCapacity - …", kind: "capacityShortage" },
    { message: "There is no Spot capacity available that matches your request.", kind: "capacityShortage" },
    { message: "Could not launch Spot Instances. UnfulfillableCapacity - …", kind: "capacityShortage" },
    {
      message:
        "You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the specified instance type belongs to.",
      kind: "quotaReached",
    },
    { message: "Could not launch On-Demand Instances. VcpuLimitExceeded - …", kind: "quotaReached" },
    { message: "20 instance(s) are already running. Launching EC2 instance failed.", kind: "quotaReached" },
    { message: "The image id '[ami-1]' does not exist", kind: "launchFailed" },
    { message: "", kind: "launchFailed" },
  ])("reads “$message” as $kind", ({ message, kind }) => {
    expect(launchProblem([launch("failed", 20, message)], since)?.kind).toBe(kind);
  });

  it.each([
    { case: "nothing was launched", activities: [] },
    { case: "all is under way", activities: [launch("running", 20)] },
    { case: "a later launch succeeded", activities: [launch("failed", 10, shortage), launch("succeeded", 20)] },
    {
      case: "it failed before the incident",
      activities: [{ startedAt: Date.parse(since) - 1_000, state: "failed" as const, message: shortage }],
    },
  ])("sees no problem when $case", ({ activities }) => {
    expect(launchProblem(activities, since)).toBeNull();
  });

  it("goes by the newest failure, in whatever order they come", () => {
    const activities = [launch("failed", 10, shortage), launch("failed", 30, "vCPU limit"), launch("succeeded", 5)];

    expect(launchProblem(activities, since)).toEqual({ kind: "quotaReached", message: "vCPU limit" });
  });

  it("quotes a long message in whole sentences", () => {
    const message = `${shortage} ${"Our system will be working on provisioning additional capacity. ".repeat(4)}`;
    const problem = launchProblem([launch("failed", 10, message)], since);

    expect(message.length).toBeGreaterThan(300);
    expect(problem?.message.length).toBeLessThanOrEqual(300);
    expect(problem?.message).toMatch(/^We currently .*additional capacity\.$/);
    expect(launchProblem([launch("failed", 10, "x".repeat(400))], since)?.message).toBe(`${"x".repeat(299)}…`);
  });
});
