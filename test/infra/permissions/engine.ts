import { runSimulation } from "@cloud-copilot/iam-simulate";
import { simulatedAccount } from "../../../simulator/account.ts";
import { listOf, type PolicyDocument } from "./policies.ts";
import type { IamRequest } from "./requests.ts";

/**
 * Actions of which the engine's data, as the Service Authorization Reference, know no resource though the service asks for
 * one (infra/people.ts says how that is known), and another one on the same kind of resource that nobody is granted. The
 * engine refuses to judge the first; it judges the second in its place.
 */
const standIns: Readonly<Record<string, string>> = { "states:SendTaskSuccess": "states:UpdateStateMachine" };

const standInOf = (action: string): string => standIns[action] ?? action;

function withStandIns(policy: PolicyDocument): PolicyDocument {
  const Statement = policy.Statement.map((each) => {
    const actions = listOf(each.Action);
    const taken = Object.values(standIns).find((standIn) => actions.includes(standIn));
    if (taken !== undefined)
      throw new Error(`${taken} is granted, so that it can stand in for nothing: choose another`);
    return { ...each, Action: actions.map(standInOf) };
  });
  return { ...policy, Statement };
}

/** Whether the policy engine allows it. @throws Error when it cannot say, for example for an action that IAM lacks */
export async function isAllowed(policies: readonly PolicyDocument[], request: IamRequest): Promise<boolean> {
  const outcome = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${simulatedAccount}:assumed-role/somebody/session`,
        action: standInOf(request.action),
        resource: { resource: request.resource, accountId: simulatedAccount },
        contextVariables: { ...request.context } as Record<string, string | string[]>,
      },
      identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy: withStandIns(policy) })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (outcome.resultType === "error") {
    throw new Error(`${request.action} on ${request.resource}: ${JSON.stringify(outcome.errors)}`);
  }
  return outcome.overallResult === "Allowed";
}
