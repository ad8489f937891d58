import { type App, Stack } from "aws-cdk-lib";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { UrlSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { HandlerCode } from "../handler-code.ts";
import { readPlanDocument } from "../plan-document.ts";
import { RegionFailover } from "../region-failover.ts";

/** A team's own CDK app with the controller in it; docs/deploy.md shows it, test/infra/embed.test.ts keeps it true. */
export function addFailover(app: App, planFile: string, code: HandlerCode): RegionFailover {
  const failover = new RegionFailover(app, "Failover", { plan: readPlanDocument(planFile), code });

  // Whoever is on call hears of questions, runs and alarms, in every Region.
  const { controllers, witnesses, forwarders } = failover;
  for (const { topic } of [controllers, witnesses, forwarders].flatMap((parts) => Object.values(parts))) {
    topic.addSubscription(new UrlSubscription("https://paging.example.com/failover"));
  }

  const people = new Stack(app, "People", { env: { region: "eu-west-1", account: "111122223333" } });
  const may = { assumedBy: new AccountPrincipal("111122223333") };
  const onCall = new Role(people, "OnCall", may);
  failover.grantStart(onCall);
  failover.grantApprove(onCall);
  failover.grantReadTimeline(onCall);
  failover.grantPause(onCall);
  failover.grantReturn(onCall);

  // For the day on which the coordination table is away, too: somebody else lets people in.
  const byHand = new Role(people, "ByHand", may);
  failover.grantByHand(byHand);
  return failover;
}
