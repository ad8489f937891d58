import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { errorMessage, errorName } from "../functions/shared/errors.ts";

/** What stands in the way of a deployment: one line that ends with what to do. */
export interface Obstacle {
  readonly message: string;
}

/** Where `cdk bootstrap` leaves its version, unless it was given a qualifier of one's own. */
const bootstrapParameter = "/cdk-bootstrap/hnb659fds/version";

/** The credentials' own trouble, as SDK and STS name it. */
const expired = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);

/**
 * Looks, before anything is deployed, whether the credentials are of the right account and every Region is bootstrapped.
 * @param account the account that the stacks are for; null: whichever the credentials are of
 */
export async function findObstacle(account: string | null, regions: readonly string[]): Promise<Obstacle | null> {
  const [home = "us-east-1"] = regions;
  let caller: string;
  try {
    const answer = await new STSClient({ region: home }).send(new GetCallerIdentityCommand({}));
    caller = answer.Account ?? "unknown";
  } catch (error) {
    return { message: describeCredentials(error) };
  }
  if (account !== null && account !== caller) {
    return {
      message: `The plan is for account ${account}, and the credentials are of ${caller}. Next: export AWS_PROFILE=<a profile of ${account}>`,
    };
  }
  const looked = await Promise.all(regions.map(async (region) => ({ region, state: await readBootstrap(region) })));
  const missing = looked.filter(({ state }) => state === "missing").map(({ region }) => region);
  if (missing.length === 0) return null;
  const environments = missing.map((region) => `aws://${caller}/${region}`).join(" ");
  return { message: `Not bootstrapped: ${missing.join(", ")}. Next: npx cdk bootstrap ${environments}` };
}

function describeCredentials(error: unknown): string {
  const name = errorName(error);
  if (name === "CredentialsProviderError") {
    return "No AWS credentials were found. Next: aws configure sso (or export AWS_PROFILE=<profile>)";
  }
  if (expired.has(name)) return "The AWS credentials have expired. Next: aws sso login";
  return `The AWS credentials were not accepted (${name}: ${errorMessage(error)}). Next: aws sts get-caller-identity`;
}

/** Whoever may not look is let through: the deployment itself says what it lacks. */
async function readBootstrap(region: string): Promise<"there" | "missing" | "unknown"> {
  try {
    await new SSMClient({ region }).send(new GetParameterCommand({ Name: bootstrapParameter }));
    return "there";
  } catch (error) {
    return errorName(error) === "ParameterNotFound" ? "missing" : "unknown";
  }
}
