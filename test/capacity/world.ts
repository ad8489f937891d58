import { readFileSync } from "node:fs";
import { createHandler as createAwait } from "../../functions/capacity/await.handler.ts";
import { createHandler as createRaise } from "../../functions/capacity/raise.handler.ts";
import type { CapacityTarget } from "../../functions/capacity/target.ts";
import type { Run } from "../../functions/coordination/item.ts";
import { loadPlan } from "../../functions/shared/plan/load.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { FakeGroup, SmallCloud } from "../fakes/small-cloud.ts";

export const storefront = loadPlan(readFileSync("plans/storefront.yaml", "utf8"), "plans/storefront.yaml");

export const run: Run = {
  incident: "storefront-us-east-1-e1",
  epoch: 1,
  execution: "execution-1",
  failedRegion: "us-east-1",
  cause: "down",
  failingSince: "2026-03-01T12:00:00.000Z",
  survivors: ["eu-west-1", "ap-southeast-1"],
  authority: "automation",
};

export interface Answer {
  readonly result: string;
  readonly targets: readonly CapacityTarget[];
  readonly deadlineAt: string;
  readonly reason: string | null;
}

const context = { awsRequestId: "request-1", functionName: "a-function" };

/** us-east-1 with its 10 instances is dark; eu-west-1 runs 6, ap-southeast-1 runs 4. */
export function createWorld(changes: Partial<Plan> = {}) {
  const plan = { ...storefront, ...changes };
  const cloud = new SmallCloud("2026-03-01T12:01:30.000Z");
  const europe = new FakeGroup({ minimum: 2, desired: 6, maximum: 12 });
  const asia = new FakeGroup({ minimum: 2, desired: 4, maximum: 12 });
  cloud.groups.set("storefront-web@eu-west-1", europe);
  cloud.groups.set("storefront-web@ap-southeast-1", asia);
  cloud.open(plan, run);
  cloud.observe(plan, {
    vantage: "us-east-1",
    at: "2026-03-01T11:59:26.000Z",
    capacity: { at: "2026-03-01T11:59:26.000Z", inService: 10, desired: 10, minimum: 2, maximum: 20 },
  });
  return {
    plan,
    cloud,
    europe,
    asia,
    raise: (as: Run = run, region = "eu-west-1") =>
      createRaise(cloud.dependencies(plan, region))({ run: as }, context) as Promise<unknown> as Promise<Answer>,
    await: ({ targets, deadlineAt }: Answer, as: Run = run, region = "eu-west-1") =>
      createAwait(cloud.dependencies(plan, region))(
        { run: as, targets, deadlineAt },
        context,
      ) as Promise<unknown> as Promise<Answer>,
    /** As the state machine does: again while it waits. */
    async awaitToTheEnd(raised: Answer, as: Run = run): Promise<Answer> {
      let answer = raised;
      for (let round = 1; round <= 20; round++) {
        answer = await this.await(answer, as);
        if (answer.result !== "waiting") return answer;
      }
      throw new Error("it waits for ever");
    },
    events: () => cloud.timeline(plan, run.incident),
    sizing: () => cloud.timeline(plan, run.incident).find(({ detail }) => detail.totalDemand !== undefined),
    kinds: () => cloud.timeline(plan, run.incident).map(({ kind }) => kind),
    sizes: () => [europe, asia].map(({ minimum, desired, maximum }) => [minimum, desired, maximum]),
    ended: () => cloud.timeline(plan, run.incident).filter(({ kind }) => kind === "stepEnded"),
  };
}
