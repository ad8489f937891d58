import { ListRoutingControlsCommand, UpdateRoutingControlStateCommand } from "@aws-sdk/client-route53-recovery-cluster";
import type { AwsClients } from "../shared/clients.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { classifyCallError, FailoverError } from "../shared/errors.ts";
import type { TrafficSwitchPlan } from "../shared/plan/plan.ts";
import type { TrafficSwitch } from "./switch.ts";

/**
 * ARC routing controls. The cluster has five endpoints in five Regions, and AWS asks that they be tried in turn, in
 * random order, until one answers ("Best practices for ARC routing control").
 */
export function createRoutingControlSwitch(
  deps: Dependencies<"recoveryCluster">,
  plan: Extract<TrafficSwitchPlan, { kind: "routingControl" }>,
): TrafficSwitch {
  type Client = ReturnType<AwsClients["recoveryCluster"]>;
  type Endpoint = (typeof plan.endpoints)[number];

  /**
   * Asks the endpoint whose turn it is; one that gave no answer is asked last from then on.
   * @throws the endpoint's error
   */
  async function atFirst<Answer>(order: Endpoint[], call: (client: Client) => Promise<Answer>): Promise<Answer> {
    const [endpoint] = order;
    if (endpoint === undefined) {
      throw new FailoverError("StepBlocked", "The plan names no endpoint of the ARC cluster outside the failed Region");
    }
    try {
      return await call(deps.aws.recoveryCluster(endpoint));
    } catch (error) {
      if (!isAnswer(error)) order.push(...order.splice(0, 1));
      throw error;
    }
  }

  /** Asks one endpoint after the other until one answers. For reads: a change may not outlive the proof of the epoch. */
  async function atAny<Answer>(order: Endpoint[], call: (client: Client) => Promise<Answer>): Promise<Answer> {
    for (let left = order.length - 1; left > 0; left--) {
      try {
        return await atFirst(order, call);
      } catch (error) {
        if (isAnswer(error)) throw error;
      }
    }
    return atFirst(order, call);
  }

  function isAnswer(error: unknown): boolean {
    const failure = classifyCallError(error);
    return failure === "rejected" || failure === "accessDenied" || failure === "conflict";
  }

  function shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, order: deps.random.next() }))
      .sort((left, right) => left.order - right.order)
      .map(({ item }) => item);
  }

  /** Regions whose control is off. */
  async function readOff(order: Endpoint[]): Promise<readonly string[]> {
    const answer = await atAny(order, (client) => client.send(new ListRoutingControlsCommand({})));
    const states = new Map(
      (answer.RoutingControls ?? []).map((each) => [each.RoutingControlArn, each.RoutingControlState]),
    );
    return Object.keys(plan.controls).filter((region) => states.get(plan.controls[region]) === "Off");
  }

  return {
    readOut: () => readOff(shuffled(plan.endpoints)),
    // A control stays off whoever fails: the cluster keeps its state in five Regions.
    keepers: () => [],
    levers(run) {
      const control = plan.controls[run.failedRegion];
      if (control === undefined) return [];
      const order = shuffled(plan.endpoints.filter(({ region }) => region !== run.failedRegion));
      return [
        {
          resource: control,
          summary: `Turn the routing control of ${run.failedRegion} off`,
          read: async () => ({ out: await readOff(order), unseen: null }),
          // One endpoint a try: before the next is asked, the epoch is proven anew (FM24).
          async pull() {
            await atFirst(order, (client) =>
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
