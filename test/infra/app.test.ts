import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFailoverApp, type FailoverAppProps } from "../../infra/app.ts";
import { flat, inlineCode, planOf, type Resource } from "./synthesis.ts";

const folder = mkdtempSync(join(tmpdir(), "app-"));
afterAll(() => rmSync(folder, { recursive: true }));

let runs = 0;
function stacksOf(props: Omit<FailoverAppProps, "plan">) {
  const context = { "aws:cdk:bundling-stacks": [] };
  const outdir = join(folder, String(++runs));
  const { app } = createFailoverApp({ plan: planOf("two-regions"), code: inlineCode, context, outdir, ...props });
  return app.synth().stacks;
}

const resourcesOf = (stack: ReturnType<typeof stacksOf>[number]): readonly Resource[] =>
  Object.values(stack.template.Resources as Record<string, Resource>);

describe("What an account asks of all that is deployed to it", () => {
  it("a qualifier: of the parameter that each template reads, and of the roles that deploy", () => {
    for (const stack of stacksOf({ qualifier: "shop" })) {
      expect(stack.template.Parameters.BootstrapVersion.Default).toBe("/cdk-bootstrap/shop/version");
      expect(stack.assumeRoleArn).toContain("cdk-shop-deploy-role");
      expect(JSON.stringify(stack.template)).not.toContain("hnb659fds");
    }
  });

  it("tags: on each stack, and on each function, role, table and bucket, beside the stack's own", () => {
    const tags = { "cost-center": "42", owner: "Ana Ö" };
    const taggable = /^AWS::(?:Lambda::Function|IAM::Role|S3::Bucket|StepFunctions::StateMachine)$/;
    for (const stack of stacksOf({ tags })) {
      expect(stack.tags).toMatchObject({ ...tags, "failover-application": "two-regions" });
      for (const { Type, Properties } of resourcesOf(stack)) {
        if (taggable.test(Type)) {
          expect(Properties.Tags).toEqual(expect.arrayContaining([{ Key: "cost-center", Value: "42" }]));
        }
        if (Type === "AWS::DynamoDB::GlobalTable") {
          for (const { Tags } of Properties.Replicas) {
            expect(Tags).toEqual(expect.arrayContaining([{ Key: "cost-center", Value: "42" }]));
          }
        }
      }
    }
  });

  it.each([
    ["Bound", "arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/Bound"],
    ["arn:aws:iam::111122223333:policy/ops/Bound", "arn:aws:iam::111122223333:policy/ops/Bound"],
  ])("a permissions boundary: on every role: %s", (permissionsBoundary, arn) => {
    const roles = stacksOf({ permissionsBoundary }).flatMap((stack) =>
      resourcesOf(stack).filter(({ Type }) => Type === "AWS::IAM::Role"),
    );

    expect(roles.length).toBeGreaterThan(20);
    for (const { Properties } of roles) expect(flat(Properties.PermissionsBoundary)).toBe(arn);
  });

  it("nothing, unless it is said", () => {
    const text = JSON.stringify(stacksOf({}).map((stack) => [stack.tags, stack.template]));

    expect(text).toContain("/cdk-bootstrap/hnb659fds/version");
    expect(text).not.toMatch(/PermissionsBoundary|cost-center/);
  });
});
