import fc from "fast-check";
import { createGuard } from "../../functions/coordination/guard.ts";
import { type CoordinationItem, type RegionState, type Run, regionStates } from "../../functions/coordination/item.ts";
import { initialItem } from "../../functions/coordination/rules.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { createJournal } from "../../functions/timeline/journal.ts";
import { createHandler } from "../../functions/traffic/shift.handler.ts";
import { createTrafficSwitch, judgeKeeper, judgeLever, type SwitchState } from "../../functions/traffic/switch.ts";
import { awsError, type Call, FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";
import { itemKey, openItem, runIn } from "../fakes/runs.ts";

/** A world in which the plan's first Region is being evacuated by its second. */
function prepare(plan: Plan, seed = 7) {
  const aws = new FakeAws();
  const item = openItem(plan, aws.clock.now());
  aws.put(plan.coordination.table, { ...itemKey(plan), ...item });
  const run = runIn(item);
  const deps = aws.dependencies(plan, item.lease?.region as string, seed);
  return {
    aws,
    run,
    deps,
    levers: () => createTrafficSwitch(deps).levers(run),
    shift: (by: Run = run) => aws.finish(createHandler(deps)({ run: by }, invocation)),
    journal: createJournal(deps, run.incident, run.epoch),
    guard: createGuard(deps, run),
    timeline: () =>
      aws.rows(plan.recordsTable, `incident#${run.incident}`).map(({ kind, summary }) => `${kind}: ${summary}`),
  };
}

/** The storefront with a fourth Region. */
function fourRegions(): Plan {
  const three = examplePlan("storefront");
  const [first] = three.regions;
  const buckets = three.traffic.switch.kind === "healthCheck" ? three.traffic.switch.buckets : {};
  return {
    ...three,
    regions: [...three.regions, { ...first, name: "sa-east-1" } as Plan["regions"][number]],
    traffic: {
      ...three.traffic,
      switch: { kind: "healthCheck", buckets: { ...buckets, "sa-east-1": "storefront-switch-sa-east-1" } },
    },
  };
}

const regionsOf = (plan: Plan) => plan.regions.map(({ name }) => name);

describe("FM54: a lever is pulled only if a Region stays in DNS", () => {
  it.each<[string, string[], string[], object]>([
    [
      "three Regions, none out",
      ["a", "b", "c"],
      [],
      { kind: "change", detail: { region: "a", staysInDns: ["b", "c"] } },
    ],
    [
      "one of the others out already",
      ["a", "b", "c"],
      ["b"],
      { kind: "change", detail: { region: "a", staysInDns: ["c"] } },
    ],
    ["both others out", ["a", "b", "c"], ["b", "c"], { kind: "blocked" }],
    ["the last of two", ["a", "b"], ["b"], { kind: "blocked" }],
    ["out already", ["a", "b", "c"], ["a"], { kind: "done" }],
    [
      "out already, and the others too: that is for a person to see, not made worse here",
      ["a", "b"],
      ["a", "b"],
      { kind: "done" },
    ],
    ["a stranger in the store counts for nothing", ["a", "b"], ["z"], { kind: "change" }],
  ])("%s", (_name, regions, out, verdict) => {
    expect(judgeLever(regions, "a", { out, unseen: null })).toMatchObject(verdict);
  });

  it("whatever is out already", () => {
    const regions = ["a", "b", "c", "d", "e"];
    fc.assert(
      fc.property(fc.subarray([...regions, "stranger"]), fc.constantFrom(...regions), (out, failed) => {
        const verdict = judgeLever(regions, failed, { out, unseen: null });

        const staying = regions.filter((region) => region !== failed && !out.includes(region));
        return verdict.kind !== "change" || staying.length > 0;
      }),
    );
  });
});

describe("FM54: what an earlier run evacuated is kept out only while that is right", () => {
  const since = "2026-03-14T09:00:00.000Z";
  const book = (states: Readonly<Record<string, RegionState>>): CoordinationItem => ({
    ...initialItem("storefront", [], 0),
    regions: Object.fromEntries(
      Object.entries(states).map(([name, state]) => [name, { state, since, incident: null }]),
    ),
  });

  it.each<[string, Readonly<Record<string, RegionState>>, string[], object]>([
    [
      "evacuated",
      { a: "evacuated", b: "evacuating", c: "inService" },
      [],
      { kind: "change", detail: { staysInDns: ["c"] } },
    ],
    ["there already", { a: "evacuated", b: "evacuating", c: "inService" }, ["a"], { kind: "done" }],
    ["returned by somebody", { a: "inService", b: "evacuating", c: "inService" }, [], { kind: "blocked" }],
    ["on its way back", { a: "returning", b: "evacuating", c: "inService" }, [], { kind: "blocked" }],
    ["being evacuated", { a: "evacuating", b: "evacuating", c: "inService" }, [], { kind: "blocked" }],
    ["not in the book", { b: "evacuating", c: "inService" }, [], { kind: "blocked" }],
    ["with nobody in service besides", { a: "evacuated", b: "evacuating", c: "evacuated" }, [], { kind: "blocked" }],
    [
      "with the last one in service out by hand",
      { a: "evacuated", b: "evacuating", c: "inService" },
      ["c"],
      { kind: "blocked" },
    ],
  ])("%s", (_name, states, out, verdict) => {
    expect(judgeKeeper("a", "b", { out, unseen: null, item: book(states) })).toMatchObject(verdict);
  });

  it("whatever the book and the store say, one in service stays, and nothing is done to one that serves", () => {
    const names = ["a", "b", "c", "d"];
    const states = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...regionStates), { maxKeys: 4 });
    fc.assert(
      fc.property(states, fc.subarray(names), (standing, out) => {
        const verdict = judgeKeeper("a", "b", { out, unseen: null, item: book(standing) });
        if (verdict.kind === "blocked") return;
        expect(standing.a).toBe("evacuated");
        const staying = names.filter((name) => name !== "b" && !out.includes(name) && standing[name] === "inService");
        if (verdict.kind === "change") expect(staying.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the healthCheck switch", () => {
  const plan = examplePlan("storefront");
  const four = fourRegions();

  /** Buckets in memory. */
  function withBuckets(seed?: number, of: Plan = plan) {
    const world = prepare(of, seed);
    const objects = new Set<string>();
    world.aws.answers.ListObjectsV2 = ({ input }) => ({
      Contents: [...objects]
        .filter((each) => each.startsWith(`${input.Bucket}/${input.Prefix}`))
        .map((each) => ({ Key: each.slice(input.Bucket.length + 1) })),
    });
    world.aws.answers.PutObject = ({ input }) => {
      objects.add(`${input.Bucket}/${input.Key}`);
      return {};
    };
    return { ...world, objects };
  }

  it("writes the object to every survivor's bucket, the own first, and nothing anywhere else", async () => {
    const { aws, objects, shift } = withBuckets();

    expect(await shift()).toEqual({ result: "shifted", levers: 2, problems: [] });
    expect([...objects]).toEqual([
      "storefront-switch-eu-west-1/evacuate/us-east-1",
      "storefront-switch-ap-southeast-1/evacuate/us-east-1",
    ]);
    expect(aws.made("PutObject")).toEqual(["PutObject@eu-west-1", "PutObject@ap-southeast-1"]);
  });

  it("FM55: never calls the failed Region or a global control plane", async () => {
    const { aws, shift } = withBuckets();

    await shift();

    expect(aws.calls.filter(({ region }) => region === "us-east-1" || region === "global")).toEqual([]);
  });

  it("the acting Region's bucket comes first, also where it is not the first survivor", () => {
    const { run, aws } = withBuckets();
    const levers = createTrafficSwitch(aws.dependencies(plan, "ap-southeast-1")).levers(run);

    expect(levers.map(({ resource }) => resource)).toEqual([
      "s3://storefront-switch-ap-southeast-1/evacuate/us-east-1",
      "s3://storefront-switch-eu-west-1/evacuate/us-east-1",
    ]);
  });

  it("leaves out a survivor without a bucket and the failed Region's own", () => {
    const { run, deps } = withBuckets();
    const { "eu-west-1": own, "us-east-1": failed } = (plan.traffic.switch as { buckets: Record<string, string> })
      .buckets;
    const poor: Plan = {
      ...plan,
      traffic: {
        ...plan.traffic,
        switch: { kind: "healthCheck", buckets: { "eu-west-1": own as string, "us-east-1": failed as string } },
      },
    };
    const mistaken = { ...run, survivors: ["us-east-1", "ap-southeast-1"] };

    expect(
      createTrafficSwitch({ ...deps, plan: poor })
        .levers(mistaken)
        .map(({ resource }) => resource),
    ).toEqual(["s3://storefront-switch-eu-west-1/evacuate/us-east-1"]);
  });

  it("says in the object which run wrote it", async () => {
    const { aws, run, shift } = withBuckets();

    await shift();

    const written = aws.calls.find(({ operation }) => operation === "PutObject");
    expect(JSON.parse(written?.input.Body)).toEqual({ incident: run.incident, epoch: 1 });
  });

  it("reads from the store which Regions are out", async () => {
    const { aws, objects, levers } = withBuckets();
    objects.add("storefront-switch-eu-west-1/evacuate/ap-southeast-1");
    objects.add("storefront-switch-eu-west-1/other/us-east-1");

    expect(await aws.finish(levers()[0]?.read() as Promise<SwitchState>)).toEqual({
      out: ["ap-southeast-1"],
      unseen: null,
    });
  });

  it("one lever suffices: a survivor's bucket that is away is a problem, not a failure", async () => {
    const { aws, shift } = withBuckets();
    aws.before = ({ region, operation }) => {
      if (region === "ap-southeast-1" && operation === "PutObject") throw noAnswer();
    };

    const answer = await shift();

    expect(answer).toMatchObject({ result: "shifted", levers: 1 });
    expect(JSON.stringify(answer)).toMatch(/s3:\/\/storefront-switch-ap-southeast-1/);
  });

  it("no lever at all blocks the step, with the reason for each", async () => {
    const { aws, shift } = withBuckets();
    aws.before = ({ operation }) => {
      if (operation === "PutObject") throw awsError("AccessDenied", 403);
    };

    await expect(shift()).rejects.toMatchObject({
      name: "StepBlocked",
      message: expect.stringMatching(/us-east-1: .*eu-west-1.*; .*ap-southeast-1/),
    });
  });

  describe("FM54: a Region evacuated before", () => {
    /** Of four Regions eu-west-1 was evacuated first; now us-east-1 is. */
    const earlier = (state: RegionState) => {
      const world = withBuckets(7, four);
      const { aws, run } = world;
      const item = openItem(four, aws.clock.now(), { survivors: ["ap-southeast-1", "sa-east-1"] }, acting);
      const entry = { state, since: "2026-03-14T08:00:00.000Z", incident: null };
      aws.put(four.coordination.table, { ...itemKey(four), ...item, regions: { ...item.regions, "eu-west-1": entry } });
      const by = { ...run, ...runIn(item) };
      return {
        ...world,
        shift: () => aws.finish(createHandler(aws.dependencies(four, acting.region))({ run: by }, invocation)),
      };
    };
    const acting = { region: "ap-southeast-1", execution: "execution-1" };
    const about = (objects: ReadonlySet<string>) => [...objects].filter((each) => each.endsWith("/eu-west-1"));

    it("is kept out by every survivor of this run, after traffic has been moved", async () => {
      const { aws, objects, shift } = earlier("evacuated");

      expect(await shift()).toEqual({ result: "shifted", levers: 2, problems: [] });
      expect(about(objects)).toEqual([
        "storefront-switch-ap-southeast-1/evacuate/eu-west-1",
        "storefront-switch-sa-east-1/evacuate/eu-west-1",
      ]);
      expect([...objects].map((each) => each.split("/").at(-1))).toEqual([
        "us-east-1",
        "us-east-1",
        "eu-west-1",
        "eu-west-1",
      ]);
      expect(aws.made("PutObject").some((call) => /us-east-1|eu-west-1/.test(call))).toBe(false);
    });

    it("each write is announced and confirmed in the journal of this run", async () => {
      const { shift, timeline } = earlier("evacuated");

      await shift();

      expect(timeline().filter((line) => line.includes("evacuate/eu-west-1"))).toEqual([
        "intent: Write evacuate/eu-west-1 to the bucket of ap-southeast-1",
        "confirmed: Done: Write evacuate/eu-west-1 to the bucket of ap-southeast-1",
        "intent: Write evacuate/eu-west-1 to the bucket of sa-east-1",
        "confirmed: Done: Write evacuate/eu-west-1 to the bucket of sa-east-1",
      ]);
    });

    it.each<RegionState>(["inService", "returning", "evacuating"])(
      "nothing is written about one that is %s",
      async (state) => {
        const { objects, shift } = earlier(state);

        await shift();

        expect(about(objects)).toEqual([]);
      },
    );

    it("that somebody returns in this very moment is left alone, and that is said", async () => {
      const { aws, objects, shift, timeline } = earlier("evacuated");
      aws.after = ({ operation, input }) => {
        // Between the announcement and the write.
        const isAnnounced = operation === "PutItem" && input.Item.kind?.S === "intent";
        if (!isAnnounced || !input.Item.summary.S.includes("evacuate/eu-west-1")) return;
        const stored = aws.items.get(
          `${four.coordination.table}|${itemKey(four).pk}|item`,
        ) as never as CoordinationItem;
        const entry = { state: "inService", since: "2026-03-14T09:05:00.000Z", incident: null };
        aws.put(four.coordination.table, {
          ...itemKey(four),
          ...stored,
          version: stored.version + 1,
          regions: { ...stored.regions, "eu-west-1": entry },
        });
      };

      expect(await shift()).toMatchObject({ result: "shifted", levers: 2 });
      expect(about(objects)).toEqual([]);
      expect(timeline()).toContainEqual(expect.stringMatching(/^failed: .*eu-west-1 is inService by now/));
    });

    it("that cannot be kept out by one survivor is a problem, not a failure", async () => {
      const { aws, shift } = earlier("evacuated");
      aws.before = ({ operation, region, input }) => {
        if (operation === "PutObject" && region === "sa-east-1" && input.Key.endsWith("eu-west-1")) {
          throw awsError("AccessDenied", 403);
        }
      };

      expect(await shift()).toMatchObject({
        result: "shifted",
        levers: 2,
        problems: [expect.stringMatching(/sa-east-1\/evacuate\/eu-west-1/)],
      });
    });
  });

  it.each([
    ["writes hang", ["PutObject"]],
    ["all of S3 hangs", ["PutObject", "ListObjectsV2"]],
  ])(
    "FM38: ends well within its function's 180 s once traffic leaves, where %s in every other bucket",
    async (_how, hung) => {
      const { switch: chosen } = four.traffic;
      const buckets = {
        ...(chosen.kind === "healthCheck" ? chosen.buckets : {}),
        "ca-central-1": "switch-ca-central-1",
      };
      const five: Plan = {
        ...four,
        regions: [...four.regions, { ...four.regions[0], name: "ca-central-1" } as Plan["regions"][number]],
        traffic: { ...four.traffic, switch: { kind: "healthCheck", buckets } },
      };
      const { aws, shift } = withBuckets(7, five);
      const isHung = ({ operation, region }: Call) => hung.includes(operation) && region !== "eu-west-1";
      aws.before = (call) => {
        if (isHung(call)) throw noAnswer();
      };
      aws.latencyMs = (call) => (isHung(call) ? 5_000 : 5);
      const began = aws.clock.now();

      const answer = (await shift()) as unknown as { levers: number; problems: readonly string[] };

      expect(aws.clock.now() - began).toBeLessThan(150_000);
      expect(answer.levers).toBe(1);
      expect(answer.problems.map((problem) => /switch-(.*?)\//.exec(problem)?.[1])).toEqual([
        "ap-southeast-1",
        "sa-east-1",
        "ca-central-1",
      ]);
    },
  );

  it("FM34: names the lever that was denied, also when another one is tried again", async () => {
    const { aws, shift } = withBuckets(7, four);
    let throttled = 0;
    aws.before = ({ operation, region }) => {
      if (operation !== "PutObject") return;
      if (region === "ap-southeast-1") throw awsError("AccessDenied", 403);
      if (region === "sa-east-1" && ++throttled <= 8) throw awsError("SlowDown", 503);
    };

    expect(await shift()).toMatchObject({
      levers: 2,
      problems: [expect.stringMatching(/ap-southeast-1\/evacuate\/us-east-1: .*AccessDenied/)],
    });
  });

  it("FM33: a step that AWS lets wait keeps its lease for the next try", async () => {
    const { aws, shift } = withBuckets();
    aws.before = ({ operation }) => {
      if (operation === "ListObjectsV2") throw noAnswer();
    };
    aws.latencyMs = ({ operation }) => (operation === "ListObjectsV2" ? 2_500 : 5);
    const before = (aws.items.get(`${plan.coordination.table}|${itemKey(plan).pk}|item`) as never as CoordinationItem)
      .lease;

    await expect(shift()).rejects.toMatchObject({ name: "Transient" });

    const after = (aws.items.get(`${plan.coordination.table}|${itemKey(plan).pk}|item`) as never as CoordinationItem)
      .lease;
    expect(Date.parse(after?.expiresAt ?? "")).toBeGreaterThan(Date.parse(before?.expiresAt ?? ""));
  });

  it("FM54: is blocked where no Region would stay in DNS", async () => {
    const { objects, shift, timeline } = withBuckets();
    for (const bucket of ["eu-west-1", "ap-southeast-1"]) {
      for (const out of ["eu-west-1", "ap-southeast-1"]) objects.add(`storefront-switch-${bucket}/evacuate/${out}`);
    }

    await expect(shift()).rejects.toMatchObject({ name: "StepBlocked" });
    expect([...objects].filter((each) => each.endsWith("/us-east-1"))).toEqual([]);
    expect(timeline()).toEqual([
      expect.stringMatching(/^failed: .*no Region/),
      expect.stringMatching(/^failed: .*no Region/),
    ]);
  });

  it("FM24: a run that was taken over between two levers pulls no second one", async () => {
    const { aws, run, objects, shift } = withBuckets();
    aws.after = ({ operation }) => {
      if (operation !== "PutObject") return;
      aws.put(plan.coordination.table, {
        ...itemKey(plan),
        ...openItem(plan, aws.clock.now()),
        version: 50,
        epoch: run.epoch + 1,
      });
    };

    await expect(shift()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(objects.size).toBe(1);
  });

  it("FM32: asked again, finds what it did", async () => {
    const { aws, shift, timeline } = withBuckets();
    await shift();
    const puts = aws.made("PutObject").length;

    expect(await shift()).toMatchObject({ levers: 2, problems: [] });
    expect(aws.made("PutObject").length).toBe(puts);
    expect(timeline().slice(-2)).toEqual([
      expect.stringMatching(/^confirmed: Already there/),
      expect.stringMatching(/^confirmed: Already there/),
    ]);
  });
});

describe("the routingControl switch", () => {
  const plan = examplePlan("stateless");
  const chosen = plan.traffic.switch as Extract<Plan["traffic"]["switch"], { kind: "routingControl" }>;

  function withCluster(seed?: number) {
    const world = prepare(plan, seed);
    const off = new Set<string>();
    world.aws.answers.ListRoutingControls = () => ({
      RoutingControls: Object.values(chosen.controls).map((RoutingControlArn) => ({
        RoutingControlArn,
        RoutingControlState: off.has(RoutingControlArn) ? "Off" : "On",
      })),
    });
    world.aws.answers.UpdateRoutingControlState = ({ input }) => {
      if (input.RoutingControlState === "Off") off.add(input.RoutingControlArn);
      return {};
    };
    const asked = () =>
      world.aws.calls.filter(({ operation }) => operation.includes("RoutingControl")).map(({ region }) => region);
    return { ...world, off, asked };
  }

  it("turns the failed Region's control off", async () => {
    const { off, shift } = withCluster();

    expect(await shift()).toMatchObject({ result: "shifted", levers: 1, problems: [] });
    expect([...off]).toEqual([chosen.controls["us-west-2"]]);
  });

  it("FM55: never asks the endpoint in the failed Region, even where all others hang", async () => {
    const { aws, asked, shift } = withCluster();
    aws.before = ({ operation }) => {
      if (operation.includes("RoutingControl")) throw noAnswer();
    };

    await expect(shift()).rejects.toMatchObject({ name: "Transient" });
    expect(new Set(asked())).toEqual(new Set(["us-east-1", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]));
  });

  it("begins at a random endpoint", async () => {
    const first = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const { aws, asked, levers } = withCluster(seed);
      await aws.finish(levers()[0]?.read() as Promise<unknown>);
      first.add(asked()[0] as string);
    }

    expect(first).toEqual(new Set(["us-east-1", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]));
  });

  it.each([1, 2, 3])(
    "FM38: with %i of four endpoints hanging, the control is turned off all the same",
    async (hanging) => {
      for (let seed = 1; seed <= 10; seed++) {
        const { aws, off, shift } = withCluster(seed);
        const dead = ["us-east-1", "eu-west-1", "ap-northeast-1"].slice(0, hanging);
        // A client gives up after a second without a connection.
        aws.latencyMs = ({ region, operation }) =>
          operation.includes("RoutingControl") && dead.includes(region) ? 1_000 : 5;
        aws.before = ({ region, operation }) => {
          if (operation.includes("RoutingControl") && dead.includes(region)) throw noAnswer();
        };

        expect(await shift()).toMatchObject({ levers: 1 });
        expect(off.size).toBe(1);
      }
    },
  );

  it("FM24: no request leaves on a proof older than two seconds, however many endpoints hang", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { aws, shift } = withCluster(seed);
      let provenAt = Number.NEGATIVE_INFINITY;
      const ages: number[] = [];
      aws.latencyMs = ({ operation, region }) =>
        operation === "UpdateRoutingControlState" && region !== "ap-southeast-2" ? 4_000 : 5;
      aws.before = ({ operation, region, input }) => {
        if (operation === "PutItem" && input.TableName === plan.coordination.table) provenAt = aws.clock.now();
        if (operation !== "UpdateRoutingControlState") return;
        const leftAt = aws.clock.now() - aws.latencyMs({ operation, region, input });
        ages.push(leftAt - provenAt);
        if (region !== "ap-southeast-2") throw noAnswer();
      };

      await shift();

      expect(ages.length).toBeGreaterThan(0);
      expect(Math.max(...ages)).toBeLessThanOrEqual(2_000);
    }
  });

  it.each(["AccessDeniedException", "ConflictException", "ValidationException"])(
    "%s is the cluster's answer: no other endpoint is asked to change it",
    async (name) => {
      const { aws, shift } = withCluster();
      aws.before = ({ operation }) => {
        if (operation === "UpdateRoutingControlState") throw awsError(name, 409);
      };

      await expect(shift()).rejects.toMatchObject({ name: "StepBlocked" });
      expect(aws.made("UpdateRoutingControlState").length).toBe(1);
    },
  );

  it("FM54: is blocked where the other controls are off already", async () => {
    const { aws, off, shift } = withCluster();
    for (const region of regionsOf(plan).slice(1)) off.add(chosen.controls[region] as string);

    await expect(shift()).rejects.toMatchObject({ name: "StepBlocked" });
    expect(aws.made("UpdateRoutingControlState")).toEqual([]);
  });

  it("has no lever for a Region without a control", () => {
    const { run, deps } = withCluster();

    expect(createTrafficSwitch(deps).levers({ ...run, failedRegion: "sa-east-1" })).toEqual([]);
  });
});

describe("the record switch", () => {
  const plan = examplePlan("storefront", {
    "traffic.switch": {
      kind: "record",
      healthChecks: { "us-east-1": "check-us", "eu-west-1": "check-eu", "ap-southeast-1": "check-ap" },
    },
  });

  /** Health checks whose version counts up with each change. */
  function withChecks() {
    const world = prepare(plan);
    const checks = new Map(
      ["check-us", "check-eu", "check-ap"].map((id) => [id, { inverted: false, version: 4 }] as const),
    );
    const check = (id: string) => checks.get(id) as { inverted: boolean; version: number };
    world.aws.answers.GetHealthCheck = ({ input }) => ({
      HealthCheck: {
        HealthCheckVersion: check(input.HealthCheckId).version,
        HealthCheckConfig: {
          Type: "CALCULATED",
          ChildHealthChecks: [],
          Inverted: check(input.HealthCheckId).inverted,
        },
      },
    });
    world.aws.answers.UpdateHealthCheck = ({ input }) => {
      const found = check(input.HealthCheckId);
      if (input.HealthCheckVersion !== found.version) throw awsError("HealthCheckVersionMismatch", 409);
      Object.assign(found, { inverted: input.Inverted, version: found.version + 1 });
      return {};
    };
    const updates = () => world.aws.calls.filter(({ operation }) => operation === "UpdateHealthCheck").map(inputOf);
    return { ...world, check, updates };
  }
  const inputOf = ({ input }: Call) => input;

  it("inverts the failed Region's check, at the version that was looked at, and never disables it", async () => {
    const { shift, updates } = withChecks();

    expect(await shift()).toMatchObject({ levers: 1, problems: [] });
    expect(updates()).toEqual([{ HealthCheckId: "check-us", HealthCheckVersion: 4, Inverted: true }]);
  });

  it("FM24: a check that somebody changed since the last look is looked at again", async () => {
    const { aws, check, shift, updates } = withChecks();
    let raced = false;
    aws.before = ({ operation }) => {
      if (operation !== "UpdateHealthCheck" || raced) return;
      raced = true;
      check("check-us").version = 5;
    };

    expect(await shift()).toMatchObject({ levers: 1 });
    expect(updates().map(({ HealthCheckVersion }) => HealthCheckVersion)).toEqual([4, 5]);
  });

  it("FM54: what somebody changed after the last look is not written over, but looked at", async () => {
    const { aws, check, shift, updates } = withChecks();
    aws.after = ({ operation }) => {
      // Two looks of three checks each; then an operator takes both others out, and touches this one.
      if (operation !== "GetHealthCheck" || aws.made("GetHealthCheck").length !== 6) return;
      for (const id of ["check-eu", "check-ap"]) check(id).inverted = true;
      check("check-us").version = 5;
    };

    await expect(shift()).rejects.toMatchObject({ name: "StepBlocked" });
    expect(updates().map(({ HealthCheckVersion }) => HealthCheckVersion)).toEqual([4]);
    expect(check("check-us").inverted).toBe(false);
  });

  it("knows which Regions are out", async () => {
    const { aws, check, levers } = withChecks();
    check("check-ap").inverted = true;

    expect(await aws.finish(levers()[0]?.read() as Promise<unknown>)).toEqual({
      out: ["ap-southeast-1"],
      unseen: null,
    });
  });
});
