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

const given = ["--plan", `${root}plans/storefront.yaml`];

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
    ["a qualifier that is none", [...given, "--qualifier", "a b"], /^--qualifier: received "a b": must be 1 to 10/],
    ["a tag without a value", [...given, "--tags", "team"], /^--tags: received "team": must be KEY=VALUE/],
    ["a tag twice", [...given, "--tags", "a=b", "--tags", "a=c"], /^--tags: received "a=c": must name a once/],
    ["a tag of AWS's", [...given, "--tags", "aws:x=a"], /^--tags: received "aws:x=a": must not be of aws:/],
    [
      "what is no policy",
      [...given, "--permissions-boundary", "arn:aws:iam::1:role/x"],
      /^--permissions-boundary: received /,
    ],
  ])("%s: one line, exit code 2, nothing done", async (_name, args, line) => {
    const { code, stdout, stderr } = await runScript(script, args, { environment: bare, in: folder });

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(line);
  });
});

it.each(["cli/synth.ts", "cli/deploy.ts"])(
  "%s refuses a CDK_DEFAULT_ACCOUNT that is no account in one line",
  async (script) => {
    const environment = { ...bare, CDK_DEFAULT_ACCOUNT: "foo" };
    const args = ["--plan", `${root}plans/stateless.yaml`];
    const { code, stdout, stderr } = await runScript(script, args, { environment, in: folder });

    expect([code, stdout, stderr]).toEqual([
      2,
      "",
      'CDK_DEFAULT_ACCOUNT: received "foo": must be twelve digits, or not set\n',
    ]);
  },
);

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

  it.each([
    ["nobody is logged in to", "dev", /^Nobody is logged in to profile dev\. Next: aws sso login --profile dev$/],
    [
      "there are no credentials in",
      "plain",
      /^Profile plain gives no AWS credentials\. Next: aws sso login --profile plain /,
    ],
  ])("names aws sso login where %s a profile", async (_what, profile, line) => {
    const config = join(folder, "config");
    writeFileSync(
      config,
      `[profile dev]
sso_session = shop
sso_account_id = 111122223333
sso_role_name = Deploy
region = eu-west-1
[sso-session shop]
sso_start_url = https://shop.awsapps.com/start
sso_region = eu-west-1
[profile plain]
region = eu-west-1
`,
    );
    // An empty key would be taken for one in the environment.
    const environment = { ...bare, AWS_CONFIG_FILE: config, AWS_PROFILE: profile };
    const { code, stderr } = await runScript("cli/deploy.ts", given, { environment, in: folder });

    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(line);
  });

  it("knows a Region only where the plan has a controller or a witness", async () => {
    const args = ["--plan", `${root}plans/storefront.yaml`, "--region", "eu-north-1"];
    const { code, stdout, stderr } = await runScript("cli/deploy.ts", args, { environment: bare, in: folder });

    expect([code, stdout, stderr]).toEqual([
      2,
      "",
      '--region: received "eu-north-1": must be one of us-east-1, eu-west-1, ap-southeast-1, us-west-2\n',
    ]);
  });

  describe("at an endpoint", () => {
    /** Calls that arrived: `service Region`. */
    const calls: string[] = [];
    /** What was asked of SSM. */
    const parameters = new Set<string>();
    /** Regions that the account has not enabled, and those that do not answer. */
    let disabled: readonly string[] = [];
    let silent: readonly string[] = [];
    let engine = "aurora-postgresql";
    afterEach(() => {
      engine = "aurora-postgresql";
      disabled = [];
      silent = [];
    });
    let server: Server;
    let environment: Record<string, string>;

    /** STS knows one account; of the Regions, only eu-west-1 was ever bootstrapped. */
    beforeAll(async () => {
      server = createServer((request, response) => {
        const [, region = "", service = ""] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)/.exec(
          request.headers.authorization ?? "",
        ) ?? ["", "", ""];
        calls.push(`${service} ${region}`);
        if (silent.includes(region)) {
          request.socket.destroy();
          return;
        }
        if (service === "s3" || service === "") {
          // Whoever signs nothing is refused.
          response.statusCode = service === "s3" ? 200 : 403;
          response.end();
          return;
        }
        request.on("data", (chunk: Buffer) => {
          const [, parameter] = /"Name":"([^"]+)"/.exec(String(chunk)) ?? [];
          if (parameter !== undefined) parameters.add(parameter);
        });
        if (disabled.includes(region)) {
          response.statusCode = 400;
          response.end(JSON.stringify({ __type: "UnrecognizedClientException", message: "The token is invalid." }));
        } else if (service === "sts") {
          response.setHeader("content-type", "text/xml");
          response.end(
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/ana</Arn><UserId>ana</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
          );
        } else if (service === "rds") {
          response.setHeader("content-type", "text/xml");
          response.end(
            `<DescribeDBClustersResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBClustersResult><DBClusters><DBCluster><DBClusterArn>arn:aws:rds:${region}:111122223333:cluster:storefront-${region}</DBClusterArn><Engine>${engine}</Engine></DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>`,
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
        "Not bootstrapped: eu-central-1, ap-southeast-1, us-east-1, us-west-2. Next: npx cdk bootstrap aws://111122223333/eu-central-1 aws://111122223333/ap-southeast-1 aws://111122223333/us-east-1 aws://111122223333/us-west-2",
      ]);
      expect(new Set(calls.map((call) => call.split(" ")[0]))).toEqual(new Set(["sts", "ssm"]));
    });

    it("asks for the bootstrap that the options name, and names the command that makes it", async () => {
      parameters.clear();
      const boundary = "arn:aws:iam::111122223333:policy/ops/Bound";
      const options = ["--qualifier", "shop", "--tags", "cost=a b", "--permissions-boundary", boundary];
      const { code, stderr } = await runScript("cli/deploy.ts", [...given, ...options], { environment, in: folder });

      expect(code).toBe(1);
      expect([...parameters]).toEqual(["/cdk-bootstrap/shop/version"]);
      expect(stderr).toContain(
        "Next: npx cdk bootstrap --qualifier shop --toolkit-stack-name CDKToolkit-shop --tags 'cost=a b' --custom-permissions-boundary ops/Bound aws://111122223333/eu-central-1 ",
      );
    });

    it("names a Region that the account has not enabled, and how to", async () => {
      disabled = ["ap-southeast-1"];
      const { code, stderr } = await runScript("cli/deploy.ts", given, { environment, in: folder });

      expect([code, stderr.trimEnd()]).toEqual([
        1,
        "Not enabled in account 111122223333: ap-southeast-1. Next: aws account enable-region --region-name ap-southeast-1",
      ]);
    });

    it.each(["ap-southeast-1", "eu-west-1"])("names a Region that does not answer: %s", async (region) => {
      silent = [region];
      const { code, stderr } = await runScript("cli/deploy.ts", given, { environment, in: folder });

      expect(code).toBe(1);
      expect(stderr.trimEnd()).toMatch(
        new RegExp(`^No answer from ${region} \\(.+\\)\\. Next: aws sts get-caller-identity --region ${region}, until`),
      );
    });

    it("asks no other Region for one that is to be mended", async () => {
      calls.length = 0;
      const args = ["--plan", `${root}plans/storefront.yaml`, "--region", "ap-southeast-1"];
      const { code, stderr } = await runScript("cli/deploy.ts", args, { environment, in: folder });

      expect([code, stderr.trimEnd()]).toEqual([
        1,
        "Not bootstrapped: ap-southeast-1. Next: npx cdk bootstrap aws://111122223333/ap-southeast-1",
      ]);
      expect(calls).toEqual(["sts ap-southeast-1", "ssm ap-southeast-1"]);
    });

    // Assembles the stacks, and looks for half a minute.
    it("FM66: ends with what to look at where a canary is refused once the stacks are there", async () => {
      calls.length = 0;
      const { code, stderr } = await runScript("cli/deploy.ts", [...given, "--region", "eu-west-1"], {
        environment,
        in: folder,
        import: "test/cli/without-cdk.ts",
      });

      expect(code).toBe(1);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
        /^Switch bucket storefront-switch-eu-west-1 in eu-west-1 would evacuate nobody: GET .* answered HTTP 403\. Next: /,
      );
      expect(calls.slice(0, 5)).toEqual(["sts eu-west-1", "ssm eu-west-1", "rds eu-west-1", "s3 eu-west-1", " "]);
    });

    it.each([
      ["docdb", "Amazon DocumentDB (engine docdb)"],
      ["neptune", "Amazon Neptune (engine neptune)"],
    ])("FM81: refuses clusters of %s by name, and deploys nothing", async (other, name) => {
      engine = other;
      const args = [...given, "--region", "eu-west-1"];
      const { code, stderr } = await runScript("cli/deploy.ts", args, { environment, in: folder });

      expect([code, stderr.trimEnd()]).toEqual([
        1,
        `database.clusters.eu-west-1: received arn:aws:rds:eu-west-1:111122223333:cluster:storefront-eu-west-1, which is of ${name}: must be an Aurora cluster, for no other engine is promoted. Next: take database out of the plan (and automation.database with it), and the same command again`,
      ]);
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
