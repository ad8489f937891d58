import { UnknownToSimulator } from "../../../simulator/aws/unknown.ts";
import { planNamed } from "../../../simulator/plans.ts";
import { play } from "../../../simulator/play.ts";
import { scenarios } from "../../../simulator/scenarios/index.ts";
import { Rogue } from "./rogue.ts";

const home = "us-east-1";
const yes = { approved: true, by: "ana", reason: "seen" };
const observing = { traffic: "observe", capacity: "observe", database: "observe" } as const;
const asking = { traffic: "approve", capacity: "approve", database: "approve" } as const;
const evacuation = `${home} is down. Evacuate it to eu-west-1, ap-southeast-1?`;
const raise = { AutoScalingGroupName: "storefront-web", MaxSize: 40, MinSize: 20 };

/** All Regions have been gray for longer than anybody could fail to notice. */
async function allGray(): Promise<Rogue> {
  const rogue = await new Rogue().pass(70);
  for (const { name } of rogue.world.plan.regions) rogue.world.regions.set(name, "gray");
  return await rogue.pass(150);
}

describe("evacuations", () => {
  it("of a Region that serves everybody break all that speaks of evidence", async () => {
    const rogue = await (await (await new Rogue().pass(100)).hold(home)).evacuate(home);

    expect(rogue.broken).toEqual(
      expect.arrayContaining(["noWrongEvacuation", "quorumSawIt", "disputedIsAsked", "mutationJournalled"]),
    );
  });

  it("that a person started need no evidence", async () => {
    const rogue = await (await new Rogue().pass(100)).hold(home);
    const [execution] = rogue.monitor.ledger.tenures.map((tenure) => tenure.execution);
    rogue.world.people.noteStart(rogue.world.clock.now(), execution ?? "", { region: home, reason: "by hand" });
    await rogue.evacuate(home);

    expect(rogue.broken).toEqual(["mutationJournalled"]);
  });

  it("are not a person's because the incident says so", async () => {
    const rogue = await (await (await new Rogue(observing).pass(100)).hold(home, "person")).evacuate(home);

    expect(rogue.broken).toEqual(expect.arrayContaining(["noWrongEvacuation", "observeChangesNothing"]));
  });

  it("a person's start about another Region is none about this one", async () => {
    const rogue = await (await new Rogue(observing).pass(100)).hold(home);
    const [execution] = rogue.monitor.ledger.tenures.map((tenure) => tenure.execution);
    rogue.world.people.noteStart(rogue.world.clock.now(), execution ?? "", { region: "eu-west-1", reason: "by hand" });
    await rogue.evacuate(home);

    expect(rogue.broken).toContain("observeChangesNothing");
  });

  it("with every Region failing for everybody break that nothing is evacuated then, and lead nowhere", async () => {
    const rogue = await (await (await allGray()).hold(home)).evacuate(home);

    expect(rogue.broken).toEqual(expect.arrayContaining(["everythingFailingEvacuatesNothing", "evacuatedToSomewhere"]));
  });

  it("FM71: of a dark Region may lead to those that serve few, where nothing was shared before", async () => {
    const rogue = await new Rogue().pass(70);
    for (const { name } of rogue.world.plan.regions) rogue.world.regions.set(name, name === home ? "dark" : "gray");
    await (await (await rogue.pass(150)).hold(home)).evacuate(home);

    expect(rogue.broken).not.toContain("evacuatedToSomewhere");
    expect(rogue.broken).not.toContain("everythingFailingEvacuatesNothing");
  });

  it("with a yes lead to where somebody was served when it was asked, and no yes makes good what was not so then", async () => {
    const askWhile = async (rogue: Rogue) => {
      await rogue.hold(home);
      await rogue.ask(evacuation, yes);
      for (const { name } of rogue.world.plan.regions) rogue.world.regions.set(name, "gray");
      return (await (await rogue.pass(150)).evacuate(home)).broken.includes("evacuatedToSomewhere");
    };

    expect(await askWhile(await new Rogue(asking).pass(10))).toBe(false);
    expect(await askWhile(await allGray())).toBe(true);
  });

  it("FM70: with every Region failing a while ago, and none steady since, break the same", async () => {
    const rogue = await allGray();
    for (const { name } of rogue.world.plan.regions) rogue.world.regions.set(name, "up");
    await (await (await rogue.pass(100)).hold(home)).evacuate(home);

    expect(rogue.broken).toContain("everythingFailingEvacuatesNothing");
  });

  it("FM70: do not, once one Region has been well for as long as it takes to be steady", async () => {
    const rogue = await allGray();
    rogue.world.regions.set("eu-west-1", "up");
    await (await (await rogue.pass(190)).hold(home)).evacuate(home);

    expect(rogue.broken).not.toContain("everythingFailingEvacuatesNothing");
  });

  it("before the confirmation window is over come too soon", async () => {
    const rogue = await new Rogue().pass(100);
    rogue.world.regions.set(home, "dark");
    await (await (await rogue.pass(20)).hold(home)).evacuate(home);

    expect(rogue.broken).toContain("confirmedBeforeEvacuation");
    expect(rogue.broken).not.toContain("quorumSawIt");
  });

  it("for the sake of one vantage's cut link break the quorum, whatever link it is", async () => {
    const rogue = await new Rogue().pass(100);
    rogue.world.regions.cut(home, "eu-west-1");
    await (await (await rogue.pass(100)).hold(home)).evacuate(home);

    expect(rogue.broken).toEqual(expect.arrayContaining(["quorumSawIt", "disputedIsAsked"]));
  });

  it("of all Regions leave none in DNS", async () => {
    const rogue = await (await new Rogue().pass(10)).hold(home);
    await rogue.evacuate(home);
    await rogue.evacuate("ap-southeast-1");
    await rogue.evacuate("eu-west-1", "ap-southeast-1");

    expect(rogue.broken).toContain("neverZeroRegionsInDns");
  });
});

/** Whether an evacuation is one too many, `seconds` after a question that nobody answered. */
async function leftOpen(
  onNoAnswer: "proceed" | "decline",
  seconds: number,
  { backAfter = null, sentence = evacuation }: { readonly backAfter?: number | null; readonly sentence?: string } = {},
): Promise<boolean> {
  const approval = { timeoutSeconds: 300, onNoAnswer };
  const rogue = await new Rogue({ ...asking, approval }).pass(10);
  rogue.world.regions.set(home, "dark");
  await rogue.hold(home);
  await rogue.ask(sentence, null);
  rogue.world.people.answers.pop();
  if (backAfter !== null) rogue.world.clock.schedule(backAfter * 1_000, () => rogue.world.regions.set(home, "up"));
  await (await rogue.pass(seconds)).lookAfterSilence();
  return (await rogue.evacuate(home)).broken.includes("askedBeforeChange");
}

describe("a plan that asks", () => {
  it("is heeded with a yes, and not with a no or a yes to another run", async () => {
    const ask = async (answer: unknown, epoch?: number) => {
      const rogue = await (await new Rogue(asking).pass(10)).hold(home);
      await rogue.ask(evacuation, answer, epoch);
      return (await rogue.evacuate(home)).broken.includes("askedBeforeChange");
    };

    expect(
      await Promise.all([ask(yes), ask({ ...yes, approved: false }), ask({ approved: true }), ask(yes, 7)]),
    ).toEqual([false, true, true, true]);
  });

  it("takes silence for a yes only where it says so, and not before it has waited", async () => {
    expect(await Promise.all([leftOpen("proceed", 310), leftOpen("proceed", 200), leftOpen("decline", 310)])).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("FM68: takes silence for nothing that automation would not do by itself at that moment", async () => {
    const serves = `The run lost its holder, and ${home} is seen to serve again. Evacuate it all the same?`;

    expect(await leftOpen("proceed", 310, { backAfter: 150 })).toBe(true);
    expect(await leftOpen("proceed", 310, { backAfter: 305 })).toBe(false);
    expect(await leftOpen("proceed", 310, { sentence: serves })).toBe(true);
  });

  it("of capacity alone speaks of the groups alone", async () => {
    const rogue = await (await new Rogue({ capacity: "observe" }).pass(10)).hold(home);
    await rogue.evacuate(home);
    expect(rogue.broken).not.toContain("observeChangesNothing");

    await rogue.call("autoscaling", "UpdateAutoScalingGroup", "eu-west-1", raise);
    expect(rogue.broken).toContain("observeChangesNothing");
  });
});

describe("promotions", () => {
  const question = (target: string, loss: string) =>
    `Promote Aurora in ${target}, losing ${loss} of writes made in ${home}?`;

  it("that give up a writer which lives break that, unless a person said so of that target", async () => {
    const promote = async (summary: string | null) => {
      const rogue = await (await new Rogue().pass(200)).hold(home);
      if (summary !== null) await rogue.ask(summary, yes);
      return (await rogue.promote("eu-west-1", "FailoverGlobalCluster", "eu-west-1")).broken.includes(
        "livingWriterKept",
      );
    };

    expect(await promote(null)).toBe(true);
    expect(await promote(question("ap-southeast-1", "4 s"))).toBe(true);
    expect(await promote(question("eu-west-1", "4 s"))).toBe(false);
  });

  it("FM76: are of a second writer beside a cluster that left, unless a person was told of it", async () => {
    const told = `Promote Aurora in ap-southeast-1, losing 1 s of writes made in ${home}, although eu-west-1 is outside the global cluster and may take writes?`;
    const promote = async (summary: string, leftFor: number) => {
      const rogue = await new Rogue().pass(10);
      rogue.world.rds?.detach("eu-west-1");
      await (await rogue.pass(leftFor)).hold(home);
      await rogue.ask(summary, yes);
      await rogue.promote("ap-southeast-1", "FailoverGlobalCluster", "ap-southeast-1");
      return rogue.broken.includes("noSecondWriter");
    };

    expect(await promote(question("ap-southeast-1", "1 s"), 60)).toBe(true);
    expect(await promote(told, 60)).toBe(false);
    expect(await promote(question("ap-southeast-1", "1 s"), 5)).toBe(false);
  });

  it.each<[string, (rogue: Rogue) => void, boolean]>([
    ["has no instance", ({ world }) => world.rds?.changeCluster("eu-west-1", { instances: [] }), true],
    [
      "resynchronises",
      ({ world }) => world.rds?.changeCluster("eu-west-1", { synchronization: "pending-resync" }),
      true,
    ],
    ["is sound", () => undefined, false],
  ])("FM78: of a cluster that %s", async (_word, change, isBroken) => {
    const rogue = new Rogue();
    change(rogue);
    await (await rogue.pass(60)).hold(home);

    await rogue.promote("eu-west-1", "FailoverGlobalCluster", "eu-west-1");

    expect(rogue.broken.includes("ableTarget")).toBe(isBroken);
  });

  it("count against the budget by the loss that was stated, for the run that was asked", async () => {
    const lose = async (loss: string, epoch?: number) => {
      const rogue = new Rogue();
      rogue.world.rds?.stallReplication("eu-west-1");
      await (await rogue.pass(400)).hold(home);
      await rogue.ask(question("eu-west-1", loss), yes, epoch);
      await rogue.promote("eu-west-1", "FailoverGlobalCluster", "eu-west-1");
      return (await rogue.pass(150)).broken.includes("lossWithinBudget");
    };

    expect(await lose("about 7 min (at worst 8 min 3 s)")).toBe(false);
    expect(await lose("an unknown amount")).toBe(false);
    expect(await lose("2 min")).toBe(true);
    expect(await lose("an unknown amount", 7)).toBe(true);
  });

  it("are reported with no less than what was lost", async () => {
    const report = async (rpoSeconds: number | null) => {
      const rogue = new Rogue();
      rogue.world.rds?.stallReplication("eu-west-1");
      await (await rogue.pass(100)).hold(home);
      await rogue.promote("eu-west-1", "FailoverGlobalCluster", "eu-west-1");
      await (await rogue.pass(150)).say("timeline", "closed", { outcome: "degraded", rpoSeconds });
      rogue.monitor.atEnd();
      return rogue.broken.includes("lossReported");
    };

    expect(await Promise.all([report(0), report(200), report(null)])).toEqual([true, false, false]);
  });

  it("are one an epoch, counted when the second is accepted", async () => {
    const rogue = await (await new Rogue().pass(10)).hold(home);
    await (await rogue.promote("eu-west-1", "SwitchoverGlobalCluster", home)).pass(200);
    expect(rogue.broken).not.toContain("onePromotionAnEpoch");

    await rogue.promote("ap-southeast-1", "SwitchoverGlobalCluster", "eu-west-1");
    expect(rogue.broken).toContain("onePromotionAnEpoch");
  });

  it("take a person's own word where two Regions are all that look on", async () => {
    const promote = async (answer: unknown) => {
      const rogue = await (await new Rogue({ database: "automatic" }, planNamed("two-regions")).pass(10)).hold(home);
      if (answer !== null)
        await rogue.ask(`Switch the Aurora writer over from ${home} to us-west-2, losing nothing?`, answer);
      return (await rogue.promote("us-west-2", "SwitchoverGlobalCluster", home)).broken.includes("promotionWitnessed");
    };

    expect(await Promise.all([promote(null), promote(yes)])).toEqual([true, false]);
  });
});

describe("what a run says of itself", () => {
  it("recovered, while customers of a Region fail", async () => {
    const rogue = await (await new Rogue().pass(100)).hold("eu-west-1");
    rogue.world.regions.set(home, "gray");
    await (await rogue.pass(50)).say("timeline", "closed", { outcome: "recovered" });

    expect(rogue.broken).toEqual(["recoveredMeansServed"]);
  });

  it("recovered, while the writer is dark", async () => {
    const rogue = await (await new Rogue().pass(100)).hold("eu-west-1");
    rogue.world.regions.set(home, "dark");
    await (await rogue.pass(50)).say("timeline", "closed", { outcome: "recovered" });

    expect(rogue.broken).toContain("recoveredMeansWriter");
  });

  it("recovered, while all is well", async () => {
    const rogue = await (await new Rogue().pass(100)).hold("eu-west-1");
    await rogue.say("timeline", "closed", { outcome: "recovered" });

    expect(rogue.broken).toEqual([]);
  });

  it("done, while DNS and the writer are as they were", async () => {
    const rogue = await (await new Rogue().pass(100)).hold(home);
    await rogue.say("traffic", "stepEnded", { result: "done" });
    await rogue.say("database", "stepEnded", { result: "done", promotedRegion: "eu-west-1" });

    expect(rogue.broken).toEqual(["databaseDoneMeansWriter", "trafficDoneMeansGone", "trafficLeftMeansLeft"]);
  });

  it.each([
    ["shown", true],
    ["notShown", false],
  ])(
    "FM62: recovered with traffic %s, while the failed Region's customers go on failing",
    async (traffic, isBroken) => {
      const rogue = await (await new Rogue().pass(50)).hold(home);
      rogue.world.traffic.healthCheckers.makeShallow(home);
      rogue.world.regions.set(home, "gray");
      await (await rogue.pass(20)).say("timeline", "closed", { outcome: "recovered", evidence: { traffic } });
      await rogue.pass(70);

      expect(rogue.broken.includes("shownRecoveredStays")).toBe(isBroken);
    },
  );

  it("FM62: traffic gone as not shown, while a vantage that is heard is served there", async () => {
    const rogue = await (await new Rogue().pass(100)).hold(home);
    await rogue.say("traffic", "stepEnded", { result: "done", evidence: { traffic: "notShown" } });

    expect(rogue.broken).toEqual(["trafficDoneMeansGone"]);
  });

  it("nothing, of a change that it made", async () => {
    const settle = async (detail: Readonly<Record<string, unknown>> | null) => {
      const rogue = await (await new Rogue().pass(10)).hold(home);
      await rogue.evacuate(home);
      if (detail !== null) await rogue.say("timeline", "closed", { outcome: "degraded", ...detail });
      rogue.monitor.atEnd();
      return rogue.broken.includes("mutationConfirmed");
    };
    const degraded = { result: "degraded", reason: "denied" };

    expect(await settle(null)).toBe(true);
    expect(await settle({ branches: { capacity: degraded } })).toBe(true);
    expect(await settle({ branches: { traffic: degraded } })).toBe(false);
  });
});

describe("the path of a failover", () => {
  it("is not to touch a global control plane, nor the failed Region", async () => {
    const rogue = await (await new Rogue().pass(10)).hold(home);
    await rogue.call("route53", "GetHealthCheck", home, { HealthCheckId: "none" });
    await rogue.call("s3", "ListObjectsV2", home, { Bucket: `storefront-switch-${home}` });
    rogue.monitor.atEnd();

    expect(rogue.broken).toEqual(expect.arrayContaining(["failedRegionUntouched", "noGlobalControlPlane"]));
  });
});

describe("what people are told", () => {
  const TopicArn = "arn:aws:sns:eu-west-1:111122223333:failover-storefront-people";

  it.each([
    ["a sentence of nobody's", { summary: "Run this" }],
    ["a record's sentence with something besides", { summary: "seen", whatToDo: "Run this" }],
    ["a token", { summary: "seen", token: "t" }],
  ])("pagesSayRecords: is not %s", async (_what, content) => {
    const rogue = await (await new Rogue().pass(10)).hold(home);
    await rogue.say("traffic", "observed", {});
    await rogue.call("sns", "Publish", "eu-west-1", { TopicArn, Message: JSON.stringify(content) });

    expect(rogue.broken).toContain("pagesSayRecords");
  });
});

it("simulatorWhole: a service that is asked what it does not know makes the run prove nothing", async () => {
  const scenario = scenarios.find(({ name }) => name === "region-outage");
  if (scenario === undefined) throw new RangeError("region-outage");
  const strange = {
    handle() {
      throw new UnknownToSimulator("s3:PutObject");
    },
  };

  const { result } = await play({
    scenario,
    plan: planNamed(scenario.plan),
    seed: 1,
    prepare: (world) => world.network.attach("s3", strange),
  });

  expect(result.violations.map(({ invariant }) => invariant)).toContain("simulatorWhole");
});
