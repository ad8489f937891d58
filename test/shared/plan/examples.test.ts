import { readdirSync } from "node:fs";
import { findPlanProblems, loadPlan } from "../../../functions/shared/plan/load.ts";
import { vantagesOf } from "../../../functions/shared/plan/plan.ts";
import { changeExample, exampleFile } from "./examples.ts";

const files = readdirSync(new URL("../../../plans/", import.meta.url)).filter((file) => file.endsWith(".yaml"));

describe("The example plans", () => {
  it.each(files)("%s can be used, and shows its schema to editors", (file) => {
    const text = exampleFile(file);

    expect(findPlanProblems(text, file)).toEqual([]);
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=plan.schema.json");
    expect(loadPlan(text, file).application).toBe(file.replace(".yaml", ""));
  });

  it("storefront: three Regions, a witness, everything automatic", () => {
    const plan = loadPlan(exampleFile("storefront.yaml"), "storefront.yaml");

    expect(vantagesOf(plan)).toEqual(["us-east-1", "eu-west-1", "ap-southeast-1", "us-west-2"]);
    expect(plan.automation).toMatchObject({ traffic: "automatic", capacity: "automatic", database: "automatic" });
    expect(plan.capacity).toMatchObject({ headroom: 0.1, raiseMaximum: "allowed", maximumSampleAgeSeconds: 300 });
    expect(plan.database).toMatchObject({ writer: "us-east-1", dataLossBudgetSeconds: 10, maximumLagAgeSeconds: 180 });
    expect(plan.objectives).toEqual({ recoveryTimeSeconds: 480, recoveryPointSeconds: 30 });
  });

  it("two-regions: no witness, so a person approves a promotion", () => {
    const plan = loadPlan(exampleFile("two-regions.yaml"), "two-regions.yaml");

    expect(plan.detection).toMatchObject({ witnesses: [], quorum: 1 });
    expect(plan.automation).toMatchObject({ traffic: "automatic", capacity: "automatic", database: "approve" });
  });

  it("stateless: no database, no tables, routing controls", () => {
    const plan = loadPlan(exampleFile("stateless.yaml"), "stateless.yaml");

    expect([plan.database, plan.tables, plan.traffic.switch.kind]).toEqual([null, [], "routingControl"]);
    expect(plan.recovery.writeProbeUrl).toBeNull();
  });
});

describe("What a plan leaves out", () => {
  it("about automation: it observes and changes nothing", () => {
    const plan = loadPlan(changeExample("storefront", { automation: undefined }), "plan.yaml");

    expect(plan.automation).toEqual({
      traffic: "observe",
      capacity: "observe",
      database: "observe",
      approval: { timeoutSeconds: 1_800, onNoAnswer: "decline" },
    });
  });

  it("about one step: that step observes", () => {
    const plan = loadPlan(changeExample("storefront", { "automation.database": undefined }), "plan.yaml");

    expect(plan.automation).toMatchObject({ traffic: "automatic", capacity: "automatic", database: "observe" });
  });

  it("about a Region's capacity: that Region's is not managed", () => {
    const plan = loadPlan(
      changeExample("storefront", { "regions.eu-west-1.autoScalingGroup": undefined }),
      "plan.yaml",
    );

    expect(plan.regions.map((region) => region.autoScalingGroup)).toEqual(["storefront-web", null, "storefront-web"]);
  });

  it("about raising MaxSize: it is forbidden", () => {
    const plan = loadPlan(changeExample("storefront", { capacity: undefined }), "plan.yaml");

    expect(plan.capacity).toMatchObject({ raiseMaximum: "forbidden", headroom: 0.1 });
  });
});
