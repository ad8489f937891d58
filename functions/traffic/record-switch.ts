import { GetHealthCheckCommand, UpdateHealthCheckCommand } from "@aws-sdk/client-route-53";
import type { Dependencies } from "../shared/dependencies.ts";
import { FailoverError } from "../shared/errors.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { TrafficSwitch } from "./switch.ts";

/**
 * Inverts a health check that does nothing but hold the failed Region in DNS: a calculated one without children, attached
 * to its record beside the endpoint's own. Inverting the endpoint's check would make a dead endpoint count as healthy, so
 * any other kind is refused. Easiest to adopt, and the weakest: health checks are changed through a control
 * plane that lives in us-east-1 alone, so it cannot help when that Region is the one that fails. `Inverted` and not
 * `Disabled`: a disabled check counts as healthy.
 */
export function createRecordSwitch(
  deps: Dependencies<"route53">,
  plan: Extract<TrafficSwitchPlan, { kind: "record" }>,
): TrafficSwitch {
  const route53 = deps.aws.route53();

  async function readCheck(region: string): Promise<{ inverted: boolean; version: number | undefined }> {
    const answer = await route53.send(new GetHealthCheckCommand({ HealthCheckId: plan.healthChecks[region] }));
    const { Type, ChildHealthChecks = [] } = answer.HealthCheck?.HealthCheckConfig ?? {};
    if (Type !== "CALCULATED" || ChildHealthChecks.length > 0) {
      throw new FailoverError(
        "StepBlocked",
        `Health check ${plan.healthChecks[region]} of ${region} is of type ${Type}: must be CALCULATED without children, for inverting an endpoint's own check brings a dead Region back into DNS`,
      );
    }
    return {
      inverted: answer.HealthCheck?.HealthCheckConfig?.Inverted === true,
      version: answer.HealthCheck?.HealthCheckVersion,
    };
  }

  return {
    async readOut() {
      const checks = await Promise.all(
        Object.keys(plan.healthChecks).map(async (region) => ({ region, ...(await readCheck(region)) })),
      );
      return checks.filter(({ inverted }) => inverted).map(({ region }) => region);
    },
    // A check stays inverted whoever fails.
    keepers: () => [],
    levers(run) {
      const id = plan.healthChecks[run.failedRegion];
      if (id === undefined) return [];
      /** Of the failed Region's check when it was last looked at: whoever changed it since makes `pull` fail. */
      let version: number | undefined;
      return [
        {
          resource: `healthcheck/${id}`,
          summary: `Invert the health check of ${run.failedRegion}`,
          async read() {
            const out: string[] = [];
            for (const region of Object.keys(plan.healthChecks)) {
              const check = await readCheck(region);
              if (check.inverted) out.push(region);
              if (region === run.failedRegion) version = check.version;
            }
            return { out, unseen: null };
          },
          async pull() {
            await route53.send(
              new UpdateHealthCheckCommand({ HealthCheckId: id, HealthCheckVersion: version, Inverted: true }),
            );
          },
        },
      ];
    },
  };
}
