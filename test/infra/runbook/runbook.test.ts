import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { coordinationItemSchema } from "../../../functions/coordination/schema.ts";
import { fromAttributes } from "../../../functions/shared/attributes.ts";
import { addFailover } from "../../../infra/examples/embed.ts";
import { peoplesPermissions } from "../../../infra/people.ts";
import type { PlanDocument } from "../../../infra/plan-document.ts";
import { RegionFailover } from "../../../infra/region-failover.ts";
import { simulatedAccount } from "../../../simulator/account.ts";
import { root } from "../../run.ts";
import { isAllowed } from "../permissions/engine.ts";
import { documentsOf, listOf, type PolicyDocument } from "../permissions/policies.ts";
import type { IamRequest } from "../permissions/requests.ts";
import { inlineCode, planOf, type Resource, recordPlan, routingControlPlan } from "../synthesis.ts";
import { requestsOf } from "./calls.ts";
import { openingBlock, sections } from "./sections.ts";
import { isInstalled, paste, shells } from "./shell.ts";

/**
 * Every command of docs/runbook.md, pasted into a shell as it stands there, is put to a policy engine with what the
 * section says that it takes; and what is granted is what the commands ask for.
 */

const grants = [
  "grantStart",
  "grantApprove",
  "grantReadTimeline",
  "grantReadReports",
  "grantPause",
  "grantReturn",
  "grantByHand",
] as const satisfies readonly (keyof RegionFailover)[];
type GrantName = (typeof grants)[number];

const plans = { storefront: planOf("storefront"), record: recordPlan(), routingControl: routingControlPlan() };
type PlanName = keyof typeof plans;

const folder = mkdtempSync(join(tmpdir(), "runbook-cdk-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the policies of a stack allow each of its roles, by the role's identifier. */
function rolesOf(app: App, stackName: string): (role: string) => readonly PolicyDocument[] {
  const { Resources: resources } = app.synth().getStackByName(stackName).template as {
    readonly Resources: Readonly<Record<string, Resource>>;
  };
  const of = (type: string) =>
    Object.values(resources).flatMap((each) => (each.Type === type ? [each.Properties] : []));
  const stack = { name: stackName, region: "eu-west-1", resources, outputs: {}, dependencies: [], of };
  return (role) => {
    const logicalId = Object.keys(resources).find(
      (id) => id.startsWith(role) && resources[id]?.Type === "AWS::IAM::Role",
    );
    return documentsOf(logicalId ?? role, stack);
  };
}

/** A role for each grant. */
function grantedUnder(plan: PlanDocument, name: string): (grant: GrantName) => readonly PolicyDocument[] {
  const app = new App({ context: { "aws:cdk:bundling-stacks": [] }, outdir: join(folder, name) });
  const failover = new RegionFailover(app, "Failover", { plan, code: inlineCode });
  const people = new Stack(app, "People", { env: { region: "eu-west-1", account: simulatedAccount } });
  for (const grant of grants)
    failover[grant](new Role(people, grant, { assumedBy: new AccountPrincipal(simulatedAccount) }));
  return rolesOf(app, "People");
}

const granted = {
  storefront: grantedUnder(plans.storefront, "storefront"),
  record: grantedUnder(plans.record, "record"),
  routingControl: grantedUnder(plans.routingControl, "routingControl"),
} satisfies Record<PlanName, unknown>;

/** The commands of the other switches are for plans that have them. */
function planFor([service]: readonly string[]): PlanName {
  if (service === "route53") return "record";
  return service === "route53-recovery-cluster" ? "routingControl" : "storefront";
}

interface Asked {
  readonly heading: string;
  readonly takes: readonly GrantName[];
  readonly plan: PlanName;
  readonly command: string;
  readonly request: IamRequest;
}

const clusters = Object.values(plans.storefront.plan.database?.clusters ?? {});
const pasted = sections.map((section) => ({ ...section, ...paste("bash", `${openingBlock}\n${section.script}`) }));
const asked: readonly Asked[] = pasted.flatMap(({ heading, takes, calls }) =>
  calls.flatMap((words) =>
    requestsOf(words, clusters).map((request) => ({
      heading,
      takes: takes as readonly GrantName[],
      plan: planFor(words),
      command: `aws ${words.join(" ")}`,
      request,
    })),
  ),
);

describe("the commands of the runbook", () => {
  for (const shell of shells) {
    // Not everybody has zsh; macOS does.
    (isInstalled(shell) ? it : it.skip)(`can be pasted into ${shell}`, () => {
      for (const { heading, script, calls } of pasted) {
        const { status, complaints, calls: made } = paste(shell, `${openingBlock}\n${script}`);

        expect({ heading, status, complaints }).toEqual({ heading, status: 0, complaints: "" });
        expect(made.map(withoutTimes)).toEqual(calls.map(withoutTimes));
      }
    });
  }

  it("hold no comment, which zsh takes for a command where it is typed", () => {
    const lines = [openingBlock, ...sections.map(({ script }) => script)].join("\n").split("\n");

    expect(lines.filter((line) => /(^|\s)#(\s|$)/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes("…"))).toEqual([]);
  });

  it("hold nothing that zsh reads otherwise than bash: a modifier after a variable, a name of its own", () => {
    const text = [openingBlock, ...sections.map(({ script }) => script)].join("\n");

    expect(text.match(/\$\w+:[A-Za-z&]\w*/g) ?? []).toEqual([]);
    expect(text.match(/^\s*(?:argv|key|options|path|signals|status)=/gm) ?? []).toEqual([]);
  });

  it("are all run, those in a loop at each turn", () => {
    for (const { heading, script, calls } of pasted) {
      const written = script.match(/(?<=^\s*|\()aws /gm) ?? [];
      const opening = openingBlock.match(/(?<=^\s*|\()aws /gm) ?? [];

      expect(written.length).toBeGreaterThan(0);
      // Two Regions survive: a loop's commands run twice.
      const looped = [...script.matchAll(/^for [\s\S]*?^done$/gm)].flatMap(([loop]) => loop.match(/^\s*aws /gm) ?? []);
      expect([heading, calls.length]).toEqual([heading, opening.length + written.length + looped.length]);
    }
  });

  it("are known here: one that is not is named", () => {
    expect(() => requestsOf(["ec2", "describe-instances", "--region", "eu-west-1"], clusters)).toThrow(
      /ec2:DescribeInstances is not written down here/,
    );
    expect(() => requestsOf(["s3", "ls"], clusters)).toThrow("Without --region: aws s3 ls");
  });

  it("put a first coordination item that the controller can read", () => {
    const item = pasted
      .flatMap(({ calls }) => calls)
      .filter((words) => words.includes("put-item"))
      .map((words) => JSON.parse(words[words.indexOf("--item") + 1] ?? ""));

    expect(item).toHaveLength(1);
    const { pk, sk, ...stored } = fromAttributes(item[0]);
    const read = coordinationItemSchema.parse(stored);
    expect([pk, sk]).toEqual(["coordination#storefront", "item"]);
    expect(Object.keys(read.regions).sort()).toEqual(plans.storefront.plan.regions.map(({ name }) => name).sort());
    expect(read.pause).toMatchObject({ by: "ana" });
  });

  it("name a surviving Region's machine, whoever's account it is", () => {
    const started = asked.filter(({ request }) => request.action === "states:StartExecution");

    expect(started.length).toBeGreaterThan(1);
    for (const { request } of started) {
      expect(request.resource).toBe(`arn:aws:states:eu-west-1:${simulatedAccount}:stateMachine:failover-storefront`);
    }
  });

  it("are of sections that say what they take, in grants that there are", () => {
    expect(sections.filter(({ takes }) => takes.length === 0).map(({ heading }) => heading)).toEqual([]);
    expect(sections.flatMap(({ takes }) => takes).filter((grant) => !grants.some((each) => each === grant))).toEqual(
      [],
    );
  });

  it("are each allowed by what their section takes", async () => {
    const refused: string[] = [];
    for (const { heading, takes, plan, command, request } of asked) {
      const documents = takes.flatMap((grant) => granted[plan](grant));
      if (!(await isAllowed(documents, request))) refused.push(`${heading}: ${command}: ${JSON.stringify(request)}`);
    }

    expect(asked.length).toBeGreaterThan(50);
    expect(refused).toEqual([]);
  });

  it("are allowed the role on call that docs/deploy.md recommends, but for what takes the role by hand", async () => {
    const app = new App({ context: { "aws:cdk:bundling-stacks": [] }, outdir: join(folder, "example") });
    addFailover(app, `${root}plans/storefront.yaml`, inlineCode);
    const documentsOfRole = rolesOf(app, "People");
    const refused: string[] = [];
    for (const { heading, takes, plan, command, request } of asked) {
      if (plan !== "storefront") continue;
      const documents = documentsOfRole(takes.includes("grantByHand") ? "ByHand" : "OnCall");
      if (!(await isAllowed(documents, request))) refused.push(`${heading}: ${command}`);
    }

    expect(refused).toEqual([]);
  });
});

describe.each(grants)("%s", (grant) => {
  const own = asked.filter(
    ({ takes }) => takes.includes(grant) || (grant === "grantReadReports" && takes.includes("grantReadTimeline")),
  );
  const statements = (Object.keys(granted) as PlanName[]).flatMap((plan) =>
    granted[plan](grant).flatMap(({ Statement }) => Statement.map((statement) => ({ plan, statement }))),
  );

  it("allows only actions by their names", () => {
    const actions = statements.flatMap(({ statement }) => listOf(statement.Action));

    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
  });

  it("allows nothing that no command asks for: neither an action, nor a kind of resource", () => {
    const usedOn = own.map(({ request }) => ({ action: request.action, kind: kindOf(request.resource) }));
    const idle = statements.flatMap(({ statement }) =>
      listOf(statement.Action).flatMap((action) =>
        listOf(statement.Resource)
          .filter((resource) => !usedOn.some((used) => used.action === action && matches(kindOf(resource), used.kind)))
          .map((resource) => `${action} ${resource}`),
      ),
    );

    expect([...new Set(idle)]).toEqual([]);
  });

  it.each([
    ["of another application", (text: string) => text.replaceAll("storefront", "backoffice")],
    ["of another account", (text: string) => text.replaceAll(simulatedAccount, "444455556666")],
  ])("allows nothing %s", async (_which, elsewhere) => {
    const allowed: string[] = [];
    for (const { plan, request } of own) {
      const resource = elsewhere(request.resource);
      if (resource !== request.resource && (await isAllowed(granted[plan](grant), { ...request, resource }))) {
        allowed.push(`${request.action} ${resource}`);
      }
    }

    expect(allowed).toEqual([]);
  });

  it("reaches no item but those that the commands name", async () => {
    const items = own.filter(({ request }) => "dynamodb:LeadingKeys" in request.context);
    const foreign = [
      "observations",
      "incident#backoffice-us-east-1-e1",
      "approval#backoffice-us-east-1-e1",
      "coordination#backoffice",
    ];
    const allowed: string[] = [];
    for (const { plan, request } of items) {
      for (const key of foreign) {
        const context = { ...request.context, "dynamodb:LeadingKeys": [key] };
        if (await isAllowed(granted[plan](grant), { ...request, context })) allowed.push(`${request.action} ${key}`);
      }
    }

    expect(allowed).toEqual([]);
  });
});

describe("what people may do", () => {
  const place = { partition: "aws", account: simulatedAccount, region: "us-east-1" };

  it.each(["start", "approve", "readTimeline", "readReports", "pause", "return", "byHand"] as const)(
    "is the same wherever it is asked: %s",
    (task) => {
      const { plan } = plans.storefront;

      expect(peoplesPermissions(task, plan, { ...place, region: "eu-west-1" })).toEqual(
        peoplesPermissions(task, plan, place),
      );
    },
  );

  it("reads no task token unless it answers questions", async () => {
    const [question] = asked.filter(
      ({ request }) =>
        request.action === "dynamodb:GetItem" && request.context["dynamodb:LeadingKeys"]?.[0]?.startsWith("approval#"),
    );
    if (question === undefined) throw new Error("No command reads a question");
    const readers: string[] = [];
    for (const grant of grants) {
      if (await isAllowed(granted.storefront(grant), question.request)) readers.push(grant);
      const actions = granted
        .storefront(grant)
        .flatMap(({ Statement }) => Statement.flatMap(({ Action }) => listOf(Action)));
      expect(actions).not.toContain("states:GetExecutionHistory");
    }

    expect(readers).toEqual(["grantApprove"]);
  });

  it("cannot evacuate a Region by the switch's objects with the right to return one", async () => {
    const puts = asked.filter(({ request }) => request.action === "s3:PutObject");

    expect(puts.length).toBeGreaterThan(0);
    for (const { request } of puts) expect(await isAllowed(granted.storefront("grantReturn"), request)).toBe(false);
  });
});

/** A resource without what differs from Region to Region, so that a command in one Region speaks for its like in others. */
function kindOf(resource: string): string {
  return resource.replaceAll(/[a-z]{2}-[a-z]+-\d/g, "<Region>").replace(/(routingcontrol|healthcheck)\/.*/, "$1/<one>");
}

/** Whether a granted resource, which may hold `*`, is the one asked for. */
function matches(pattern: string, resource: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(resource);
}

/** The time of day that one command writes is another one in another shell. */
function withoutTimes(words: readonly string[]): readonly string[] {
  return words.map((word) => word.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "<time>"));
}
