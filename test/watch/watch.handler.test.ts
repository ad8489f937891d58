import { isoInstant } from "../../functions/shared/clock.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { createHandler } from "../../functions/watch/watch.handler.ts";
import { FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { observe, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const self = "eu-west-1";

/** A vantage in eu-west-1 whose probes of the Regions in `dark` fail; the others' words stay fresh. */
function prepare(dark: readonly string[] = [], voices: Record<string, Voice> = {}) {
  const aws = new FakeAws();
  aws.answers.StartExecution = () => ({});
  aws.answers.DescribeAutoScalingGroups = ({ input }) => ({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: input.AutoScalingGroupNames[0],
        MinSize: 2,
        DesiredCapacity: 4,
        MaxSize: 9,
        Instances: [{ LifecycleState: "InService" }],
      },
    ],
  });
  aws.probe = ({ url }) =>
    dark.some((region) => url.includes(region))
      ? { kind: "failed", reason: "timed out after 4000 ms", latencyMs: 4_000 }
      : { kind: "served", status: 200, latencyMs: 5, servedBy: "eu-west-1" };
  const refresh = () => {
    for (const observation of observe(plan, isoInstant(aws.clock.now()), voices)) {
      const known = aws.rows(plan.recordsTable, "observations").some(({ sk }) => sk === self);
      if (observation.vantage === self && known) continue;
      aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation });
    }
  };
  refresh();
  for (let seconds = 10; seconds <= 50; seconds += 10) aws.clock.schedule(seconds * 1_000, refresh);
  return {
    aws,
    watch: () => aws.finish(createHandler(aws.dependencies(plan, self))({}, invocation)),
    own: () => aws.items.get(`${plan.recordsTable}|observations|${self}`) as unknown as Observation,
    started: () =>
      aws.calls.filter(({ operation }) => operation === "StartExecution").map(({ input }) => JSON.parse(input.input)),
    metrics: (name: string) =>
      aws.calls
        .filter(({ operation }) => operation === "PutMetricData")
        .flatMap(({ input }) => input.MetricData)
        .filter(({ MetricName }) => MetricName === name)
        .map(({ Value }) => Value),
  };
}

it("looks until just before the next invocation, and leaves its votes, heartbeat and samples", async () => {
  const { aws, watch, own, started } = prepare();
  const began = aws.clock.now();

  expect(await watch()).toEqual({ rounds: 6 });
  expect(aws.clock.now() - began).toBeLessThanOrEqual(60_000);
  expect(own()).toMatchObject({
    vantage: self,
    votes: plan.regions.map(({ name }) => ({ region: name, vote: "passing" })),
    customers: { vote: "passing", servedBy: "eu-west-1" },
    capacity: { inService: 1, desired: 4, minimum: 2, maximum: 9 },
  });
  expect(Object.keys(own().heartbeatAgeSeconds).toSorted()).toEqual(["ap-southeast-1", "us-east-1", "us-west-2"]);
  expect(started()).toEqual([]);
});

it("FM49: samples once an invocation, and carries the sample from round to round", async () => {
  const { aws, watch } = prepare();

  await watch();

  expect(aws.made("DescribeAutoScalingGroups").length).toBe(1);
});

describe("FM4: without any event", () => {
  it("starts a failover of a Region that is down", async () => {
    const { watch, started } = prepare(["us-east-1"], regionDown(plan, "us-east-1"));

    await watch();

    expect(started()[0]).toEqual({ watch: { region: "us-east-1", from: self } });
  });

  it("starts nothing on its own word alone", async () => {
    const { watch, started } = prepare(["us-east-1"]);

    await watch();

    expect(started()).toEqual([]);
  });

  it("FM23: starts a takeover of a run that lost its holder", async () => {
    const { aws, watch, started } = prepare(["us-east-1"], regionDown(plan, "us-east-1"));
    const item = openItem(plan, aws.clock.now() - 61_000, {}, { region: "ap-southeast-1", execution: "execution-1" });
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item });

    await watch();

    expect(started()[0]).toEqual({ takeover: { incident: "storefront-us-east-1-e1", epoch: 1, from: self } });
  });
});

describe("nothing stops the vantage", () => {
  it.each([
    ["FM26: the coordination table is away", plan.coordination.table],
    ["the records table is away", plan.recordsTable],
  ])("%s", async (_name, table) => {
    const { aws, watch, metrics } = prepare();
    aws.before = ({ input }) => {
      if (input.TableName === table) throw noAnswer();
    };

    await expect(watch()).resolves.toEqual({ rounds: expect.any(Number) });
    expect(metrics("ProbeSuccess").length).toBeGreaterThan(0);
  });

  it("metrics and samples are away", async () => {
    const { aws, watch, own } = prepare();
    aws.before = ({ operation }) => {
      if (operation === "PutMetricData" || operation === "DescribeAutoScalingGroups") throw noAnswer();
    };

    await watch();

    expect(own()).toMatchObject({ votes: [{ vote: "passing" }, { vote: "passing" }, { vote: "passing" }] });
  });
});

it("publishes what it saw", async () => {
  const { watch, metrics } = prepare(["ap-southeast-1"]);

  await watch();

  expect(metrics("ProbeSuccess").slice(0, 3)).toEqual([1, 1, 0]);
  expect(metrics("CustomersServed")).toEqual([1, 1, 1, 1, 1, 1]);
  expect(metrics("Paused")).toEqual([0, 0, 0, 0, 0, 0]);
});

it("FM28: says for how long automation is held back", async () => {
  const { aws, watch, metrics } = prepare();
  const ended = { ...openItem(plan, aws.clock.now()), lease: null, incident: null };
  const pause = { until: isoInstant(aws.clock.now() + 25_000), by: "ada", reason: "migration" };
  aws.put(plan.coordination.table, { ...itemKey(plan), ...ended, pause });

  await watch();

  expect(metrics("Paused")).toEqual([1, 1, 1, 0, 0, 0]);
});

it("looks every two seconds at what customers get while a run is under way", async () => {
  const { aws, watch } = prepare();
  let looks = 0;
  const answer = aws.probe;
  aws.probe = (request) => {
    if (request.url === plan.traffic.url) looks++;
    return answer(request);
  };
  aws.put(plan.coordination.table, { ...itemKey(plan), ...openItem(plan, aws.clock.now()) });

  await watch();

  expect(looks).toBeGreaterThanOrEqual(24);
});
