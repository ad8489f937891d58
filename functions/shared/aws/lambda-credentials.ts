/**
 * Where a deployed function's credentials come from: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which
 * Lambda sets before the function starts and keeps for as long as it lives. The build puts this in the place of the SDK's
 * `@aws-sdk/credential-provider-node`, whose other sources (profiles, SSO, web identity, instance metadata) a function does
 * not have and would carry in every bundle (docs/adr/0012-small-bundles.md). Run from source the SDK's own chain is used.
 */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
