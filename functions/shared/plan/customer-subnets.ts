import type { Plan } from "./plan.ts";

/** Networks of AWS in a Region, as its published address ranges have them: a resolver there asks from one of these. */
const bundled: Readonly<Record<string, readonly string[]>> = {
  "us-east-1": ["54.144.10.0/24", "3.80.20.0/24"],
  "us-west-2": ["35.160.10.0/24", "54.184.20.0/24"],
  "eu-west-1": ["34.240.10.0/24", "52.208.20.0/24"],
  "eu-central-1": ["3.120.10.0/24", "18.192.20.0/24"],
  "ap-northeast-1": ["13.112.10.0/24", "54.248.20.0/24"],
  "ap-southeast-1": ["13.212.10.0/24", "54.254.20.0/24"],
};

/** Networks whose resolvers stand for a Region's customers; none where none are known. */
export function customerSubnets(_plan: Plan, region: string): readonly string[] {
  return bundled[region] ?? [];
}
