import type { Run } from "../../functions/coordination/item.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { awsError } from "../fakes/small-cloud.ts";
import { clusters, createWorld, database, failingSince, type LagSeries, run, storefront } from "./world.ts";

const yes = {
  approved: true,
  by: "ada",
  reason: "customers first",
  target: "eu-west-1",
  flavour: "failover",
} as const;
const failover = "FailoverGlobalCluster@eu-west-1";
const switchover = "SwitchoverGlobalCluster@us-east-1";

describe("PromoteDatabase", () => {
  it("fails over with data loss inside the budget when the primary is dead, and says what is lost", async () => {
    const world = createWorld();
    world.aurora.dark.add("us-east-1");

    const answer = await world.promote();

    expect(answer).toMatchObject({
      result: "moving",
      target: "eu-west-1",
      kind: "failover",
      lossSeconds: 0.793,
      worstCaseLossSeconds: 60.793,
    });
    expect(world.aurora.moves).toEqual([
      {
        call: failover,
        input: {
          GlobalClusterIdentifier: "storefront",
          TargetDbClusterIdentifier: clusters["eu-west-1"],
          AllowDataLoss: true,
        },
      },
    ]);
    expect(world.events().map(({ kind }) => kind)).toEqual(["observed", "intent", "confirmed"]);
    expect(world.events()[0]?.detail.lag).toMatchObject({ value: 0.793, source: "AuroraGlobalDBRPOLag" });
    expect(world.events()[1]?.detail).toMatchObject({ target: "eu-west-1", kind: "failover", lossSeconds: 0.793 });
  });

  it("FM17: gives nothing up on what it knew before AWS stopped answering: the primary has come back meanwhile", async () => {
    const world = createWorld();
    let awayUntil = 0;
    world.aurora.onCall = (operation) => {
      const isIntended = world.events().some(({ kind }) => kind === "intent");
      if (operation !== "DescribeGlobalClusters" || !isIntended) return;
      if (awayUntil === 0) {
        awayUntil = world.cloud.clock.now() + 45_000;
        world.keepHeartbeat();
      }
      if (world.cloud.clock.now() < awayUntil) throw awsError("ThrottlingException", "Rate exceeded", 400);
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "switchover" });
    expect(world.aurora.moves.map(({ call }) => call)).toEqual([switchover]);
    expect(world.events().find(({ kind }) => kind === "failed")?.summary).toContain("old by now");
  });

  it("never calls the failed Region while the primary is dead", async () => {
    const world = createWorld();

    await world.promote();

    expect(world.aurora.calls.filter((call) => call.endsWith("@us-east-1"))).toEqual([]);
  });

  it.each(["gray", "requested"] as const)("switches over when the Region lives (%s)", async (cause) => {
    const world = createWorld({ run: { cause } });
    world.keepHeartbeat();
    world.lag["eu-west-1"] = [];

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "switchover", lossSeconds: 0, worstCaseLossSeconds: 0 });
    expect(world.aurora.moves.map(({ call, input }) => [call, input.AllowDataLoss])).toEqual([[switchover, undefined]]);
  });

  it("does not promote with data loss while replication from the old primary advances (FM17)", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = [-3, -2, -1, 0, 1, 2, 3].map((minute) => [minute, 700 + minute]);
    await world.cloud.clock.sleep(150_000);

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "switchover" });
  });

  it.each<[string, LagSeries | "dark"]>([
    ["missing", []],
    ["unreadable", "dark"],
    ["frozen", [-5, -4, -3, -2, -1].map((minute) => [minute, 640])],
    ["too old", [[-9, 500]]],
  ])("asks a person when the lag is %s (FM40)", async (_word, series) => {
    const world = createWorld();
    world.lag["eu-west-1"] = series;
    world.lag["ap-southeast-1"] = series;

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "needsApproval", target: "eu-west-1", lossSeconds: null });
    expect(answer.question).toMatchObject({ covers: "dataLoss", summary: expect.stringContaining("unknown") });
    expect(world.aurora.moves).toEqual([]);
    expect(world.ended()).toBeNull();
  });

  it("FM39: what was approved for one target is asked anew for another", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = [];
    world.lag["ap-southeast-1"] = [];

    const asked = await world.promote();
    world.aurora.statuses[clusters["eu-west-1"]] = "stopped";
    const again = await world.promote({ ...yes, covers: "dataLoss", lossSeconds: null });

    expect(asked).toMatchObject({ result: "needsApproval", target: "eu-west-1", kind: "failover" });
    expect(again).toMatchObject({ result: "needsApproval", target: "ap-southeast-1", kind: "failover" });
    expect(again.question?.summary).toContain("ap-southeast-1");
    expect(world.aurora.moves).toEqual([]);
  });

  it("promotes what was approved while it can take over, though another comes before it by now", async () => {
    const world = createWorld();
    world.lag["ap-southeast-1"] = [];

    const answer = await world.promote({ ...yes, target: "ap-southeast-1", covers: "dataLoss", lossSeconds: null });

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1", kind: "failover" });
  });

  it("asks with the loss in seconds when it is beyond the budget, and goes on when a person accepts it (FM39)", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = [
      [-2, 24_000],
      [-1, 25_000],
    ];
    world.lag["ap-southeast-1"] = [];

    const asked = await world.promote();
    const { lossSeconds } = asked;
    const answer = await world.promote({ ...yes, covers: "dataLoss", lossSeconds });

    expect(asked.question?.summary).toContain("about 25 s (at worst 1 min 25 s)");
    expect(answer).toMatchObject({ result: "moving", kind: "failover", lossSeconds: 25 });
    expect(world.aurora.moves.map(({ call }) => call)).toEqual([failover]);
  });

  it("still knows the lag of the failure half an hour later, when the person answers", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = [[-1, 25_000]];
    await world.cloud.clock.sleep(1_800_000);
    world.cloud.open(world.plan, run);

    const answer = await world.promote({ ...yes, covers: "dataLoss", lossSeconds: 25 });

    expect(answer).toMatchObject({ result: "moving", lossSeconds: 25 });
  });

  it("takes the last observation's lag where CloudWatch has none", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = "dark";
    const lag = { at: "2026-03-01T11:58:40.000Z", seconds: 2 };
    world.cloud.observe(world.plan, { vantage: "eu-west-1", at: "2026-03-01T12:01:20.000Z", lag });

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "failover", lossSeconds: 2, worstCaseLossSeconds: 82 });
  });

  it("ends as declined when a person declines", async () => {
    const world = createWorld();

    const answer = await world.promote({ ...yes, approved: false, covers: "dataLoss", lossSeconds: null });

    expect(answer).toMatchObject({ result: "declined", reason: "ada declined: customers first" });
    expect(world.ended()?.detail).toMatchObject({ result: "declined", promotedRegion: null });
    expect(world.aurora.moves).toEqual([]);
  });

  it("asks even inside the budget when the plan says approve", async () => {
    const world = createWorld({ plan: { automation: { ...storefront.automation, database: "approve" } } });

    const asked = await world.promote();
    const answer = await world.promote({ ...yes, covers: "promotion", lossSeconds: asked.lossSeconds });

    expect(asked).toMatchObject({ result: "needsApproval", question: { covers: "promotion" } });
    expect(asked.question?.detail).toContain("automation.database is approve");
    expect(answer.result).toBe("moving");
  });

  it("changes nothing when the plan only observes", async () => {
    const world = createWorld({ plan: { automation: { ...storefront.automation, database: "observe" } } });

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "observed", target: "eu-west-1" });
    expect(answer.reason).toContain("Would promote eu-west-1 by failover");
    expect(world.aurora.moves).toEqual([]);
    expect(world.ended()?.detail.result).toBe("observed");
  });

  it("says so when there is no database", async () => {
    const world = createWorld({ plan: { database: null } });

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "skipped", kind: "none", lossSeconds: 0 });
    expect(world.ended()?.detail.result).toBe("skipped");
  });

  it("promotes nothing when the writer was not in the failed Region (FM47)", async () => {
    const world = createWorld();
    world.aurora.writers = [clusters["ap-southeast-1"]];
    world.lag["ap-southeast-1"] = [];

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "notNeeded", kind: "none", lossSeconds: 0 });
    expect(answer.reason).toContain("ap-southeast-1");
    expect(world.ended()?.detail.result).toBe("done");
  });

  it("FM47: promotes nothing, and says what to do, when the writer was lost in another Region before", async () => {
    const world = createWorld();
    world.aurora.writers = [clusters["ap-southeast-1"]];
    const since = "2026-02-28T00:00:00.000Z";
    const incident = "storefront-ap-southeast-1-e1";
    world.cloud.keepBook(world.plan, { "ap-southeast-1": { state: "evacuated", since, incident } });

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "blocked", lossSeconds: null });
    expect(answer.reason).toContain(`Retry the database branch of ${incident}`);
    expect(world.ended()?.detail).toMatchObject({ result: "degraded", promotedRegion: null });
    expect(world.aurora.moves).toEqual([]);
  });

  it("knows a promotion that another controller began and no timeline tells of (FM30)", async () => {
    const world = createWorld();
    world.aurora.writers = [clusters["eu-west-1"]];

    const answer = await world.promote();

    expect(answer).toMatchObject({
      result: "alreadyWriter",
      target: "eu-west-1",
      kind: "failover",
      lossSeconds: 0.793,
    });
  });

  it("adopts what a controller that died had begun, with the loss that it had accepted (FM22)", async () => {
    const world = createWorld();
    await world.promote();
    world.lag["eu-west-1"] = [];

    const during = await world.promote();
    await world.cloud.clock.sleep(60_000);
    const after = await world.promote();

    expect(during).toMatchObject({ result: "moving", kind: "failover", lossSeconds: 0.793 });
    expect(after).toMatchObject({ result: "alreadyWriter", kind: "failover", lossSeconds: 0.793 });
    expect(world.aurora.moves).toHaveLength(1);
    expect(world.ended()?.detail).toMatchObject({ result: "done", promotedRegion: "eu-west-1", kind: "failover" });
  });

  it("adopts a move to another survivor, whoever began it (FM41)", async () => {
    const world = createWorld();
    world.aurora.begin(clusters["ap-southeast-1"], "switchover", "switching-over");

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1", kind: "switchover", lossSeconds: 0 });
    expect(world.aurora.moves).toEqual([]);
  });

  it("stops when the writer is being moved back into the failed Region (FM41)", async () => {
    const world = createWorld();
    world.aurora.writers = [clusters["eu-west-1"]];
    world.aurora.begin(clusters["us-east-1"], "switchover", "switching-over");

    const answer = await world.promote();

    expect(answer.result).toBe("blocked");
    expect(world.ended()?.detail.result).toBe("degraded");
  });

  it("waits for a move that is being cancelled, then promotes (FM41)", async () => {
    const world = createWorld();
    world.aurora.begin(clusters["eu-west-1"], "failover", "cancelling");

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "failover" });
    expect(world.aurora.moves).toHaveLength(1);
  });

  it("freezes when there are two writers, and lists both (FM45)", async () => {
    const world = createWorld();
    world.aurora.writers = [clusters["us-east-1"], clusters["eu-west-1"]];

    const answer = await world.promote();

    expect(answer.result).toBe("blocked");
    expect(answer.reason).toContain(clusters["us-east-1"]);
    expect(answer.reason).toContain(clusters["eu-west-1"]);
    expect(world.aurora.moves).toEqual([]);
  });

  it("promotes the next in order when the first cannot take over", async () => {
    const world = createWorld();
    world.aurora.statuses[clusters["eu-west-1"]] = "stopped";

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1" });
    expect(world.aurora.moves.map(({ call }) => call)).toEqual(["FailoverGlobalCluster@ap-southeast-1"]);
  });

  it("ends as blocked when no survivor can take over", async () => {
    const world = createWorld();
    world.aurora.statuses[clusters["eu-west-1"]] = "stopped";
    world.aurora.statuses[clusters["ap-southeast-1"]] = "deleting";

    const answer = await world.promote();

    expect(answer.reason).toContain("eu-west-1 is stopped, ap-southeast-1 is deleting");
    expect(answer.result).toBe("blocked");
  });

  it("settles a lost answer by looking, not by asking again (FM31)", async () => {
    const world = createWorld();
    world.aurora.afterCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw awsError("TimeoutError", "no answer", 0);
    };

    const answer = await world.promote();

    expect(answer.result).toBe("moving");
    expect(world.aurora.moves).toHaveLength(1);
  });

  it("adopts the move when AWS says that it is moving already", async () => {
    const world = createWorld();
    world.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster") world.aurora.begin(clusters["eu-west-1"], "failover");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "eu-west-1", kind: "failover", lossSeconds: 0.793 });
    expect(world.events().at(-1)).toMatchObject({ kind: "observed", detail: { begunBy: "somebodyElse" } });
    expect(world.events().map(({ kind }) => kind)).not.toContain("confirmed");
  });

  it("FM41: a person's failover that overtakes a switchover in vain stays theirs, with what it loses", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.keepHeartbeat("2026-03-01T12:01:20.000Z");
    world.lag["eu-west-1"] = [[-1, 900]];
    world.aurora.dark.add("us-east-1");
    world.aurora.onCall = (operation) => {
      if (operation !== "SwitchoverGlobalCluster" || world.aurora.move !== undefined) return;
      world.aurora.begin(clusters["eu-west-1"], "failover");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "eu-west-1", kind: "failover", lossSeconds: 0.9 });
    expect(world.events().map(({ kind }) => kind)).toEqual(["observed", "intent", "failed", "observed"]);
    expect(world.events().at(-1)).toMatchObject({
      summary: expect.stringContaining("by a failover that this run did not begin"),
      detail: { begunBy: "somebodyElse" },
    });
  });

  it("FM41: so it does where it is over before anybody looks again", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.keepHeartbeat("2026-03-01T12:00:48.000Z");
    world.lag["eu-west-1"] = [[-1, 900]];
    world.aurora.dark.add("us-east-1");
    world.aurora.onCall = (operation) => {
      if (operation === "SwitchoverGlobalCluster") world.aurora.writers = [clusters["eu-west-1"]];
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "alreadyWriter", target: "eu-west-1", kind: "failover", lossSeconds: 0.9 });
    expect(world.events().map(({ kind }) => kind)).not.toContain("confirmed");
  });

  it("FM73: gives up no primary that another vantage hears, though nothing of it gets here", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = [[-1, 900]];
    world.cloud.onCall = (operation) => {
      if (operation !== "Query") return;
      const at = isoInstant(world.cloud.clock.now() - 3_000);
      world.cloud.observe(world.plan, { vantage: "us-west-2", at, heartbeatAgeSeconds: { "us-east-1": 6 } });
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "switchover" });
    expect(world.events()[0]?.summary).toMatch(
      /may live, for its Region's own controller was heard at .* in us-west-2/,
    );
  });

  describe("FM73: a survivor that is cut off from a primary that lives", () => {
    /** eu-west-1 lost us-east-1 when the failure began; what the others hear of it. */
    const cutOff = (world: ReturnType<typeof createWorld>, others: readonly string[]) => {
      world.cloud.onCall = (operation) => {
        if (operation !== "Query") return;
        const { now } = world.cloud.clock;
        const at = isoInstant(now() - 3_000);
        const lost = (now() - 3_000 - parseInstant(failingSince)) / 1_000;
        world.cloud.observe(world.plan, { vantage: "eu-west-1", at, heartbeatAgeSeconds: { "us-east-1": lost } });
        for (const vantage of others) {
          world.cloud.observe(world.plan, { vantage, at, heartbeatAgeSeconds: { "us-east-1": 6 } });
        }
      };
    };

    it("is passed over", async () => {
      const world = createWorld({ run: { cause: "gray" } });
      cutOff(world, ["ap-southeast-1", "us-west-2"]);

      expect(await world.promote()).toMatchObject({ result: "moving", target: "ap-southeast-1", kind: "switchover" });
    });

    it("is named where there is no other, and waited for no longer than the plan's deadline", async () => {
      const world = createWorld({ run: { cause: "gray", survivors: ["eu-west-1"] } });
      cutOff(world, ["us-west-2"]);
      const answers: string[] = [];

      do answers.push((await world.promote()).result);
      while (answers.at(-1) === "waitingForTarget" && answers.length < 20);

      const why = "eu-west-1 is cut off from us-east-1, which lives: eu-west-1 last heard of it at";
      expect(answers.slice(0, 1)).toEqual(["waitingForTarget"]);
      expect(answers.at(-1)).toBe("blocked");
      expect(world.events()[0]?.summary).toContain(why);
      expect(world.ended()?.detail.reason).toContain(why);
      expect(world.aurora.moves).toEqual([]);
    });
  });

  const livedOn = (world: ReturnType<typeof createWorld>) => {
    world.cloud.observe(world.plan, {
      vantage: "eu-west-1",
      at: "2026-03-01T12:01:29.000Z",
      heartbeatAgeSeconds: { "us-east-1": 94 },
    });
    world.cloud.observe(world.plan, {
      vantage: "us-west-2",
      at: "2026-03-01T12:01:25.000Z",
      votes: [
        {
          region: "us-east-1",
          vote: "failing",
          since: failingSince,
          until: "2026-03-01T12:01:25.000Z",
          changes: [],
          passesInARow: 0,
          passedAt: "2026-03-01T12:00:35.000Z",
          reason: "no answer",
        },
      ],
    });
  };

  it("FM74: asks about the seconds that the primary lived on when the target heard nothing of it any more", async () => {
    const world = createWorld({ run: { survivors: ["eu-west-1"] } });
    livedOn(world);

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "needsApproval", lossSeconds: 40.793 });
    expect(answer.question?.detail).toContain("was known to live for 40 s when eu-west-1 heard nothing of it any more");
  });

  it("FM74, FM77: prefers another that is inside the budget to a question about those seconds", async () => {
    const world = createWorld();
    livedOn(world);

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1", lossSeconds: 0.793 });
    expect(world.events()[0]?.summary).toContain("Passed over: eu-west-1 may lose more than the budget");
  });

  it("FM75: waits until silence can be told from a heartbeat that is about to come, then fails over", async () => {
    const detection = { ...storefront.detection, probeEverySeconds: 5, confirmForSeconds: 15 };
    const world = createWorld({ plan: { detection }, run: { failingSince: "2026-03-01T12:01:13.000Z" } });
    world.keepHeartbeat("2026-03-01T12:01:18.000Z");

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "failover" });
    expect(Date.parse(world.events()[0]?.at as string)).toBeGreaterThan(Date.parse("2026-03-01T12:01:33.000Z"));
    expect(world.aurora.calls.filter((call) => call.endsWith("@us-east-1"))).toEqual([]);
  });

  it("FM75: so a primary that lives is switched over, though its failure was confirmed before it was heard", async () => {
    const detection = { ...storefront.detection, probeEverySeconds: 5, confirmForSeconds: 15 };
    const world = createWorld({ plan: { detection }, run: { failingSince: "2026-03-01T12:01:13.000Z" } });
    world.keepHeartbeat();

    expect(await world.promote()).toMatchObject({ result: "moving", kind: "switchover" });
  });

  it("waits for the signs of life to end before it allows data loss after a refused switchover", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.keepHeartbeat("2026-03-01T12:02:00.000Z");
    world.lag["eu-west-1"] = [[-1, 900]];
    world.aurora.dark.add("us-east-1");

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "failover", lossSeconds: 0.9 });
    const intents = world.events().filter(({ kind }) => kind === "intent");
    expect(intents.map(({ detail }) => detail.kind)).toEqual(["switchover", "failover"]);
    expect(Date.parse(intents[1]?.at as string)).toBeGreaterThan(Date.parse("2026-03-01T12:02:45.000Z"));
    expect(world.aurora.moves.map(({ call }) => call)).toEqual([failover]);
  });

  it("asks a person when the Region lives on but its database takes no switchover", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.keepHeartbeat();
    world.lag["eu-west-1"] = [[-1, 900]];
    world.aurora.onCall = (operation) => {
      if (operation === "SwitchoverGlobalCluster") throw awsError("InvalidGlobalClusterStateFault", "not now");
    };

    const asked = await world.promote();
    const answer = await world.promote({ ...yes, covers: "dataLoss", lossSeconds: asked.lossSeconds });

    expect(asked).toMatchObject({ result: "needsApproval", question: { covers: "dataLoss" }, lossSeconds: null });
    expect(answer).toMatchObject({ result: "moving", kind: "failover" });
  });

  it("never allows data loss while replication advances, refused switchover or not", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.lag["eu-west-1"] = Array.from({ length: 20 }, (_, index) => [index - 8, 700 + index] as const);
    world.aurora.dark.add("us-east-1");

    const answer = await world.promote({ ...yes, covers: "dataLoss", lossSeconds: null });

    expect(answer.result).toBe("blocked");
    expect(world.aurora.moves).toEqual([]);
  });

  it("stops at once when AWS denies it (FM34)", async () => {
    const world = createWorld();
    world.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw awsError("AccessDenied", "not allowed", 403);
    };

    await expect(world.promote()).rejects.toMatchObject({ name: "AccessDenied" });
    expect(world.aurora.calls.filter((call) => call === failover)).toHaveLength(1);
  });

  it("says that it must be tried again when no survivor answers", async () => {
    const world = createWorld();
    world.aurora.dark.add("eu-west-1").add("ap-southeast-1");

    await expect(world.promote()).rejects.toMatchObject({ name: "Transient" });
  });

  it("FM84: promotes nothing where no survivor has a cluster, and says where the plan has them", async () => {
    const plan = { ...storefront, database: { ...database, promotionOrder: ["ap-southeast-1", "us-east-1"] } };
    const { "eu-west-1": _, ...others } = clusters;
    const world = createWorld({
      plan: { ...plan, database: { ...plan.database, clusters: others } },
      run: { survivors: ["eu-west-1"] },
    });

    const answer = await world.promote();

    expect(answer.result).toBe("blocked");
    expect(answer.reason).toContain("No survivor has a cluster of storefront");
    expect(answer.reason).toContain("ap-southeast-1 only");
    expect(world.aurora.calls).toEqual([]);
    expect(world.events()).toMatchObject([{ kind: "stepEnded", detail: { result: "degraded" } }]);
  });

  it("changes nothing once another run holds the lease (FM24)", async () => {
    const world = createWorld();
    world.cloud.open(world.plan, { ...run, epoch: 2, execution: "execution-2" });

    await expect(world.promote()).rejects.toMatchObject({ name: "LeaseLost" });
    expect(world.aurora.moves).toEqual([]);
  });

  const other = "FailoverGlobalCluster@ap-southeast-1";
  const no = (message: string) => awsError("InvalidDBClusterStateFault", message, 400);
  const never = (message: string) => awsError("InvalidParameterCombination", message, 400);

  it("FM76: asks before it makes a writer beside a cluster that a person has detached, and names both", async () => {
    const world = createWorld();
    world.aurora.outside.add(clusters["eu-west-1"]);

    const asked = await world.promote();
    const blind = await world.promote({ ...yes, target: "ap-southeast-1", covers: "dataLoss", lossSeconds: null });
    const approval = { ...yes, target: "ap-southeast-1", covers: "dataLoss", lossSeconds: null, beside: asked.beside };
    const told = await world.promote(approval as never);

    expect(asked).toMatchObject({ result: "needsApproval", target: "ap-southeast-1", beside: "eu-west-1" });
    expect(asked.question).toMatchObject({
      covers: "dataLoss",
      summary: expect.stringContaining("although eu-west-1 is outside the global cluster and may take writes?"),
      detail: expect.stringContaining(clusters["eu-west-1"]),
    });
    expect(blind.result).toBe("needsApproval");
    expect(told).toMatchObject({ result: "moving", target: "ap-southeast-1" });
    expect(world.aurora.moves.map(({ call }) => call)).toEqual([other]);
  });

  it("FM76: stops, and lists both, where nobody else can take over", async () => {
    const world = createWorld({ run: { survivors: ["eu-west-1"] } });
    world.aurora.outside.add(clusters["eu-west-1"]);

    const answer = await world.promote();

    expect(answer.result).toBe("blocked");
    expect(world.ended()?.detail.mayWrite).toEqual([clusters["us-east-1"], clusters["eu-west-1"]]);
  });

  it("FM76: the writer that was made beside a detached cluster is not the only one that may take writes", async () => {
    const world = createWorld();
    world.aurora.outside.add(clusters["ap-southeast-1"]);
    const asked = await world.promote();
    await world.promote({ ...yes, covers: "dataLoss", lossSeconds: null, beside: asked.beside } as never);
    await world.cloud.clock.sleep(60_000);

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "alreadyWriter", target: "eu-west-1" });
    expect(world.ended()?.detail.mayWrite).toEqual([clusters["eu-west-1"], clusters["ap-southeast-1"]]);
  });

  it("FM76: finds out in the last look that a cluster has left, and asks", async () => {
    const world = createWorld();
    world.aurora.onCall = () => {
      if (world.events().some(({ kind }) => kind === "intent")) world.aurora.outside.add(clusters["ap-southeast-1"]);
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "needsApproval", target: "eu-west-1", beside: "ap-southeast-1" });
    expect(world.aurora.moves).toEqual([]);
  });

  it("FM77: asks the next one when AWS refuses the first, through the gate with a lag of its own", async () => {
    const world = createWorld();
    world.lag["ap-southeast-1"] = [[-1, 2_000]];
    world.aurora.onCall = (operation, region) => {
      if (operation === "FailoverGlobalCluster" && region === "eu-west-1") throw no("another patch level");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1", lossSeconds: 2 });
    expect(world.aurora.calls.filter((call) => call === failover)).toHaveLength(1);
    const choices = world.events().filter(({ detail }) => "target" in detail && "candidates" in detail);
    expect(choices.map(({ detail }) => [detail.target, detail.passedOver])).toEqual([
      ["eu-west-1", []],
      ["ap-southeast-1", [{ region: "eu-west-1", reason: "was refused: another patch level" }]],
    ]);
  });

  it("FM77: asks a person where the next one is beyond the budget", async () => {
    const world = createWorld();
    world.lag["ap-southeast-1"] = [];
    world.aurora.onCall = (operation, region) => {
      if (operation === "FailoverGlobalCluster" && region === "eu-west-1") throw no("another patch level");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "needsApproval", target: "ap-southeast-1" });
    expect(world.aurora.moves).toEqual([]);
  });

  it("FM77: prefers one inside the budget to a question about one that is not", async () => {
    const world = createWorld();
    world.lag["eu-west-1"] = [[-1, 90_000]];

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1" });
    expect(world.events()[0]?.summary).toContain("Passed over: eu-west-1 may lose more than the budget");
  });

  it("FM77: asks all of them twice, then says who was refused and why", async () => {
    const world = createWorld();
    world.aurora.onCall = (operation, region) => {
      if (operation === "FailoverGlobalCluster") throw never(`no to ${region}`);
    };

    const answer = await world.promote();

    expect(answer.result).toBe("blocked");
    expect(answer.reason).toContain("eu-west-1 was refused: no to eu-west-1, ap-southeast-1 was refused");
    expect(world.aurora.calls.filter((call) => call.startsWith("Failover"))).toEqual([
      failover,
      other,
      failover,
      other,
    ]);
  });

  it("FM31, FM77: a no after a lost answer is no refusal: it looks, and finds its own move", async () => {
    const world = createWorld();
    let asked = 0;
    world.aurora.onCall = (operation) => {
      if (operation !== "FailoverGlobalCluster" || ++asked > 1) return;
      throw awsError("TimeoutError", "no answer", 0);
    };
    world.aurora.afterCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw awsError("InvalidGlobalClusterStateFault", "it moves already");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "eu-west-1" });
    expect(world.aurora.calls.filter((call) => call === other)).toEqual([]);
  });

  it("FM77, FM79: a global cluster that is modified for a minute is asked again, and waited for", async () => {
    const world = createWorld();
    const start = world.cloud.clock.now();
    world.aurora.onCall = (operation) => {
      if (operation !== "FailoverGlobalCluster" || world.cloud.clock.now() > start + 60_000) return;
      throw awsError("InvalidGlobalClusterStateFault", "storefront is modifying", 400);
    };

    const first = await world.promote();
    const second = await world.promote();

    expect([first.result, second.result]).toEqual(["waitingForTarget", "moving"]);
    expect(second).toMatchObject({ target: "eu-west-1", lossSeconds: expect.closeTo(0.8, 1) });
    const [said] = world.events().filter(({ detail }) => "waitFor" in detail);
    expect(said?.summary).toContain("eu-west-1 was refused: storefront is modifying, ap-southeast-1 was refused");
  });

  it("FM79: asks each of them twice at first, and once whenever it comes again", async () => {
    const world = createWorld();
    world.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw no("not now");
    };
    const asked = async () => {
      const before = world.aurora.calls.length;
      await world.promote();
      return world.aurora.calls.slice(before).filter((call) => call.startsWith("Failover"));
    };

    expect(await asked()).toEqual([failover, other, failover, other]);
    expect(await asked()).toEqual([failover, other]);
  });

  it("FM77, FM79: what AWS refuses for a state that never passes is waited for until the deadline, and no longer", async () => {
    const world = createWorld();
    const start = world.cloud.clock.now();
    world.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw no("not now");
    };
    const answers: string[] = [];

    do answers.push((await world.promote()).result);
    while (answers.at(-1) === "waitingForTarget" && answers.length <= 20);

    expect(answers.at(-1)).toBe("blocked");
    expect(world.cloud.clock.now() - start).toBeGreaterThanOrEqual(database.deadlineSeconds * 1_000);
    expect(world.aurora.moves).toEqual([]);
  });

  it("FM32: does not take a move for its own that AWS refused, and that somebody else began later", async () => {
    const world = createWorld();
    world.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw never("another patch level");
    };
    const refused = await world.promote();
    world.aurora.onCall = () => {};
    world.aurora.writers = [clusters["eu-west-1"]];
    await world.cloud.clock.sleep(3_600_000);

    const answer = await world.promote();

    expect(refused.result).toBe("blocked");
    expect(answer).toMatchObject({ result: "alreadyWriter", target: "eu-west-1" });
    expect(world.events().findLast(({ detail }) => "begunBy" in detail)?.detail.begunBy).toBe("somebodyElse");
  });

  it("FM31: looks once more for the last failover that nobody has answered", async () => {
    const world = createWorld();
    let asked = 0;
    const lost = () => awsError("TimeoutError", "no answer", 0);
    world.aurora.moveSeconds = 600;
    world.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster" && ++asked < 24) throw lost();
    };
    world.aurora.afterCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw lost();
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "eu-west-1", kind: "failover" });
  });

  it.each<[string, Partial<Run>, RegExp]>([
    ["is the writer already", {}, /ap-southeast-1, which was asked for, .*eu-west-1 is the writer already/],
    [
      "is in a Region that did not fail",
      { failedRegion: "us-west-2", survivors: ["eu-west-1", "ap-southeast-1"] },
      /ap-southeast-1, which was asked for, is not made the writer: it is in eu-west-1, which did not fail/,
    ],
  ])("makes no other writer than a person named where the one that there is %s", async (_word, changes, reason) => {
    const world = createWorld({ run: { promotionTarget: "ap-southeast-1", authority: "person", ...changes } });
    world.aurora.writers = [clusters["eu-west-1"]];
    if (changes.failedRegion !== undefined) world.lag["eu-west-1"] = [];

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "blocked", reason: expect.stringMatching(reason) });
    expect(world.aurora.moves).toEqual([]);
  });

  it("FM17, FM79: gives up no primary that lives by the replication to a cluster that is busy", async () => {
    const world = createWorld({ run: { failingSince: "2026-03-01T11:55:00.000Z" } });
    world.aurora.statuses[clusters["eu-west-1"]] = "backing-up";
    world.lag["eu-west-1"] = [-9, -8, -7, -6, -5, -4, -3, -2, -1, 0].map((minute) => [minute, 800 + minute]);
    world.lag["ap-southeast-1"] = [-9, -8, -7, -6].map((minute) => [minute, 800 + minute]);

    const answer = await world.promote();

    expect(answer).toMatchObject({ target: "ap-southeast-1", kind: "switchover", lossSeconds: 0 });
  });

  it("FM77: switches over to the next one when AWS refuses the first", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.keepHeartbeat();
    let asked = 0;
    world.aurora.onCall = (operation) => {
      if (operation === "SwitchoverGlobalCluster" && ++asked === 1) throw no("another patch level");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", kind: "switchover", target: "ap-southeast-1" });
  });

  it.each<[string, (world: ReturnType<typeof createWorld>, arn: string) => void]>([
    ["resynchronises", ({ aurora }, arn) => (aurora.synchronization[arn] = "pending-resync")],
    ["has no instance", ({ aurora }, arn) => (aurora.instances[arn] = [])],
    ["has one instance, which starts anew", ({ aurora }, arn) => (aurora.instances[arn] = ["rebooting"])],
  ])("FM78: passes over a cluster that %s", async (_word, change) => {
    const world = createWorld();
    change(world, clusters["eu-west-1"]);

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1" });
  });

  it("FM77: gives up no primary that lives by the replication to one that AWS has refused", async () => {
    const world = createWorld({ run: { cause: "gray" } });
    world.lag["eu-west-1"] = [
      [-1, 800],
      [0, 810],
    ];
    world.lag["ap-southeast-1"] = [[-8, 800]];
    world.aurora.onCall = (operation) => {
      if (operation === "SwitchoverGlobalCluster" && world.aurora.moves.length === 0) {
        world.aurora.moves.push({ call: "refused", input: {} });
        throw no("another patch level");
      }
    };

    expect(await world.promote()).toMatchObject({ result: "moving", target: "ap-southeast-1", kind: "switchover" });
  });

  it("FM74, FM77: what one that AWS has refused received late, the next one may lack: it is asked about", async () => {
    const world = createWorld({ run: { failingSince: "2026-03-01T11:55:00.000Z" } });
    world.lag["eu-west-1"] = [-8, -7, -6, -5, -4, -3, -2].map((minute) => [minute, 800 + minute]);
    world.lag["ap-southeast-1"] = [-9, -8, -7].map((minute) => [minute, 800 + minute]);
    world.aurora.onCall = (operation, region) => {
      if (operation === "FailoverGlobalCluster" && region === "eu-west-1") throw no("another patch level");
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "needsApproval", target: "ap-southeast-1", lossSeconds: null });
  });

  it("FM79: waits for what passes, says what for, and promotes it", async () => {
    const world = createWorld();
    const start = world.cloud.clock.now();
    world.aurora.statuses[clusters["eu-west-1"]] = "backing-up";
    world.aurora.statuses[clusters["ap-southeast-1"]] = "stopped";
    world.aurora.onCall = () => {
      if (world.cloud.clock.now() > start + 90_000) world.aurora.statuses[clusters["eu-west-1"]] = "available";
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "moving", target: "eu-west-1" });
    const said = world.events().filter(({ detail }) => "waitFor" in detail);
    expect(said.map(({ summary }) => summary)).toEqual([
      "Waiting for a cluster that can be the writer, until 2026-03-01 12:16:30 UTC at the latest: eu-west-1 is backing-up",
    ]);
  });

  it("FM86: waits for a writer that restarts in a Region that did not fail, and promotes nothing", async () => {
    const world = createWorld({ run: { failedRegion: "ap-southeast-1", survivors: ["us-east-1", "eu-west-1"] } });
    const start = world.cloud.clock.now();
    world.aurora.instances[clusters["us-east-1"]] = ["rebooting", "available"];
    world.aurora.onCall = () => {
      if (world.cloud.clock.now() > start + 90_000) world.aurora.instances[clusters["us-east-1"]] = ["available"];
    };

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "notNeeded", target: null });
    expect(world.events().map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^Waiting for a cluster that can be the writer, until .*: us-east-1 has .*rebooting$/),
      "Nothing to promote: the writer is in us-east-1, which did not fail",
      "Nothing to promote: the writer is in us-east-1, which did not fail",
    ]);
    expect(world.events().at(-1)?.detail).toMatchObject({ writer: "us-east-1", promotedRegion: null });
  });

  it("FM86: ends degraded at once where the writer has no instance, for none comes by itself", async () => {
    const world = createWorld({ run: { failedRegion: "ap-southeast-1", survivors: ["us-east-1", "eu-west-1"] } });
    world.aurora.instances[clusters["us-east-1"]] = [];

    const answer = await world.promote();

    expect(answer).toMatchObject({ result: "blocked", reason: expect.stringMatching(/us-east-1.*has no DB instance/) });
  });

  it("FM79: waits no longer than the plan's deadline, however often it is begun anew", async () => {
    const world = createWorld();
    world.aurora.statuses[clusters["eu-west-1"]] = "backing-up";
    world.aurora.statuses[clusters["ap-southeast-1"]] = "stopped";
    const answers: string[] = [];

    do answers.push((await world.promote()).result);
    while (answers.at(-1) === "waitingForTarget" && answers.length < 20);

    expect(answers.at(-1)).toBe("blocked");
    expect(answers).toHaveLength(8);
    expect(world.ended()?.detail.reason).toContain("eu-west-1 is backing-up");
    expect(world.events().filter(({ detail }) => "waitFor" in detail)).toHaveLength(1);
  });

  it("promotes whom a person has named, and nobody else where AWS refuses that one", async () => {
    const world = createWorld({ run: { promotionTarget: "ap-southeast-1", authority: "person" } });
    const refusing = createWorld({ run: { promotionTarget: "ap-southeast-1", authority: "person" } });
    refusing.aurora.onCall = (operation) => {
      if (operation === "FailoverGlobalCluster") throw never("another patch level");
    };

    const answer = await world.promote();
    const refused = await refusing.promote();

    expect(answer).toMatchObject({ result: "moving", target: "ap-southeast-1" });
    expect(refused.result).toBe("blocked");
    expect(refused.reason).toContain("was refused: another patch level. Able: eu-west-1");
    expect(refusing.aurora.calls).not.toContain(failover);
  });
});
