import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runScript } from "../run.ts";

const folder = mkdtempSync(join(tmpdir(), "deploy-"));

/** The storefront's plan with one thing changed, as a file. */
function changed(name: string, from: string, to: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, readFileSync(`${root}plans/storefront.yaml`, "utf8").replace(from, to));
  return path;
}

const bad = changed("bad", "quorum: 2", "quorum: two");
const bucket = changed("bucket", "storefront-switch-eu-west-1", "My_Bucket");
const wildcard = changed("wildcard", "globalCluster: storefront", 'globalCluster: "*"');
const nowhere = changed("unknown", "[us-west-2]", "[ap-nowhere-9]");
const local = changed("local", "https://eu-west-1.shop.example.com", "http://localhost");
afterAll(() => rmSync(folder, { recursive: true }));

/** A machine without anybody's credentials. */
const bare = {
  HOME: folder,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  AWS_SESSION_TOKEN: "",
  AWS_PROFILE: "",
  AWS_REGION: "",
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "",
  AWS_WEB_IDENTITY_TOKEN_FILE: "",
  CDK_DEFAULT_ACCOUNT: "",
};

describe.each(["cli/synth.ts", "cli/deploy.ts"])("%s, given what is wrong", (script) => {
  it.each([
    ["an unknown option", ["--frob"], /^--frob: there is no such option; the options are --plan VALUE, --own-alarms/],
    ["a plan that is not there", ["--plan", "nowhere.yaml"], /^nowhere\.yaml: cannot be read: must be the path/],
    ["a bad plan", ["--plan", bad], /bad\.yaml: detection\.quorum: received "two": must be a/],
    [
      "a bucket that S3 refuses",
      ["--plan", bucket],
      /bucket\.yaml: traffic\.switch\.buckets\.eu-west-1: .* must be a bucket/,
    ],
    [
      "a wildcard for a name",
      ["--plan", wildcard],
      /wildcard\.yaml: database\.globalCluster: received "\*": must be a/,
    ],
    [
      "a Region that is not",
      ["--plan", nowhere],
      /unknown\.yaml: detection\.witnesses\.0: .*: must be an AWS Region: ap-/,
    ],
    [
      "a probe of one's own machine",
      ["--plan", local],
      /local\.yaml: regions\.eu-west-1\.probe: .* the internet can reach/,
    ],
  ])("%s: one line, exit code 2, nothing done", async (_name, args, line) => {
    const { code, stdout, stderr } = await runScript(script, args, { environment: bare, in: folder });

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(line);
  });
});

describe("deploy", () => {
  it("wants to be told which plan", async () => {
    const { code, stderr } = await runScript("cli/deploy.ts", [], { environment: bare, in: folder });

    expect([code, stderr.trimEnd()]).toEqual([2, "--plan: received nothing: must be the path of a plan file"]);
  });

  it("names the next command where there are no credentials", async () => {
    const args = ["--plan", `${root}plans/storefront.yaml`];
    const { code, stderr } = await runScript("cli/deploy.ts", args, { environment: bare, in: folder });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^No AWS credentials were found\. Next: aws configure sso/);
  });

  describe("at an endpoint", () => {
    /** Calls that arrived: `service Region`. */
    const calls: string[] = [];
    let server: Server;
    let environment: Record<string, string>;

    /** STS knows one account; of the Regions, only eu-west-1 was ever bootstrapped. */
    beforeAll(async () => {
      server = createServer((request, response) => {
        const [, region = "", service = ""] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)/.exec(
          request.headers.authorization ?? "",
        ) ?? ["", "", ""];
        calls.push(`${service} ${region}`);
        request.resume();
        if (service === "sts") {
          response.setHeader("content-type", "text/xml");
          response.end(
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/ana</Arn><UserId>ana</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
          );
        } else if (region === "eu-west-1") {
          response.end(JSON.stringify({ Parameter: { Name: "version", Value: "28", Type: "String" } }));
        } else {
          response.statusCode = 400;
          response.end(JSON.stringify({ __type: "ParameterNotFound", message: "no" }));
        }
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      environment = {
        ...bare,
        AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "secret",
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      };
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    it("names the Regions to bootstrap, and deploys nothing", async () => {
      const args = ["--plan", `${root}plans/storefront.yaml`];
      const { code, stderr } = await runScript("cli/deploy.ts", args, { environment, in: folder });

      expect([code, stderr.trimEnd()]).toEqual([
        1,
        "Not bootstrapped: us-east-1, ap-southeast-1, us-west-2. Next: npx cdk bootstrap aws://111122223333/us-east-1 aws://111122223333/ap-southeast-1 aws://111122223333/us-west-2",
      ]);
      expect(new Set(calls.map((call) => call.split(" ")[0]))).toEqual(new Set(["sts", "ssm"]));
    });

    it("refuses credentials of another account than the plan's", async () => {
      const other = join(folder, "other.yaml");
      const text = readFileSync(`${root}plans/storefront.yaml`, "utf8");
      writeFileSync(other, text.replaceAll("111122223333", "444455556666"));
      const { code, stderr } = await runScript("cli/deploy.ts", ["--plan", other], { environment, in: folder });

      expect(code).toBe(1);
      expect(stderr).toMatch(/^The plan is for account 444455556666, and the credentials are of 111122223333\. Next: /);
    });
  });
});
