import { errorMessage } from "../../../functions/shared/errors.ts";
import { readDeployedPlan } from "../../../functions/shared/plan/deployed.ts";
import { loadPlan, renderDeployedPlan } from "../../../functions/shared/plan/load.ts";
import { changeExample, exampleFile } from "./examples.ts";

/** What reading `text` throws; fails the test when it throws nothing. */
function complaintOf(text: string): string {
  try {
    readDeployedPlan(text, "/var/task/plan.json");
  } catch (error) {
    return errorMessage(error);
  }
  throw new Error("The plan was taken");
}

it.each(["storefront", "stateless", "two-regions"] as const)("%s is the same plan when deployed as JSON", (name) => {
  const text = exampleFile(`${name}.yaml`);

  const deployed = renderDeployedPlan(text, `${name}.yaml`);

  expect(readDeployedPlan(deployed, "plan.json")).toEqual(loadPlan(text, `${name}.yaml`));
});

it("is not written from a plan that cannot be used", () => {
  const text = changeExample("storefront", { "detection.quorum": 9 });

  expect(() => renderDeployedPlan(text, "storefront.yaml")).toThrow(/^storefront\.yaml: detection\.quorum: /);
});

it("is checked again when it is read: form, then what its parts are to each other", () => {
  const value = (changes: Readonly<Record<string, unknown>>) => {
    const plan = JSON.parse(renderDeployedPlan(exampleFile("storefront.yaml"), "storefront.yaml"));
    return JSON.stringify({ ...plan, ...changes });
  };

  expect(complaintOf(value({ surprise: 1 }))).toBe(
    "/var/task/plan.json: surprise: received 1: must be left out, there is no such key",
  );
  expect(complaintOf(value({ regions: {} }))).toMatch(/^\/var\/task\/plan\.json: \S/);
  expect(complaintOf('{"__proto__": {}}')).toContain("__proto__: received {}: must be left out");
  expect(complaintOf("null")).toContain("must be a plan");
  expect(complaintOf("application: storefront")).toContain("not JSON");
});
