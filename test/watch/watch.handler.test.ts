import type { CoordinationItem } from "../../functions/coordination/item.ts";
import { initialItem, maximumTakeovers } from "../../functions/coordination/rules.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import type { Escalation } from "../../functions/escalation/records.ts";
import { regionStateValues } from "../../functions/watch/metrics.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { createHandler } from "../../functions/watch/watch.handler.ts";
import { awsError, FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { failing, observe, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";
import { incidentOf, itemKey, openItem } from "../fakes/runs.ts";

const plan = examplePlan("storefront");
const self = "eu-west-1";

/** A vantage in eu-west-1 whose probes of the Regions in `dark` fail; the others' words stay fresh. */
function prepare(dark: readonly string[] = [], voices: Record<string, Voice> = {}, used = plan, here = self) {
  const aws = new FakeAws();
  aws.answers.StartExecution = () => ({});
  aws.answers.ListObjectsV2 = () => ({});
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
    url.includes("/evacuate/")
      ? { kind: "failed", reason: "HTTP 403", latencyMs: 5, status: 403 }
      : dark.some((region) => url.includes(region))
        ? { kind: "failed", reason: "timed out after 4000 ms", latencyMs: 4_000 }
        : { kind: "served", status: 200, latencyMs: 5, servedBy: "eu-west-1" };
  const begun = observe(plan, isoInstant(aws.clock.now()), voices);
  const refresh = () => {
    for (const now of observe(plan, isoInstant(aws.clock.now()), voices)) {
      // A streak goes on: it does not begin anew with each round.
      const before = begun.find(({ vantage }) => vantage === now.vantage)?.votes ?? [];
      const votes = now.votes.map((vote, index) => ({ ...vote, since: before[index]?.since ?? vote.since }));
      const observation = { ...now, votes };
      const known = aws.rows(plan.recordsTable, "observations").some(({ sk }) => sk === self);
      if (observation.vantage === self && known) continue;
      aws.put(plan.recordsTable, { pk: "observations", sk: observation.vantage, ...observation });
    }
  };
  refresh();
  for (let seconds = 10; seconds <= 50; seconds += 10) aws.clock.schedule(seconds * 1_000, refresh);
  return {
    aws,
    watch: () => aws.finish(createHandler(aws.dependencies(used, here))({}, invocation)),
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

describe("metrics", () => {
  const last = (aws: FakeAws) =>
    Object.fromEntries(
      (aws.calls.findLast(({ operation }) => operation === "PutMetricData")?.input.MetricData ?? []).map(
        ({ MetricName, Dimensions, Value }: { MetricName: string; Dimensions: { Value: string }[]; Value: number }) => [
          [MetricName, ...Dimensions.map((each) => each.Value)].join(" "),
          Value,
        ],
      ),
    );

  it("say how the Regions stand by the book, how old each heartbeat and each sample is, in one call a round", async () => {
    const { aws, watch } = prepare();
    const item = openItem(plan, aws.clock.now(), {}, { region: "ap-southeast-1", execution: "execution-1" });
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item });

    await watch();

    expect(aws.made("PutMetricData")).toHaveLength(6);
    expect(last(aws)).toMatchObject({
      "RegionState storefront us-east-1": regionStateValues[item.regions["us-east-1"]?.state ?? "inService"],
      "RegionState storefront eu-west-1": 0,
      "RegionState storefront ap-southeast-1": 0,
      "HeartbeatAge storefront us-east-1": expect.any(Number),
      "HeartbeatAge storefront ap-southeast-1": expect.any(Number),
      "HeartbeatAge storefront us-west-2": expect.any(Number),
      // It is taken once an invocation, in the first of six rounds.
      "CapacitySampleAge storefront": 50,
    });
    expect(Object.keys(last(aws)).filter((name) => name.includes("Heartbeat") && name.includes(self))).toEqual([]);
    // docs/deploy.md reckons with so many; no lag was sampled here.
    expect(Object.keys(last(aws))).toHaveLength(3 + 3 + 3 + (3 + 3 + 1));
  });

  it("leave out what is not known: a book that cannot be read, a sample that was never taken", async () => {
    const { aws, watch } = prepare();
    aws.before = ({ operation, input }) => {
      if (input.TableName === plan.coordination.table || operation === "DescribeAutoScalingGroups") throw noAnswer();
    };
    aws.items.delete(`${plan.recordsTable}|observations|${self}`);

    await watch();

    const names = Object.keys(last(aws));
    expect(names.filter((name) => /^(RegionState|Paused|CapacitySampleAge)/.test(name))).toEqual([]);
    expect(names).toContain("CustomersServed storefront");
  });

  it("are not repeated by a witness: the book is the same, and it has no samples", async () => {
    const { aws, watch } = prepare([], {}, plan, "us-west-2");

    await watch();

    const names = Object.keys(last(aws));
    expect(names.filter((name) => /^(RegionState|CapacitySampleAge|LagSampleAge)/.test(name))).toEqual([]);
    expect(names).toContain("HeartbeatAge storefront eu-west-1");
  });
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

it("FM4: where the plan only observes, has it recorded once that it would act, without any event", async () => {
  const observing = examplePlan("storefront", { automation: {} });
  const { aws, watch, started } = prepare(["us-east-1"], regionDown(plan, "us-east-1"), observing);

  await watch();

  const asked = aws.calls.filter(({ operation }) => operation === "StartExecution").map(({ input }) => input.name);
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]).toMatch(/^storefront-us-east-1-planObserves-/);
  expect(started()[0]).toEqual({ watch: { region: "us-east-1", from: self } });
});

describe("has recorded once why a Region that is down is left to people", () => {
  const ended = (now: number, changes: Partial<CoordinationItem>): CoordinationItem => ({
    ...openItem(plan, now),
    lease: null,
    incident: null,
    regions: initialItem(plan.application, [], now).regions,
    ...changes,
  });

  it.each<[string, string[], (now: number) => Partial<CoordinationItem>]>([
    [
      "paused",
      ["us-east-1"],
      (now) => ({ pause: { until: isoInstant(now + 3_600_000), by: "ada", reason: "migration" } }),
    ],
    [
      "cooldown",
      ["us-east-1"],
      (now) => ({
        completed: [
          {
            incident: "storefront-us-east-1-e1",
            region: "us-east-1",
            outcome: "recovered",
            endedAt: isoInstant(now - 60_000),
            record: { ...incidentOf(plan), id: "storefront-us-east-1-e1" },
          },
        ],
      }),
    ],
    [
      "lastRegion",
      ["us-east-1"],
      (now) => ({
        regions: Object.fromEntries(
          plan.regions.map(({ name }) => [
            name,
            {
              state: name === "us-east-1" ? "inService" : "evacuated",
              since: isoInstant(now),
              incident: null,
            } as const,
          ]),
        ),
      }),
    ],
  ])("%s", async (reason, dark, changes) => {
    const { aws, watch, started } = prepare(dark, regionDown(plan, "us-east-1"));
    aws.put(plan.coordination.table, { ...itemKey(plan), ...ended(aws.clock.now(), changes(aws.clock.now())) });

    await watch();

    const asked = aws.calls.filter(({ operation }) => operation === "StartExecution").map(({ input }) => input.name);
    expect(new Set(asked).size).toBe(1);
    expect(asked[0]).toMatch(new RegExp(`^storefront-us-east-1-${reason}-`));
    expect(started()[0]).toEqual({ watch: { region: "us-east-1", from: self } });
  });
});

it("FM13: has all Regions at once recorded as one matter", async () => {
  const names = plan.regions.map(({ name }) => name);
  const allFail = Object.fromEntries(names.map((name) => [name, failing(300)]));
  const voices = Object.fromEntries([...names, "us-west-2"].map((vantage) => [vantage, { words: allFail }]));
  const { aws, watch } = prepare(names, voices);

  await watch();

  const asked = aws.calls.filter(({ operation }) => operation === "StartExecution").map(({ input }) => input.name);
  expect(asked.length).toBeGreaterThan(0);
  expect(new Set(asked.map((name) => name.replace(/-[^-]+$/, "")))).toEqual(
    new Set(["storefront-us-east-1-everythingFailing"]),
  );
});

describe("what it remembers of shared trouble", () => {
  const names = plan.regions.map(({ name }) => name);
  const everybody = [...names, "us-west-2"];
  const allFail = Object.fromEntries(names.map((name) => [name, failing(300)]));
  const sharedBy = (vantages: readonly string[]): Record<string, Voice> =>
    Object.fromEntries(vantages.map((vantage) => [vantage, { sharedFor: 240 }]));

  it("FM70: begins where everything fails, and stays through the rounds", async () => {
    const voices = Object.fromEntries(everybody.map((vantage) => [vantage, { words: allFail }]));
    const { aws, watch, own } = prepare(names, voices);
    const began = aws.clock.now();

    await watch();

    expect(parseInstant(own().sharedSince ?? "")).toBeLessThan(began + 5_000);
  });

  it("FM70: is what a quorum of the others remembers, after a restart", async () => {
    const words = Object.fromEntries(names.map((name) => [name, { vote: "passing" as const, forSeconds: 20 }]));
    const voices = Object.fromEntries(everybody.map((vantage) => [vantage, { words, sharedFor: 240 }]));
    const { watch, own } = prepare([], { ...voices, [self]: { age: null } });

    await watch();

    expect(own().sharedSince).toBeDefined();
  });

  it.each([
    ["FM70: outlasts a silence in which no Region can have been steady", 170, true],
    ["FM70: ends with a longer one, where nobody else remembers", 190, false],
  ])("%s", async (_name, age, isKept) => {
    const words = Object.fromEntries(names.map((name) => [name, { vote: "passing" as const, forSeconds: 20 }]));
    const voices = Object.fromEntries(everybody.map((vantage) => [vantage, { words }]));
    const { watch, own } = prepare([], { ...voices, [self]: { words, age, sharedFor: 600 } });

    await watch();

    expect(own().sharedSince !== undefined).toBe(isKept);
  });

  it("FM70: ends once a Region has been steady", async () => {
    const { watch, own } = prepare([], sharedBy(everybody));

    await watch();

    expect(own().sharedSince).toBeUndefined();
  });

  it("FM26: is left as it is while nobody knows who is in service", async () => {
    const { aws, watch, own } = prepare([], sharedBy(everybody));
    aws.before = ({ input }) => {
      if (input.TableName === plan.coordination.table) throw noAnswer();
    };

    await watch();

    expect(own().sharedSince).toBeDefined();
  });

  it("FM71: does not begin where the one that fails carries the customers of one out of service", async () => {
    const voices = Object.fromEntries(everybody.map((vantage) => [vantage, { words: allFail }]));
    const { aws, watch, own } = prepare(names, voices);
    const item = initialItem(plan.application, names, aws.clock.now());
    const out = { state: "evacuated" as const, since: isoInstant(aws.clock.now() - 900_000), incident: null };
    aws.put(plan.coordination.table, {
      ...itemKey(plan),
      ...{ ...item, version: 1, regions: { ...item.regions, "us-east-1": out } },
    });

    await watch();

    expect(own().sharedSince).toBeUndefined();
  });
});

it("has nothing recorded while an incident is in progress: its pages say what there is to say", async () => {
  const { aws, watch, started } = prepare(["us-east-1"], regionDown(plan, "us-east-1"));
  const pause = { until: isoInstant(aws.clock.now() + 3_600_000), by: "ada", reason: "migration" };
  aws.put(plan.coordination.table, { ...itemKey(plan), ...openItem(plan, aws.clock.now() - 600_000), pause });

  await watch();

  expect(started()).toEqual([]);
});

it("FM33: keeps its streaks when a round cannot read what it wrote before", async () => {
  const { aws, watch, own } = prepare(["us-east-1"], regionDown(plan, "us-east-1"));
  let round = 0;
  aws.before = ({ operation, input }) => {
    if (operation === "PutItem" && input.TableName === plan.recordsTable) round++;
    if (operation === "Query" && round === 3) throw awsError("ThrottlingException");
  };

  await watch();

  const vote = own().votes.find(({ region }) => region === "us-east-1");
  expect(parseInstant(vote?.until as string) - parseInstant(vote?.since as string)).toBeGreaterThanOrEqual(45_000);
});

it("FM59: says nothing of a round in which it was frozen, and does not write over what was seen meanwhile", async () => {
  const { aws, watch, own } = prepare();
  const looks = "fpfpffpfppfffpfpfppf";
  const { latencyMs } = aws;
  let frozen = false;
  aws.latencyMs = (call) => {
    if (frozen || call.input.TableName !== plan.coordination.table) return latencyMs(call);
    frozen = true;
    // Another invocation looks on.
    aws.clock.schedule(200_000, () => {
      const votes = own().votes.map((vote) => ({ ...vote, looks }));
      const at = isoInstant(aws.clock.now());
      aws.put(plan.recordsTable, { ...own(), pk: "observations", sk: self, at, votes });
    });
    return 220_000;
  };

  await watch();

  expect(own().votes.every((vote) => vote.looks?.startsWith(looks))).toBe(true);
});

it("FM59: a process that slept and cannot read does not write over what another one saw", async () => {
  const { aws, own, watch } = prepare();
  const looks = "fpfpffpfppfffpfpfppf";
  const votes = own().votes.map((vote) => ({ ...vote, looks }));
  aws.put(plan.recordsTable, { ...own(), pk: "observations", sk: self, votes });
  let reads = 0;
  aws.before = ({ operation, input }) => {
    const isObservations = input.ExpressionAttributeValues?.[":pk"]?.S === "observations";
    if (operation === "Query" && isObservations && reads++ < 4) throw awsError("ThrottlingException");
  };

  await watch();

  expect(own().votes.every((vote) => vote.looks?.startsWith(looks))).toBe(true);
});

it("FM61: what a round saw is not lost where the table took nothing of it", async () => {
  const { aws, own, watch } = prepare();
  let writes = 0;
  aws.before = ({ operation, input }) => {
    const isOwn = operation === "PutItem" && input.Item?.pk?.S === "observations";
    if (isOwn && writes++ > 0 && writes < 5) throw awsError("ThrottlingException");
  };

  await watch();

  expect(writes).toBeGreaterThan(5);
  for (const { looks } of own().votes) expect(looks).toMatch(/^[pf]{6}$/);
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

describe("telling people", () => {
  const second = "ap-southeast-1";
  /** The run for us-east-1 waits for a person, who has heard of that, and `second` is down as well. */
  function waiting() {
    const prepared = prepare([second], regionDown(plan, second));
    const { aws } = prepared;
    const item = openItem(plan, aws.clock.now());
    const lease = { region: self, execution: "execution-1", expiresAt: isoInstant(aws.clock.now() + 1_800_000) };
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item, lease });
    remember(aws, { region: "us-east-1", stage: "waiting", reason: "questionOpen" });
    return { ...prepared, pages: pagesOf(aws) };
  }

  /** People have heard of this. */
  function remember(
    aws: FakeAws,
    told: Pick<Escalation, "stage" | "reason"> & { readonly region: string },
    changes: Partial<Escalation> = {},
  ) {
    const at = isoInstant(aws.clock.now() - 5_000);
    const record: Escalation = {
      application: plan.application,
      matter: told.region,
      since: at,
      at,
      from: self,
      dedupKey: `storefront/${told.region}`,
      incident: "storefront-us-east-1-e1",
      summary: "",
      whatToDo: "",
      toldAt: at,
      toldBy: self,
      changes: [],
      ...told,
      ...changes,
    };
    aws.put(plan.recordsTable, { pk: "escalations#storefront", sk: told.region, ...record });
  }

  const pagesOf = (aws: FakeAws) => () =>
    aws.calls
      .filter(({ operation }) => operation === "PutEvents")
      .flatMap(({ input }) => input.Entries)
      .filter(({ DetailType }) => DetailType === "Attention Needed")
      .map(({ Source, Detail }) => ({ source: Source, ...JSON.parse(Detail) }));

  const kept = (aws: FakeAws, matter: string) =>
    aws.items.get(`${plan.recordsTable}|escalations#storefront|${matter}`) as unknown as Escalation | undefined;

  it("about a second Region that fails while the first one's run waits: once, with what to do", async () => {
    const { aws, watch, pages, started } = waiting();

    await watch();

    expect(pages()).toEqual([
      {
        source: "region-failover",
        application: "storefront",
        matter: second,
        incident: "storefront-us-east-1-e1",
        region: second,
        stage: "held",
        reason: "otherIncidentInProgress",
        summary: expect.stringContaining(`${second} fails as well`),
        whatToDo: expect.stringMatching(/storefront-us-east-1-e1 waits for an answer.*answer it/),
        since: expect.any(String),
        at: expect.any(String),
        untoldSince: expect.any(String),
        from: self,
        dedupKey: `storefront/${second}`,
        toldAt: null,
        toldBy: null,
        changes: [],
      },
    ]);
    expect(kept(aws, second)).toMatchObject({ toldAt: expect.any(String), toldBy: self });
    expect(started()).toEqual([]);
  });

  it("not again where another vantage has told them", async () => {
    const { aws, watch, pages } = waiting();
    remember(aws, { region: second, stage: "held", reason: "otherIncidentInProgress" });

    await watch();

    expect(pages()).toEqual([]);
  });

  it.each<[string, () => object]>([
    [
      "refuses it",
      () => {
        throw awsError("ValidationException");
      },
    ],
    ["answers 200 and takes nothing", () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: "InternalFailure" }] })],
  ])("FM60: again in the next round, when the bus %s", async (_how, refuse) => {
    const { aws, watch, pages } = waiting();
    let asked = 0;
    aws.answers.PutEvents = () => (asked++ === 0 ? refuse() : { FailedEntryCount: 0, Entries: [{}] });

    await watch();

    expect(pages()).toHaveLength(2);
    expect(kept(aws, second)).toMatchObject({ toldAt: expect.any(String) });
  });

  it("FM60: though nothing can be written of it: once in a minute, so that it rings that nobody was told", async () => {
    const { aws, watch, pages } = waiting();
    aws.before = ({ operation, input }) => {
      if (operation === "PutItem" && input.Item.pk.S?.startsWith("escalations#")) throw noAnswer();
    };

    await watch();

    expect(pages()).toHaveLength(1);
    expect(kept(aws, second)).toBeUndefined();
  });

  it("FM60: again once it can be written: an event without a record told nobody", async () => {
    const { aws, watch, pages } = waiting();
    let refused = 0;
    aws.before = ({ operation, input }) => {
      if (operation !== "PutItem" || !input.Item.pk.S?.startsWith("escalations#")) return;
      if (refused++ < 4) throw awsError("ThrottlingException");
    };

    await watch();

    expect(pages()).toHaveLength(2);
    expect(kept(aws, second)).toMatchObject({ toldAt: expect.any(String), toldBy: self });
  });

  it("FM59: from a witness, which starts nothing, when it is the only one left", async () => {
    const dark = plan.regions.map(({ name }) => name);
    const gone = Object.fromEntries(dark.map((region) => [region, { age: 600 }]));
    const { aws, watch, started } = prepare(dark, gone, plan, "us-west-2");
    const looks = "f".repeat(15);
    const before = aws.rows(plan.recordsTable, "observations").find(({ sk }) => sk === "us-west-2");
    const votes = (before as unknown as Observation).votes.map((vote) => ({ ...vote, vote: "failing", looks }));
    aws.put(plan.recordsTable, { ...before, pk: "observations", sk: "us-west-2", votes });

    await watch();

    expect(new Set(pagesOf(aws)().map(({ region }) => region))).toEqual(new Set([...dark, null]));
    expect(started()).toEqual([]);
  });

  it("FM23: about a run that automation has given up on: once, and starts nothing", async () => {
    const { aws, watch, started } = prepare();
    const item = openItem(plan, aws.clock.now() - 600_000, { takeovers: maximumTakeovers });
    aws.put(plan.coordination.table, { ...itemKey(plan), ...item });

    await watch();

    expect(pagesOf(aws)()).toMatchObject([
      {
        region: "us-east-1",
        reason: "takeoversExhausted",
        whatToDo: expect.stringMatching(/start the failover of us-east-1 by hand/),
      },
    ]);
    expect(started()).toEqual([]);
  });

  it.each<[string, Partial<CoordinationItem>, Partial<Plan["automation"]>, RegExp]>([
    ["paused", { pause: { until: "2099-01-01T00:00:00.000Z", by: "ada", reason: "migration" } }, {}, /end the pause/],
    ["planObserves", {}, { traffic: "observe" }, /change the plan/],
  ])(
    "FM28: about a run that has lost its holder, and is left as it is: %s",
    async (reason, changes, automation, how) => {
      const { aws, watch, started } = prepare([], {}, { ...plan, automation: { ...plan.automation, ...automation } });
      const item = { ...openItem(plan, aws.clock.now() - 600_000), ...changes };
      aws.put(plan.coordination.table, { ...itemKey(plan), ...item });

      await watch();

      expect(pagesOf(aws)()).toMatchObject([{ region: "us-east-1", reason, whatToDo: expect.stringMatching(how) }]);
      expect(started()).toEqual([]);
    },
  );

  it("about a run whose own events no bus has taken", async () => {
    const { aws, watch } = prepare();
    aws.put(plan.coordination.table, { ...itemKey(plan), ...openItem(plan, aws.clock.now()) });

    await watch();

    expect(pagesOf(aws)()).toMatchObject([{ region: "us-east-1", stage: "acting", reason: "runOpen" }]);
  });

  it.each<[string, readonly string[], Record<string, Voice>]>([
    ["every other Region serves", [], {}],
    ["one vantage alone has just begun to see it fail", [second], {}],
    ["a Region lives and falters while the run grows it", [second], { [second]: { age: 5 } }],
  ])("FM52: not where %s", async (_name, dark, voices) => {
    const { aws, watch } = prepare(dark, voices);
    aws.put(plan.coordination.table, { ...itemKey(plan), ...openItem(plan, aws.clock.now()) });
    remember(aws, { region: "us-east-1", stage: "acting", reason: "runOpen" });

    await watch();

    expect(pagesOf(aws)()).toEqual([]);
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
