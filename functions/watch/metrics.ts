import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { CoordinationItem } from "../coordination/item.ts";
import { activePause } from "../coordination/rules.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { errorMessage } from "../shared/errors.ts";
import type { Observation } from "./observation.ts";

export const metricNamespace = "RegionFailover";

/**
 * Publishes what this vantage saw, for alarms and the dashboard: `ProbeSuccess` per Region (1 or 0), `CustomersServed` (1
 * or 0), and `Paused` (1 while automation is held back, so that a forgotten pause can raise an alarm, FM28). Metrics are
 * a courtesy: failing to publish stops nothing.
 */
export async function publishMetrics(
  deps: Dependencies<"cloudWatch">,
  observation: Observation,
  item: CoordinationItem | null,
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
  ];
  try {
    await deps.aws.cloudWatch(deps.region).send(new PutMetricDataCommand({ Namespace: metricNamespace, MetricData }));
  } catch (error) {
    deps.logger.warn("Metrics were not published", { error: errorMessage(error) });
  }
}
