import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { createFailoverApp } from "../../infra/app.ts";
import { inlineCode, planOf, recordPlan } from "./synthesis.ts";

const outdir = mkdtempSync(join(tmpdir(), "nag-"));
afterAll(() => rmSync(outdir, { recursive: true }));

/** What cdk-nag's AwsSolutions find that nobody has acknowledged, with a reason, where it is. */
function findings(app: ReturnType<typeof createFailoverApp>["app"]): readonly string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

describe("cdk-nag, AwsSolutions", () => {
  it.each([planOf("storefront"), planOf("two-regions"), planOf("stateless"), recordPlan()])(
    "finds nothing in $plan.application with switch $plan.traffic.switch.kind that has no reason beside it",
    (plan) => {
      const { app } = createFailoverApp({ plan, code: inlineCode, outdir });

      expect(findings(app)).toEqual([]);
    },
  );

  it("finds it where there is something to find", () => {
    const { app } = createFailoverApp({ plan: planOf("stateless"), code: inlineCode, outdir });
    const stack = new Stack(app, "Careless");
    new Bucket(stack, "Open");
    const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    role.addToPolicy(new PolicyStatement({ actions: ["s3:GetObject"], resources: ["*"] }));

    expect(findings(app)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/AwsSolutions-S1 .*Careless\/Open/),
        expect.stringMatching(/AwsSolutions-IAM5.* .*Careless\/Role/),
      ]),
    );
  });
});
