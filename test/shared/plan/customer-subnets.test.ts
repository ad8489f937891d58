import { RegionInfo } from "aws-cdk-lib/region-info";
import { customerRules } from "../../../functions/shared/plan/checks/customers.ts";
import { customerSubnets } from "../../../functions/shared/plan/customer-subnets.ts";
import { loadPlan } from "../../../functions/shared/plan/load.ts";
import type { Plan } from "../../../functions/shared/plan/plan.ts";
import { changeExample } from "./examples.ts";

const plan = (changes: Readonly<Record<string, unknown>> = {}) =>
  loadPlan(changeExample("two-regions", changes), "plan");

const commercial = RegionInfo.regions.map(({ name, partition }) => [name, partition] as const);

describe("Customers near a Region are", () => {
  it("those that the plan names", () => {
    const named = plan({ "regions.us-east-1.customerSubnets": ["81.2.69.0/24"] });

    expect(customerSubnets(named, "us-east-1")).toEqual(["81.2.69.0/24"]);
  });

  it("AWS's own there, where it names none, and near a witness", () => {
    const silent = plan();

    expect(customerSubnets(silent, "us-west-2")).toEqual(["18.236.0.0/24", "54.148.0.0/24", "44.224.0.0/24"]);
    expect(customerSubnets(silent, "eu-central-1")).toHaveLength(3);
  });

  it("nobody's where AWS has no Region that is known", () => {
    expect(customerSubnets(plan(), "eu-moon-1")).toEqual([]);
  });
});

describe("Those that are bundled", () => {
  it.each(commercial.filter(([, partition]) => partition === "aws"))("are two to four for %s", (region) => {
    const subnets = customerSubnets(plan(), region);

    expect(subnets.length).toBeGreaterThanOrEqual(2);
    expect(subnets.length).toBeLessThanOrEqual(4);
  });

  it.each(commercial.filter(([, partition]) => partition !== "aws"))("are none for %s, of %s", (region) => {
    expect(customerSubnets(plan(), region)).toEqual([]);
  });

  it("would pass the checks of a plan, and no two Regions share any", () => {
    const regions = commercial
      .map(([name]) => ({ name, customerSubnets: customerSubnets(plan(), name) }))
      .filter(({ customerSubnets }) => customerSubnets.length > 0);
    const everywhere = { ...plan(), regions } as unknown as Plan;

    expect(regions.length).toBeGreaterThan(30);
    expect(customerRules.flatMap((rule) => rule(everywhere))).toEqual([]);
  });
});
