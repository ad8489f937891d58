import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CanaryTools, placeCanaries, switchBuckets, usualTools } from "../../cli/canaries.ts";
import { createHttpProber } from "../../functions/shared/http.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const all = { kind: "all" } as const;
const eu = { kind: "regions", regions: ["eu-west-1"] } as const;
const bucket = "storefront-switch-eu-west-1";

describe("The canary of a switch bucket, once its Region is deployed", () => {
  let server: Server;
  let endpoint: string;
  /** What arrived: method, path, and whether it was signed for which Region. */
  let asked: string[];
  /** What is answered: a status, or none for a connection that breaks off. */
  let answer: (request: IncomingMessage) => number | null;
  let now: number;

  const tools = (): CanaryTools => ({
    clock: {
      now: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
      },
    },
    http: createHttpProber(),
    endpoint,
  });

  beforeAll(async () => {
    server = createServer((request, response) => {
      const [, region = null] = /Credential=[^/]+\/\d+\/([^/]+)\/s3/.exec(request.headers.authorization ?? "") ?? [];
      asked.push(`${request.method} ${request.url?.split("?")[0]} ${region ?? "unsigned"}`);
      const status = answer(request);
      if (status === null) {
        request.socket.destroy();
        return;
      }
      response.statusCode = status;
      response.end(status === 403 ? "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>" : "");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.AWS_ACCESS_KEY_ID = "AKIDEXAMPLE";
    process.env.AWS_SECRET_ACCESS_KEY = "secret";
  });
  beforeEach(() => {
    asked = [];
    answer = () => 200;
    now = 0;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("is written by the usual credentials in the bucket's Region, and read by nobody's", async () => {
    const [state] = await placeCanaries(plan, eu, tools());

    expect(asked).toEqual([`PUT /${bucket}/canary eu-west-1`, `GET /${bucket}/canary unsigned`]);
    expect(state).toEqual({
      region: "eu-west-1",
      kind: "readable",
      line: `Switch bucket ${bucket} in eu-west-1: its canary can be read: GET ${endpoint}/${bucket}/canary, unsigned as Route 53's health checkers ask, answered HTTP 200`,
    });
  });

  it("is looked at again while a policy that has just been made public is not in force", async () => {
    answer = ({ method }) => (method === "PUT" || now >= 8_000 ? 200 : 403);

    expect(await placeCanaries(plan, eu, tools())).toMatchObject([{ kind: "readable" }]);
    expect(now).toBe(8_000);
  });

  it("FM66: is refused in one line: what was asked, what was answered, where to look", async () => {
    answer = ({ method }) => (method === "PUT" ? 200 : 403);
    const [state] = await placeCanaries(plan, eu, tools());

    expect(now).toBe(30_000);
    expect(state?.kind).toBe("refused");
    expect(state?.line).toMatch(
      /^Switch bucket storefront-switch-eu-west-1 in eu-west-1 would evacuate nobody: GET http:.*\/canary, unsigned as .* ask, answered HTTP 403\. Next: look at Block Public Access of bucket, account and organisation, at data perimeters \(SCP, RCP\), .*; then the same command again/,
    );
    expect(state?.line).not.toContain("\n");
  });

  it("is left to the watch where these credentials may not write it", async () => {
    answer = ({ method }) => (method === "PUT" || now < 60_000 ? 403 : 200);

    expect(await placeCanaries(plan, eu, tools())).toMatchObject([{ kind: "readable" }]);
  });

  it("is refused, and why it was not written is said, where the watch does not write it either", async () => {
    answer = () => 403;
    const [state] = await placeCanaries(plan, eu, tools());

    expect(now).toBe(90_000);
    expect(state?.line).toContain(
      "answered HTTP 403 (these credentials could not write it: AccessDenied, Access Denied). Next: ",
    );
  });

  it.each([
    ["nobody answers", null],
    ["S3 is in trouble", 503],
  ])("is not shown, which is no refusal, where %s", async (_name, status) => {
    answer = ({ method }) => (method === "PUT" ? 200 : status);
    const [state] = await placeCanaries(plan, eu, tools());

    expect(state?.kind).toBe("unknown");
    expect(state?.line).toMatch(/^Warning: whether switch bucket .* is not shown from here: GET .*, got no answer \(/);
  });

  it("is one for each bucket, and of the Regions that were deployed alone", () => {
    const regions = plan.regions.map(({ name }) => name);

    expect(switchBuckets(plan, all).map(({ region }) => region)).toEqual(expect.arrayContaining(regions));
    expect(switchBuckets(plan, eu)).toEqual([{ region: "eu-west-1", bucket }]);
    expect(switchBuckets(plan, { kind: "regions", regions: ["us-west-2"] })).toEqual([]);
  });

  it("belongs to the healthCheck switch alone", () => {
    const other = { ...plan, traffic: { ...plan.traffic, switch: { kind: "record" } } } as unknown as typeof plan;

    expect(switchBuckets(other, all)).toEqual([]);
  });

  it("is asked for where the SDK goes", () => {
    expect(usualTools({}).endpoint).toBeNull();
    expect(usualTools({ AWS_ENDPOINT_URL: "http://a" }).endpoint).toBe("http://a");
    expect(usualTools({ AWS_ENDPOINT_URL: "http://a", AWS_ENDPOINT_URL_S3: "http://b" }).endpoint).toBe("http://b");
  });
});
