import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Says of findings of cdk-nag (AwsSolutions) why they are as they should be.
 * @param findings reason by rule, such as `S1`, or by finding of a rule, such as `IAM5[Resource::*]`
 */
export function acknowledge(construct: IConstruct, findings: Readonly<Record<string, string>>): void {
  Validations.of(construct).acknowledge(
    ...Object.entries(findings).map(([rule, reason]) => ({ id: `AwsSolutions-${rule}`, reason })),
  );
}
