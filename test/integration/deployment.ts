import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DisableRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import {
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import { functionName, partName } from "../../infra/names.ts";
import { stackRegions } from "../../infra/region-failover.ts";
import { runScript } from "../run.ts";
import type { Opened } from "./opened.ts";
import { account, credentials, environmentFor } from "./servers.ts";
import type { Storefront } from "./storefront.ts";

/** A plan's controller on a server that runs Lambda functions, put there by the command that people use. */
export class Deployment {
  readonly #url: string;
  readonly #storefront: Storefront;
  readonly #planFile: string;

  constructor(url: string, storefront: Storefront, opened: Opened) {
    this.#url = url;
    this.#storefront = storefront;
    const folder = mkdtempSync(join(tmpdir(), "deployment-"));
    opened.later(() => rmSync(folder, { recursive: true }));
    this.#planFile = join(folder, "plan.yaml");
    writeFileSync(this.#planFile, storefront.yaml);
  }

  /** What precedes the first deployment to a Region (docs/deploy.md). @throws Error with what the CDK said */
  async bootstrap(): Promise<void> {
    const environments = stackRegions(this.#storefront.plan).map((region) => `aws://${account}/${region}`);
    await this.#run("node_modules/aws-cdk/bin/cdk", ["bootstrap", "--no-notices", ...environments]);
  }

  /**
   * What `npm run deploy -- --plan …` does. ministack heeds no condition of a policy, so that a bucket's refusal of plain HTTP
   * refuses every unsigned read there: the command deploys, finds that out, says so and ends with 1.
   * @returns what it said. @throws Error with that, when it is not deployed
   */
  async deploy(): Promise<string> {
    const { code, said } = await this.#say("cli/deploy.ts", ["--plan", this.#planFile]);
    if (code === 1 && said.match(/would evacuate nobody/g)?.length === this.#buckets().length) return said;
    throw new Error(`cli/deploy.ts exited with ${code}, and said: ${said.slice(-3_000)}`);
  }

  /**
   * What must be otherwise here than in an account: the functions ask the proxy, and read the plan beside their code, which
   * ministack does not mount at /var/task. The watches are called by nobody but the test. The switch's buckets lose the refusal
   * of plain HTTP, which ministack takes for one of everything.
   */
  async settle(endpoint: string): Promise<void> {
    const { plan } = this.#storefront;
    for (const [region, Bucket] of this.#buckets()) {
      const s3 = new S3Client({ ...this.#at(region), forcePathStyle: true });
      const { Policy = "" } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
      const policy = JSON.parse(Policy) as { readonly Statement: readonly { readonly Effect: string }[] };
      const Statement = policy.Statement.filter(({ Effect }) => Effect === "Allow");
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ ...policy, Statement }) }));
    }
    for (const region of vantagesOf(plan)) {
      await new EventBridgeClient(this.#at(region)).send(new DisableRuleCommand({ Name: partName(plan, "watch") }));
      const lambda = new LambdaClient(this.#at(region));
      const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
      for (const { FunctionName, Environment } of Functions) {
        const Variables = { ...Environment?.Variables, FAILOVER_PLAN: "plan.json", AWS_ENDPOINT_URL: endpoint };
        await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
      }
    }
  }

  /** Calls a Region's watch as the schedule does; it looks around for a minute. */
  async callWatch(region: string): Promise<void> {
    await new LambdaClient(this.#at(region)).send(
      new InvokeCommand({ FunctionName: functionName(this.#storefront.plan, "Watch"), InvocationType: "Event" }),
    );
  }

  #buckets(): readonly (readonly [region: string, bucket: string])[] {
    const { switch: chosen } = this.#storefront.plan.traffic;
    return chosen.kind === "healthCheck" ? Object.entries(chosen.buckets) : [];
  }

  async #run(script: string, args: readonly string[]): Promise<void> {
    const { code, said } = await this.#say(script, args);
    if (code !== 0) throw new Error(`${script} exited with ${code}, and said: ${said.slice(-3_000)}`);
  }

  async #say(
    script: string,
    args: readonly string[],
  ): Promise<{ readonly code: number | null; readonly said: string }> {
    const { code, stdout, stderr } = await runScript(script, args, {
      environment: {
        ...environmentFor(this.#url),
        // Nothing of the caller's own AWS configuration, and nobody else is asked.
        AWS_PROFILE: "",
        AWS_SESSION_TOKEN: "",
        CDK_DISABLE_CLI_TELEMETRY: "true",
        NODE_OPTIONS: `--import=${resolve(import.meta.dirname, "leash.ts")}`,
      },
    });
    // The CDK says most on standard error, unless it takes itself to be in CI.
    return { code, said: `${stdout}${stderr}` };
  }

  #at(region: string) {
    return { region, endpoint: this.#url, credentials };
  }
}
