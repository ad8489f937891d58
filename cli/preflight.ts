import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { errorMessage, errorName } from "../functions/shared/errors.ts";
import { type AccountRules, bootstrapOptions } from "./account-rules.ts";

/** What stands in the way of a deployment: one line that ends with what to do. */
export interface Obstacle {
  readonly message: string;
}

/** The credentials' own trouble, as SDK and STS name it. */
const expired = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);

/** What a Region says to credentials that another Region has accepted: the account has not enabled it. */
const notEnabled = new Set(["UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired"]);

/** Longer than a Region takes that answers at all, and short enough to wait for. */
export const patience = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/**
 * Looks, before anything is deployed, whether the credentials are of the right account, and whether every Region answers,
 * is enabled and is bootstrapped.
 * @param account the account that the stacks are for; null: whichever the credentials are of
 */
export async function findObstacle(
  account: string | null,
  regions: readonly string[],
  rules: AccountRules,
): Promise<Obstacle | null> {
  const [home = "us-east-1"] = regions;
  let caller: string;
  try {
    const answer = await new STSClient({ region: home, ...patience }).send(new GetCallerIdentityCommand({}));
    caller = answer.Account ?? "unknown";
  } catch (error) {
    return { message: isSilence(error) ? describeSilence([home], error) : describeCredentials(error) };
  }
  if (account !== null && account !== caller) {
    return {
      message: `The plan is for account ${account}, and the credentials are of ${caller}. Next: export AWS_PROFILE=<a profile of ${account}>`,
    };
  }
  const looked = await Promise.all(
    regions.map(async (region) => ({ region, ...(await readBootstrap(region, rules.qualifier)) })),
  );
  const regionsThatAre = (state: BootstrapState) =>
    looked.filter((look) => look.state === state).map(({ region }) => region);
  const silent = regionsThatAre("silent");
  if (silent.length > 0) {
    return { message: describeSilence(silent, looked.find(({ state }) => state === "silent")?.error) };
  }
  const disabled = regionsThatAre("notEnabled");
  if (disabled.length > 0) {
    const commands = disabled.map((region) => `aws account enable-region --region-name ${region}`).join(" && ");
    return { message: `Not enabled in account ${caller}: ${disabled.join(", ")}. Next: ${commands}` };
  }
  const missing = regionsThatAre("missing");
  if (missing.length === 0) return null;
  const environments = missing.map((region) => `aws://${caller}/${region}`).join(" ");
  return {
    message: `Not bootstrapped: ${missing.join(", ")}. Next: npx cdk bootstrap ${bootstrapOptions(rules)}${environments}`,
  };
}

/** Whether nobody answered, or only to say that they cannot now. */
function isSilence(error: unknown): boolean {
  if (errorName(error) === "CredentialsProviderError" || errorName(error) === "TokenProviderError") return false;
  const { $metadata: { httpStatusCode = null } = {} } = error as { $metadata?: { httpStatusCode?: number } };
  return httpStatusCode === null || httpStatusCode >= 500;
}

function describeSilence(regions: readonly string[], error: unknown): string {
  const said = errorMessage(error).split("\n")[0];
  return `No answer from ${regions.join(", ")} (${said}). Next: aws sts get-caller-identity --region ${regions[0]}, until network, proxy and Region let it through`;
}

function describeCredentials(error: unknown): string {
  const name = errorName(error);
  const profile = process.env.AWS_PROFILE || null;
  const login = `aws sso login${profile === null ? "" : ` --profile ${profile}`}`;
  if (expired.has(name)) return `The AWS credentials have expired. Next: ${login}`;
  // The SDK says so where a profile of SSO has no token, or an old one.
  if (errorMessage(error).includes("aws sso login")) {
    return `Nobody is logged in${profile === null ? "" : ` to profile ${profile}`}. Next: ${login}`;
  }
  if (name === "CredentialsProviderError") {
    return profile === null
      ? "No AWS credentials were found. Next: aws configure sso (or export AWS_PROFILE=<profile>)"
      : `Profile ${profile} gives no AWS credentials. Next: ${login} (or, where there is no such profile, aws configure sso --profile ${profile})`;
  }
  return `The AWS credentials were not accepted (${name}: ${errorMessage(error)}). Next: aws sts get-caller-identity`;
}

type BootstrapState = "there" | "missing" | "notEnabled" | "silent" | "unknown";

/** Whoever may not look is let through: the deployment itself says what it lacks. */
async function readBootstrap(
  region: string,
  qualifier: string,
): Promise<{ readonly state: BootstrapState; readonly error?: unknown }> {
  // Where `cdk bootstrap` leaves its version.
  const Name = `/cdk-bootstrap/${qualifier}/version`;
  try {
    await new SSMClient({ region, ...patience }).send(new GetParameterCommand({ Name }));
    return { state: "there" };
  } catch (error) {
    if (errorName(error) === "ParameterNotFound") return { state: "missing" };
    if (notEnabled.has(errorName(error))) return { state: "notEnabled" };
    return { state: isSilence(error) ? "silent" : "unknown", error };
  }
}
