import type { Plan } from "../../functions/shared/plan/plan.ts";
import type { ScriptedFault } from "../../simulator/aws/faults.ts";
import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import { smallerHeir } from "../../simulator/scenarios/smaller-heir.ts";
import { Rogue } from "./invariants/rogue.ts";

const storefront = planNamed("storefront");

function withScale(scale: "off" | "serverless", automation: Partial<Plan["automation"]> = {}): Plan {
  const { database } = storefront;
  if (database === null) throw new RangeError("storefront");
  return { ...storefront, database: { ...database, scale }, automation: { ...storefront.automation, ...automation } };
}

/** Plays the story of the heir with a quarter of the writer's range, while a fault falls at the call that raises it. */
async function playWith(plan: Plan, verdict: ScriptedFault["verdict"] | null = null, seed = 1) {
  const call = { service: "rds", operation: "ModifyDBCluster" } as const;
  const faults: readonly ScriptedFault[] = verdict === null ? [] : [{ call, occurrence: 1, verdict }];
  const scenario = {
    ...smallerHeir,
    script: [...smallerHeir.script, { at: 0, action: { kind: "faults", faults } as const }],
  };
  const { result, world } = await play({ scenario, plan, seed });
  const raised = world.network.apiLog.filter(({ operation }) => operation === "ModifyDBCluster");
  const told = result.timeline.filter(
    ({ step, detail }) => step === "database" && detail.resource === "cluster/storefront-eu-west-1@eu-west-1",
  );
  const registered = result.timeline.filter(({ step, detail }) => step === "database" && detail.restore !== undefined);
  return { result, raised, told, registered, units: world.rds?.sizes.units("eu-west-1") };
}

describe("FM85: the new writer's range", () => {
  it("is left as it is where the plan says nothing of it", async () => {
    const { result, raised, units } = await playWith(withScale("off"));

    expect(raised).toEqual([]);
    expect(units).toEqual({ minimum: 1, maximum: 16 });
    expect(result).toMatchObject({ outcome: "recovered", violations: [] });
  });

  it.each([1, 2])(
    "is raised to the old writer's where the plan allows it, once it is the writer, seed %i",
    async (seed) => {
      const { result, raised, told, registered, units } = await playWith(withScale("serverless"), null, seed);

      expect(raised).toHaveLength(1);
      expect(raised[0]).toMatchObject({ region: "eu-west-1", caller: { functionName: "DatabaseAwait" } });
      expect(units).toEqual({ minimum: 8, maximum: 64 });
      expect(told.map(({ kind }) => kind)).toEqual(["intent", "confirmed"]);
      expect(registered.map(({ detail }) => detail)).toEqual([
        { region: "eu-west-1", cluster: "storefront-eu-west-1", restore: { minimumUnits: 1, maximumUnits: 16 } },
      ]);
      expect(result).toMatchObject({ outcome: "recovered", violations: [] });
    },
  );

  it.each<[string, ScriptedFault["verdict"]]>([
    ["its answer is lost", { kind: "lostResponse" }],
    ["it is throttled", { kind: "throttle" }],
    ["the function dies before it", { kind: "crashBefore" }],
    ["the function dies after it", { kind: "crashAfter" }],
  ])("is raised, registered once and confirmed, though %s", async (_name, verdict) => {
    const { result, told, registered, units } = await playWith(withScale("serverless"), verdict);

    expect(units).toEqual({ minimum: 8, maximum: 64 });
    expect(told.at(-1)?.kind).toBe("confirmed");
    expect(registered).toHaveLength(1);
    expect(result).toMatchObject({ outcome: "recovered", violations: [] });
  });

  it("is said not to be raised where AWS refuses it, and the branch is done all the same", async () => {
    const { result, told, units } = await playWith(withScale("serverless"), { kind: "deny" });

    expect(units).toEqual({ minimum: 1, maximum: 16 });
    expect(told.at(-1)?.kind).toBe("failed");
    expect(result).toMatchObject({ outcome: "recovered", violations: [] });
  });

  it("is not touched by a run that has promoted nothing", async () => {
    const { result, raised } = await playWith(withScale("serverless", { database: "observe" }));

    expect(raised).toEqual([]);
    expect(result.violations).toEqual([]);
  });
});

describe("FM85: onlyTheWriterIsRaised", () => {
  const range = (MinCapacity: number, MaxCapacity: number) => ({ MinCapacity, MaxCapacity });

  it.each<[string, "off" | "serverless", string, ReturnType<typeof range>, boolean]>([
    ["the writer, upwards", "serverless", "us-east-1", range(8, 64), false],
    ["the writer, downwards", "serverless", "us-east-1", range(0.5, 64), true],
    ["a reader, which is so kept from being promoted", "serverless", "eu-west-1", range(8, 64), true],
    ["the writer under a plan that does not let it", "off", "us-east-1", range(8, 64), true],
  ])("is judged of a change of %s", async (_name, scale, region, ServerlessV2ScalingConfiguration, isBroken) => {
    const rogue = new Rogue({}, withScale(scale));
    for (const name of ["us-east-1", "eu-west-1"]) {
      rogue.world.rds?.sizes.set(name, { instanceClass: "db.serverless", units: { minimum: 1, maximum: 16 } });
    }
    await (await rogue.pass(60)).hold("us-east-1");
    const DBClusterIdentifier = `storefront-${region}`;
    await rogue.call("rds", "ModifyDBCluster", region, { DBClusterIdentifier, ServerlessV2ScalingConfiguration });

    expect(rogue.broken.includes("onlyTheWriterIsRaised")).toBe(isBroken);
    expect(rogue.broken).toContain("mutationJournalled");
    expect(rogue.broken).not.toContain("onePromotionAnEpoch");
  });
});
