import { GetHealthCheckCommand, UpdateHealthCheckCommand } from "@aws-sdk/client-route-53";
import type { Dependencies } from "../shared/dependencies.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { TrafficSwitch } from "./switch.ts";

/**
 * Inverts the failed Region's health check. Easiest to adopt, and the weakest: health checks are changed through a control
 * plane that lives in us-east-1 alone, so it cannot help when that Region is the one that fails. `Inverted` and not
 * `Disabled`: a disabled check counts as healthy.
 */
export function createRecordSwitch(
  deps: Dependencies,
  plan: Extract<TrafficSwitchPlan, { kind: "record" }>,
): TrafficSwitch {
  const route53 = deps.aws.route53();

  async function readCheck(region: string): Promise<{ inverted: boolean; version: number | undefined }> {
    const answer = await route53.send(new GetHealthCheckCommand({ HealthCheckId: plan.healthChecks[region] }));
    return {
      inverted: answer.HealthCheck?.HealthCheckConfig?.Inverted === true,
      version: answer.HealthCheck?.HealthCheckVersion,
    };
  }

  return {
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
            return out;
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
