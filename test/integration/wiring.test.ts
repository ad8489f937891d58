import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { assess } from "../../functions/assess/assessment.ts";
import { gatherEvidence } from "../../functions/assess/evidence.ts";
import { isoInstant, systemClock } from "../../functions/shared/clock.ts";
import { findBreak } from "../../functions/timeline/event.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { reportBucketName } from "../../infra/names.ts";
import { coordinationHome, recordsHome } from "../../infra/tables.ts";
import { Deployment } from "./deployment.ts";
import { describeWithServers } from "./environment.ts";
import { type Execution, Machine } from "./machines.ts";
import { Opened } from "./opened.ts";
import { type RegionProxy, startRegionProxy } from "./proxy.ts";
import { type AwsServer, account, credentials, pointClientsAt, startMinistack } from "./servers.ts";
import { failing, openStorefront, type Storefront } from "./storefront.ts";
import { until } from "./until.ts";
import { productionLike, startWatch, watchOnce } from "./watches.ts";

const [acting, other] = ["eu-west-1", "ap-southeast-1"] as const;
const deployingMs = 300_000;
const failoverMs = 180_000;

describeWithServers("Deployed to ministack", () => {
  const opened = new Opened();
  let ministack: AwsServer;
  let proxy: RegionProxy;
  let storefront: Storefront;
  let home: string;
  /** What the first deployment and the second one said. */
  let first: string;
  let second: string;

  beforeAll(async () => {
    ministack = await opened.add(startMinistack({ awsSources: "taken" }));
    storefront = await openStorefront(ministack.url, opened);
    const { plan, world } = storefront;
    home = recordsHome(plan);
    // ministack makes a global table in the Region of its stack, and no replica.
    const tables = { [plan.coordination.table]: coordinationHome(plan), [plan.recordsTable]: home };
    proxy = await opened.add(startRegionProxy(ministack.url, { tables }));
    opened.later(pointClientsAt(proxy.url));
    const deployment = new Deployment(ministack.url, storefront, opened);
    await deployment.bootstrap();
    first = await deployment.deploy();
    second = await deployment.deploy();
    await deployment.settle(proxy.url);
    await world.build();
    // What the failed Region last said of itself is a minute old: nobody needs to wait until its heartbeat is stale.
    await watchOnce(productionLike(plan, failing), 60);
    for (const region of [acting, other]) await opened.add(startWatch(productionLike(plan, region)));
    for (const witness of plan.detection.witnesses) await deployment.callWatch(witness);
  }, deployingMs);

  afterAll(() => opened.close(), failoverMs);

  it("is deployed by the command, with the default switch", () => {
    const stacks = stacksIn(first);
    expect(stacks.size).toBe(9);
    expect(stacks.get("failover-storefront-health-checks")).toBe("");
    expect(new Set(stacks.values())).toEqual(new Set([""]));
  });

  it("changes nothing when it is deployed again", () => {
    expect(stacksIn(second)).toEqual(new Map([...stacksIn(first).keys()].map((stack) => [stack, "(no changes)"])));
  });

  describe("when an alarm rings while us-east-1 hangs", () => {
    let machine: Machine;
    let run: Execution;
    let incident: string;
    let before: number;

    beforeAll(async () => {
      const { plan, shop, world } = storefront;
      machine = new Machine(ministack.url, plan, acting);
      const seen = async () =>
        (await world.items(plan.recordsTable, home, "observations")) as unknown as readonly Observation[];
      await until("all vantages to have looked, the deployed witness among them", failoverMs, async () =>
        (await seen()).length === 4 ? true : null,
      );

      before = proxy.calls.length;
      proxy.set(failing, { kind: "hang" });
      shop.darken(failing);
      await until("a quorum to see us-east-1 down", failoverMs, async () => {
        const evidence = gatherEvidence(plan, acting, await seen(), isoInstant(systemClock.now()));
        return assess(plan, evidence, failing).kind === "down" ? true : null;
      });
      await ringAlarm(ministack.url, acting);
      await until("the lease to be taken", failoverMs, async () => {
        const [item] = await world.items(plan.coordination.table, coordinationHome(plan), "coordination#storefront");
        return item?.incident ?? null;
      });
      // The same alarm exists in every Region that can see the failed one.
      await ringAlarm(ministack.url, other);
      run = await until("the run to close", failoverMs, async () => {
        const [only] = await machine.executions();
        return only !== undefined && only.status !== "RUNNING" ? only : null;
      });
      incident = run.output?.incident ?? "";
    }, 3 * failoverMs);

    it("starts one execution, by the rule, which recovers", async () => {
      expect(run).toMatchObject({
        status: "SUCCEEDED",
        input: { "detail-type": "CloudWatch Alarm State Change", region: acting },
        output: { outcome: "recovered", incident: "storefront-us-east-1-e1", reasons: [] },
      });
      expect(await machine.executions()).toHaveLength(1);
    });

    it("raises the groups of the survivors", async () => {
      // 20 instances, and a tenth: by shares of the demand (plans/storefront.yaml).
      expect(await storefront.world.group(acting)).toEqual({ minimum: 14, desired: 14, inService: 14 });
      expect(await storefront.world.group(other)).toEqual({ minimum: 9, desired: 9, inService: 9 });
    });

    it("moves the writer of the global cluster", async () => {
      expect(await storefront.world.writer()).toBe(acting);
    });

    it("writes the switch's object to each survivor's bucket", async () => {
      for (const survivor of [acting, other]) {
        expect(await storefront.world.evacuation(survivor, failing)).toEqual({ incident, epoch: 1 });
      }
    });

    it("leaves the timeline in the records table, whole", async () => {
      const timeline = await storefront.world.timeline(home, incident);
      expect(findBreak(timeline)).toBeNull();
      expect(timeline[0]).toMatchObject({ kind: "decision", region: acting });
      expect(timeline.at(-1)).toMatchObject({ kind: "closed", detail: { outcome: "recovered" } });
      expect(timeline.find(({ kind }) => kind === "opened")?.detail).toMatchObject({
        cause: "down",
        startedBy: `alarm storefront-us-east-1-customers in ${acting}`,
      });
    });

    it("gives the lease back, and holds the Region to be evacuated", async () => {
      const { plan, world } = storefront;
      const [item] = await world.items(plan.coordination.table, coordinationHome(plan), "coordination#storefront");
      expect(item).toMatchObject({ lease: null, incident: null, regions: { [failing]: { state: "evacuated" } } });
    });

    it("stands down where the alarm rings second, and records why", async () => {
      const decisions = await until("the decision", failoverMs, async () => {
        const found = await storefront.world.items(storefront.plan.recordsTable, home, "decisions#storefront");
        return found.length > 0 ? found : null;
      });
      expect(decisions).toMatchObject([
        { region: other, detail: { decision: "stoodDown", reason: "incidentInProgress" } },
      ]);
    });

    it("keeps the report, made by the function that the closing event starts", async () => {
      const bucket = reportBucketName(storefront.plan, { partition: "aws", account, region: acting });
      const report = await until("the report", failoverMs, async () => {
        const forms = await storefront.world.report(bucket, acting, incident);
        return Object.keys(forms).length === 3 ? forms : null;
      });
      expect(Object.keys(report).toSorted()).toEqual(["html", "json", "md"]);
      expect(JSON.parse(report.json ?? "{}").summary).toMatchObject({ incident, outcome: "recovered" });
    });

    it("asks nothing of us-east-1", () => {
      const calls = proxy.calls.slice(before);
      expect(
        calls.filter(({ service, operation }) => service === "rds" && operation === "FailoverGlobalCluster"),
      ).toEqual([{ region: acting, service: "rds", operation: "FailoverGlobalCluster", met: "open" }]);
      expect(calls.filter(({ region, service }) => region === failing || service === "route53")).toEqual([]);
    });
  });
});

/** What the CDK did to each stack: it says nothing more, or "(no changes)". */
function stacksIn(said: string): ReadonlyMap<string, string> {
  return new Map([...said.matchAll(/✅\s+\S+ \((\S+)\)(.*)/g)].map(([, stack = "", end = ""]) => [stack, end.trim()]));
}

/** Puts on a Region's bus what CloudWatch puts there when an alarm of the plan begins to ring. */
async function ringAlarm(url: string, region: string): Promise<void> {
  const now = isoInstant(systemClock.now());
  const { FailedEntryCount, Entries } = await new EventBridgeClient({ region, endpoint: url, credentials }).send(
    new PutEventsCommand({
      Entries: [
        {
          Source: "aws.cloudwatch",
          DetailType: "CloudWatch Alarm State Change",
          Resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:storefront-us-east-1-customers`],
          Detail: JSON.stringify({
            alarmName: "storefront-us-east-1-customers",
            state: { value: "ALARM", reason: "Threshold Crossed", timestamp: now.replace("Z", "+0000") },
            previousState: { value: "OK", timestamp: now.replace("Z", "+0000") },
            configuration: { metrics: [] },
          }),
        },
      ],
    }),
  );
  if (FailedEntryCount !== 0) throw new Error(`The bus of ${region} refused the alarm: ${JSON.stringify(Entries)}`);
}
