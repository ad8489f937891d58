import { type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { CoordinationItem, RegionState } from "../coordination/item.ts";
import { activePause } from "../coordination/rules.ts";
import { isoInstant, secondsBetween } from "../shared/clock.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import { findRegion } from "../shared/plan/plan.ts";
import { gatherLearned, showableRegions } from "../traffic/drain.ts";
import type { Observation } from "./observation.ts";

export const metricNamespace = "RegionFailover";

/** How a Region stands in the book, as a number: a graph knows no words. */
export const regionStateValues: Readonly<Record<RegionState, number>> = {
  inService: 0,
  returning: 1,
  evacuating: 2,
  evacuated: 3,
};

/**
 * Publishes what this vantage saw, for alarms and the dashboard: `ProbeSuccess` per Region (1 or 0), `CustomersServed` (1
 * or 0), `HeartbeatAge` per other vantage (seconds, as this Region's copy of the records table has it), and `Paused` (1
 * while automation is held back, so that a forgotten pause can raise an alarm, FM28), and `SwitchesRefused` (buckets of the
 * `healthCheck` switch whose canary is refused to whoever signs nothing; none while no bucket answers, FM66). Where customers
 * are served, also `RegionState` per Region, by the book, `TrafficShowable` per Region (1 where it could be shown that traffic
 * has left it, FM62), and `CapacitySampleAge` and `LagSampleAge` (seconds). CloudWatch bills each call
 * and each metric: all goes in one call, and a witness repeats nothing. Metrics are a courtesy: failing to publish stops
 * nothing.
 */
export async function publishMetrics(
  deps: Dependencies<"cloudWatch">,
  observation: Observation,
  item: CoordinationItem | null,
  others: readonly Observation[],
): Promise<void> {
  const application = { Name: "Application", Value: deps.plan.application };
  const value = (vote: string) => (vote === "passing" ? 1 : 0);
  const MetricData = [
    ...observation.votes
      .filter(({ vote }) => vote !== "unknown")
      .map(({ region, vote }) => ({
        MetricName: "ProbeSuccess",
        Dimensions: [application, { Name: "Region", Value: region }],
        Value: value(vote),
      })),
    { MetricName: "CustomersServed", Dimensions: [application], Value: value(observation.customers.vote) },
    ...(item === null
      ? []
      : [
          {
            MetricName: "Paused",
            Dimensions: [application],
            Value: activePause(item, deps.clock.now()) === null ? 0 : 1,
          },
        ]),
    ...switchesRefused(observation).map((Value) => ({
      MetricName: "SwitchesRefused",
      Dimensions: [application],
      Value,
    })),
    ...Object.entries(observation.heartbeatAgeSeconds).map(([vantage, age]) => ({
      MetricName: "HeartbeatAge",
      Dimensions: [application, { Name: "Vantage", Value: vantage }],
      Unit: "Seconds" as const,
      Value: age,
    })),
    ...(findRegion(deps.plan, deps.region) === null
      ? []
      : fromWhereCustomersAreServed(deps, observation, item, others)),
  ];
  try {
    await deps.aws.cloudWatch(deps.region).send(new PutMetricDataCommand({ Namespace: metricNamespace, MetricData }));
  } catch (error) {
    deps.logger.warn("Metrics were not published", { error: errorMessage(error) });
  }
}

/** How many; nothing where no bucket has answered: a Region that is silent is no lost canary. */
function switchesRefused({ canaries = [] }: Observation): readonly number[] {
  const answered = canaries.filter(({ answer }) => answer !== "unknown");
  return answered.length === 0 ? [] : [answered.filter(({ answer }) => answer === "refused").length];
}

function fromWhereCustomersAreServed(
  { plan, clock, region }: Dependencies,
  observation: Observation,
  item: CoordinationItem | null,
  others: readonly Observation[],
): readonly MetricDatum[] {
  const application = { Name: "Application", Value: plan.application };
  const samples = { CapacitySampleAge: observation.capacity, LagSampleAge: observation.lag };
  const showable = showableRegions(plan, gatherLearned(plan, region, [observation, ...others]));
  return [
    ...plan.regions.map(({ name }) => ({
      MetricName: "TrafficShowable",
      Dimensions: [application, { Name: "Region", Value: name }],
      Value: showable.includes(name) ? 1 : 0,
    })),
    ...plan.regions.flatMap(({ name }) => {
      const entry = item?.regions[name];
      return entry === undefined
        ? []
        : [
            {
              MetricName: "RegionState",
              Dimensions: [application, { Name: "Region", Value: name }],
              Value: regionStateValues[entry.state],
            },
          ];
    }),
    ...Object.entries(samples).flatMap(([MetricName, sample]) =>
      sample === null
        ? []
        : [
            {
              MetricName,
              Dimensions: [application],
              Unit: "Seconds" as const,
              Value: Math.max(0, secondsBetween(sample.at, isoInstant(clock.now()))),
            },
          ],
    ),
  ];
}
