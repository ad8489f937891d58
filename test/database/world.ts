import { readFileSync } from "node:fs";
import type { Approval } from "../../functions/approval/answer.ts";
import type { Run } from "../../functions/coordination/item.ts";
import { createHandler as createAwait } from "../../functions/database/await.handler.ts";
import { createHandler as createPromote } from "../../functions/database/promote.handler.ts";
import type { AwsClients, AwsService } from "../../functions/shared/clients.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import type { Dependencies } from "../../functions/shared/dependencies.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import type { DatabasePlan, Plan } from "../../functions/shared/plan/plan.ts";
import { awsError, SmallCloud } from "../fakes/small-cloud.ts";
import { FakeAurora } from "./aurora.ts";

export const storefront = loadPlan(readFileSync("plans/storefront.yaml", "utf8"), "plans/storefront.yaml");
export const database = storefront.database as DatabasePlan;
export const clusters = database.clusters as Readonly<Record<"us-east-1" | "eu-west-1" | "ap-southeast-1", string>>;

export const failingSince = "2026-03-01T12:00:00.000Z";
export const run: Run = {
  incident: "storefront-us-east-1-e1",
  epoch: 1,
  execution: "execution-1",
  failedRegion: "us-east-1",
  cause: "down",
  failingSince,
  survivors: ["eu-west-1", "ap-southeast-1"],
  authority: "automation",
};

/** A lag in milliseconds at so many minutes after the failure; before it, when negative. */
export type LagSeries = readonly (readonly [minute: number, milliseconds: number])[];

const healthyLag: LagSeries = [-8, -7, -6, -5, -4, -3, -2, -1].map((minute) => [minute, 800 + minute * 7]);

/** The Answer of the handlers, by the fields that tests look at. */
interface Said {
  readonly result: string;
  readonly target: string | null;
  readonly kind: string;
  readonly lossSeconds: number | null;
  readonly worstCaseLossSeconds: number | null;
  readonly question: { readonly covers: string; readonly summary: string; readonly detail: string } | null;
  readonly deadlineAt: string | null;
  readonly reason: string | null;
  readonly beside: string | null;
}

export function createWorld(changes: { readonly plan?: Partial<Plan>; readonly run?: Partial<Run> } = {}) {
  const plan: Plan = { ...storefront, ...changes.plan };
  const theRun: Run = { ...run, ...changes.run };
  const cloud = new SmallCloud("2026-03-01T12:01:30.000Z");
  const aurora = new FakeAurora(database.globalCluster, clusters, "us-east-1", cloud.clock);
  const lag: Record<string, LagSeries | "dark"> = { "eu-west-1": healthyLag, "ap-southeast-1": healthyLag };
  cloud.open(plan, theRun);
  const cloudWatch = (region: string) => ({
    send: async ({ input }: { readonly input: { readonly MetricDataQueries: readonly Query[] } }) => {
      await cloud.clock.sleep(20);
      const series = lag[region] ?? [];
      if (series === "dark") throw awsError("TimeoutError", `${region} does not answer`, 0);
      return {
        MetricDataResults: input.MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
          const ours = Metric.MetricName === "AuroraGlobalDBRPOLag" && Metric.Dimensions.length === 1 ? series : [];
          const published = ours.filter(([minute]) => atMinute(minute) + 60_000 <= cloud.clock.now());
          return {
            Id,
            Timestamps: published.map(([minute]) => new Date(atMinute(minute))),
            Values: published.map(([, milliseconds]) => milliseconds),
          };
        }),
      };
    },
  });
  const dependencies = (region = "eu-west-1"): Dependencies<AwsService> => {
    const base = cloud.dependencies(plan, region);
    const rds = (at: string) => aurora.client(at);
    return { ...base, aws: { ...base.aws, rds, cloudWatch } as unknown as AwsClients };
  };
  const context = { awsRequestId: "1", functionName: "a-function" };
  return {
    plan,
    cloud,
    aurora,
    lag,
    /** The failed Region's controller goes on writing its heartbeat, until the instant given. */
    keepHeartbeat(until = "2026-03-02T00:00:00Z") {
      const beat = () => {
        const at = isoInstant(Math.min(cloud.clock.now(), parseInstant(until)));
        cloud.observe(plan, { vantage: "us-east-1", at, lag: null });
      };
      beat();
      cloud.onCall = (operation) => {
        if (operation === "Query") beat();
      };
    },
    promote: (approval: Approval | null = null, region?: string) =>
      createPromote(dependencies(region))({ run: theRun, approval }, context) as unknown as Promise<Said>,
    awaitMove: (input: Readonly<Record<string, unknown>> = {}) =>
      createAwait(dependencies())(
        {
          run: theRun,
          target: "eu-west-1",
          kind: "failover",
          lossSeconds: 0.8,
          worstCaseLossSeconds: 60.8,
          deadlineAt: "2026-03-01T12:16:30.000Z",
          ...input,
        },
        context,
      ) as unknown as Promise<{ readonly result: string; readonly reason: string | null }>,
    events: () => cloud.timeline(plan, theRun.incident),
    ended: () => cloud.timeline(plan, theRun.incident).find(({ kind }) => kind === "stepEnded") ?? null,
  };
}

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly object[] } };
}

const atMinute = (minute: number) => parseInstant(failingSince) + minute * 60_000;
