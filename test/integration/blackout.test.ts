import type { Plan } from "../../functions/shared/plan/plan.ts";
import { findBreak } from "../../functions/timeline/event.ts";
import type { FunctionName } from "../../infra/functions.ts";
import type { JsonValue } from "../../simulator/asl/json.ts";
import { describeWithServers } from "./environment.ts";
import { definitionIn, type Execution, functionArn, Machine, realHandlers } from "./machines.ts";
import { Opened } from "./opened.ts";
import { type ProxiedCall, type RegionCondition, type RegionProxy, startRegionProxy } from "./proxy.ts";
import { type MotoServer, pointClientsAt, startMinistack, startMoto } from "./servers.ts";
import { failing, openStorefront, planFileOf, type Storefront, variantOf } from "./storefront.ts";
import { until } from "./until.ts";
import { productionLike, startWatch, watchOnce } from "./watches.ts";

const survivors = ["eu-west-1", "ap-southeast-1"] as const;
const startingMs = 120_000;
const failoverMs = 180_000;

/** Where the copy of each table lies that stands for all. */
const recordsHome = "eu-west-1";
const tables = {
  "storefront-coordination": "eu-west-1",
  "storefront-failover-records": recordsHome,
  UserSessions: failing,
};

/** Where something of the controller may be asked besides the survivors: the witness, and replicas of the lease. */
const elsewhere = ["us-west-2", "eu-west-2", "eu-central-1"];

/** By the name that a service signs under, all that the failover path may ask of it: nothing of a global control plane. */
const regional: Readonly<Record<string, readonly string[]>> = {
  autoscaling: [
    "DescribeAutoScalingGroups",
    "DescribeInstanceRefreshes",
    "DescribeScalingActivities",
    "UpdateAutoScalingGroup",
  ],
  dynamodb: ["DescribeTable", "GetItem", "PutItem", "Query"],
  events: ["PutEvents"],
  monitoring: ["GetMetricData", "PutMetricData"],
  rds: ["DescribeDBClusters", "DescribeDBInstances", "DescribeGlobalClusters", "FailoverGlobalCluster"],
  // Objects only: buckets are made and configured in us-east-1.
  s3: ["ListObjectsV2", "PutObject"],
  states: ["StartExecution"],
};

/**
 * An object of the switch, read as the health checkers read it: nothing is signed, so that no Region is named. A watch looks
 * so at every bucket, as it probes every endpoint, and waits for none.
 */
function isUnsignedRead({ service, operation }: ProxiedCall): boolean {
  return service === "" && operation.startsWith("GET /storefront-switch-");
}

/** Calls that must not be on the failover path: to the failed Region, or to what is not known to be regional. */
function offLimits(calls: readonly ProxiedCall[]): readonly ProxiedCall[] {
  return calls.filter(
    (call) =>
      !isUnsignedRead(call) &&
      (![...survivors, ...elsewhere].includes(call.region) ||
        regional[call.service]?.includes(call.operation) !== true),
  );
}

/** The first two steps of a run that a person starts in a survivor, by the real handlers. */
async function shiftTraffic(plan: Plan): Promise<unknown> {
  const functions = realHandlers(plan);
  const call = (name: FunctionName, payload: JsonValue) =>
    functions({ functionName: functionArn(plan, survivors[0], name), region: survivors[0], payload });
  const input = { region: failing, reason: "it does not answer", by: "ana" };
  const assessed = await call("AssessSignal", { execution: `by-hand-${plan.application}`, input });
  const { run, reasons } = assessed as { readonly run: JsonValue; readonly reasons: readonly string[] };
  if (run === null) throw new Error(`Nothing is done: ${reasons.join("; ")}`);
  return call("TrafficShift", { run });
}

describeWithServers("us-east-1 is dark", () => {
  const opened = new Opened();
  let moto: MotoServer;
  let proxy: RegionProxy;
  let storefront: Storefront;
  const machines = new Map<string, Machine>();

  beforeAll(async () => {
    const [interpreter, ministack] = await Promise.all([opened.add(startMoto()), opened.add(startMinistack())]);
    moto = interpreter;
    // moto's interpreter is the stricter one; ministack alone fails global databases over.
    proxy = await opened.add(startRegionProxy(ministack.url, { servers: { states: moto.url }, tables }));
    opened.later(pointClientsAt(proxy.url));
    storefront = await openStorefront(ministack.url, opened);
    const { plan, world } = storefront;
    await world.build();
    await world.buildTablesAndBuckets(tables);
    moto.functions.use(realHandlers(plan));
    for (const region of survivors) {
      const machine = new Machine(moto.url, plan, region);
      await machine.create(definitionIn(plan, region));
      machines.set(region, machine);
    }
  }, startingMs);

  afterAll(() => opened.close(), startingMs);

  describe("when a person asks for its evacuation", () => {
    const conditions: readonly RegionCondition[] = [
      { kind: "refuse" },
      { kind: "destroy" },
      { kind: "loseAnswers" },
      { kind: "hang" },
      { kind: "throttle" },
      { kind: "delay", milliseconds: 2_000 },
    ];

    beforeEach(async () => {
      const { plan } = storefront;
      // Twice: the first to look hears nobody yet, and takes itself to be cut off.
      for (const region of [...survivors, ...plan.detection.witnesses, ...survivors]) {
        await watchOnce(productionLike(plan, region), 0);
      }
      proxy.reset();
    });

    afterEach(async () => {
      proxy.reset();
      await storefront.world.returnAll();
    });

    it.each(conditions)("leaves DNS whatever it does, and is asked nothing: $kind", async (condition) => {
      const plan = variantOf(storefront, { application: `shop-${condition.kind.toLowerCase()}` });
      proxy.set(failing, condition);
      await expect(shiftTraffic(plan)).resolves.toMatchObject({ result: "shifted", levers: 2, problems: [] });
      expect(await storefront.world.evacuated()).toEqual([failing]);
      expect(offLimits(proxy.calls)).toEqual([]);
    });

    it.each([
      { service: "s3", condition: { kind: "throttle", requests: 2 } },
      { service: "s3", condition: { kind: "loseAnswers", requests: 3 } },
      { service: "dynamodb", condition: { kind: "throttle", requests: 2 } },
      { service: "dynamodb", condition: { kind: "loseAnswers", requests: 2 } },
      { service: "dynamodb", condition: { kind: "delay", milliseconds: 100 } },
    ] as const)("leaves DNS although a survivor's $service does not work well: $condition.kind", async (ill) => {
      const plan = variantOf(storefront, { application: `${ill.service}-${ill.condition.kind.toLowerCase()}` });
      proxy.set(survivors[0], ill.condition, ill.service);
      await expect(shiftTraffic(plan)).resolves.toMatchObject({ result: "shifted" });
      expect(await storefront.world.evacuated()).toEqual([failing]);
      expect(proxy.calls.map(({ met }) => met)).toContain(ill.condition.kind);
    });

    it("cannot leave DNS by the record switch, whose control plane is there: the one that is not promised", async () => {
      const healthChecks = Object.fromEntries(storefront.plan.regions.map(({ name }) => [name, `check-${name}`]));
      const traffic = { ...planFileOf(storefront).traffic, switch: { kind: "record" as const, healthChecks } };
      const plan = variantOf(storefront, { application: "shop-record", traffic });
      proxy.set(failing, { kind: "destroy" });
      await expect(shiftTraffic(plan)).rejects.toThrow(expect.objectContaining({ name: "Transient" }));
      expect(new Set(offLimits(proxy.calls).map(({ region, service }) => `${service} ${region}`))).toEqual(
        new Set([`route53 ${failing}`]),
      );
    });
  });

  describe("and the watches of the others look on", () => {
    let acting: string;
    let run: Execution;
    /** All calls from the moment at which us-east-1 began to hang. */
    let calls: readonly ProxiedCall[];

    beforeAll(async () => {
      const { plan, shop, world } = storefront;
      // What the failed Region last said of itself is a minute old: nobody needs to wait until its heartbeat is stale.
      await watchOnce(productionLike(plan, failing), 60);
      for (const region of [...survivors, ...plan.detection.witnesses]) {
        const stateMachineArn = machines.get(region)?.arn ?? null;
        await opened.add(startWatch(productionLike(plan, region, { stateMachineArn })));
      }
      await until("every vantage to see every Region serve", startingMs, async () => {
        const seen = await world.items(plan.recordsTable, recordsHome, "observations");
        const passing = JSON.stringify(seen).split('"vote":"passing"').length - 1;
        return seen.length === 4 && passing === 4 * (plan.regions.length + 1) ? seen : null;
      });

      const before = proxy.calls.length;
      proxy.set(failing, { kind: "hang" });
      // The survivors are not at their best either: one is slow, the other one throttles. (Were its database asked in vain
      // for longer, the other one's would be promoted.)
      proxy.set("ap-southeast-1", { kind: "delay", milliseconds: 150 });
      proxy.set("eu-west-1", { kind: "throttle", requests: 2 }, "s3");
      proxy.set("eu-west-1", { kind: "throttle", requests: 1 }, "rds");
      shop.darken(failing);
      [acting, run] = await until("a run that closes", failoverMs, async () => {
        for (const [region, machine] of machines) {
          const ended = (await machine.executions()).find(({ output }) => output?.incident != null);
          if (ended !== undefined) return [region, ended] as const;
        }
        return null;
      });
      calls = proxy.calls.slice(before);
    }, failoverMs + startingMs);

    it("FM38: recovers, started by a watch, although every call to the dead Region would hang", () => {
      expect(run.output).toEqual({ outcome: "recovered", incident: `storefront-${failing}-e1`, reasons: [] });
      expect(run.input).toEqual({ watch: { region: failing, from: acting } });
    });

    it("sends not one request to us-east-1 or to a global control plane, neither before the decision nor after", () => {
      expect(offLimits(calls)).toEqual([]);
      // What was asked of whom, so that the list above is known to have been looked at.
      const asked = new Set(calls.map(({ service, operation }) => `${service}:${operation}`));
      for (const change of ["s3:PutObject", "autoscaling:UpdateAutoScalingGroup", "rds:FailoverGlobalCluster"]) {
        expect(asked).toContain(change);
      }
    });

    it("asks again where a survivor throttled", () => {
      const throttled = calls
        .filter(({ met }) => met === "throttle")
        .map(({ region, service }) => `${service} ${region}`);
      expect(throttled.toSorted()).toEqual(["rds eu-west-1", "s3 eu-west-1", "s3 eu-west-1"]);
    });

    it("moves traffic, capacity and the writer", async () => {
      const { world } = storefront;
      expect(await world.evacuated()).toEqual([failing]);
      for (const survivor of survivors) {
        expect(await world.evacuation(survivor, failing)).toEqual({ incident: run.output?.incident, epoch: 1 });
      }
      expect(await world.writer()).toBe("eu-west-1");
      // 20 instances, and a tenth: by shares of the demand (plans/storefront.yaml).
      expect(await world.group("eu-west-1")).toEqual({ minimum: 14, desired: 14, inService: 14 });
      expect(await world.group("ap-southeast-1")).toEqual({ minimum: 9, desired: 9, inService: 9 });
      expect(await world.group(failing)).toEqual({ minimum: 1, desired: 10, inService: 10 });
    });

    it("leaves a timeline whose hashes hold", async () => {
      const timeline = await storefront.world.timeline(recordsHome, run.output?.incident ?? "");
      expect(findBreak(timeline)).toBeNull();
      expect(new Set(timeline.map(({ region }) => region))).toEqual(new Set([acting]));
      expect(timeline.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["decision", "opened", "intent", "confirmed", "stepEnded", "closed"]),
      );
      expect(timeline.at(-1)?.detail).toMatchObject({ outcome: "recovered", regionState: "evacuated" });
    });
  });
});
