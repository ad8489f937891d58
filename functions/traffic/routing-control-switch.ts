import { ListRoutingControlsCommand, UpdateRoutingControlStateCommand } from "@aws-sdk/client-route53-recovery-cluster";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError } from "../shared/errors.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { TrafficSwitch } from "./switch.ts";

/**
 * ARC routing controls. The cluster has five endpoints in five Regions, and AWS asks that they be tried in turn, in
 * random order, until one answers ("Best practices for ARC routing control").
 */
export function createRoutingControlSwitch(
  deps: Dependencies,
  plan: Extract<TrafficSwitchPlan, { kind: "routingControl" }>,
): TrafficSwitch {
  type Client = ReturnType<Dependencies["aws"]["recoveryCluster"]>;

  async function atAnyEndpoint<Answer>(
    failedRegion: string,
    call: (client: Client) => Promise<Answer>,
  ): Promise<Answer> {
    let last: unknown = new Error("The plan names no endpoint of the ARC cluster outside the failed Region");
    for (const endpoint of shuffled(plan.endpoints.filter(({ region }) => region !== failedRegion))) {
      try {
        return await call(deps.aws.recoveryCluster(endpoint));
      } catch (error) {
        last = error;
        const failure = classifyCallError(error);
        if (failure === "rejected" || failure === "accessDenied" || failure === "conflict") throw error;
      }
    }
    throw last;
  }

  function shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, order: deps.random.next() }))
      .sort((left, right) => left.order - right.order)
      .map(({ item }) => item);
  }

  return {
    levers(run) {
      const control = plan.controls[run.failedRegion];
      if (control === undefined) return [];
      return [
        {
          resource: control,
          summary: `Turn the routing control of ${run.failedRegion} off`,
          async read() {
            const answer = await atAnyEndpoint(run.failedRegion, (client) =>
              client.send(new ListRoutingControlsCommand({})),
            );
            const states = new Map(
              (answer.RoutingControls ?? []).map((each) => [each.RoutingControlArn, each.RoutingControlState]),
            );
            return Object.keys(plan.controls).filter((region) => states.get(plan.controls[region]) === "Off");
          },
          async pull() {
            await atAnyEndpoint(run.failedRegion, (client) =>
              client.send(
                new UpdateRoutingControlStateCommand({ RoutingControlArn: control, RoutingControlState: "Off" }),
              ),
            );
          },
        },
      ];
    },
  };
}
