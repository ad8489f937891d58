import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { Route53RecoveryClusterClient } from "@aws-sdk/client-route53-recovery-cluster";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SNSClient } from "@aws-sdk/client-sns";

/**
 * The AWS clients that adapters ask for, by Region. Every client has hard timeouts (FM38). Adapters see only `send`, so
 * that the simulator can answer in AWS's place with the very same commands.
 */
export interface AwsClients {
  autoScaling(region: string): Pick<AutoScalingClient, "send">;
  cloudWatch(region: string): Pick<CloudWatchClient, "send">;
  dynamoDB(region: string): Pick<DynamoDBClient, "send">;
  eventBridge(region: string): Pick<EventBridgeClient, "send">;
  rds(region: string): Pick<RDSClient, "send">;
  /** Global service whose control plane lives in us-east-1: only the `record` traffic switch uses it. */
  route53(): Pick<Route53Client, "send">;
  /** One of the five endpoints of an ARC cluster, each in a Region of its own. */
  recoveryCluster(endpoint: {
    readonly region: string;
    readonly url: string;
  }): Pick<Route53RecoveryClusterClient, "send">;
  s3(region: string): Pick<S3Client, "send">;
  sns(region: string): Pick<SNSClient, "send">;
  stepFunctions(region: string): Pick<SFNClient, "send">;
}

/** The AWS services that are used, by the names of their clients. */
export type AwsService = keyof AwsClients;

/**
 * What one probe of an HTTP endpoint found. `servedBy` is the Region that the answer names in the header that the plan
 * gives, when it names one.
 */
export type ProbeResult =
  | { readonly kind: "served"; readonly status: number; readonly latencyMs: number; readonly servedBy: string | null }
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly latencyMs: number;
      /** Of an answer that serves nobody; absent where none came. */
      readonly status?: number;
    };

/** Asks an endpoint as a customer would. Never throws: a failed probe is an answer. */
export interface HttpProber {
  probe(request: {
    readonly url: string;
    readonly method: "GET" | "POST";
    readonly timeoutMs: number;
    readonly servedByHeader: string;
    /** Connects to this address instead of looking the URL's host up; its name is asked for all the same. */
    readonly address?: string;
  }): Promise<ProbeResult>;
}

/** A name server of the application's zone, as it was found in calm times. */
export type NameServer = { readonly name: string; readonly address: string };

/** What a name server said, or why it is not known. */
export type NameServerAnswer =
  | { readonly kind: "addresses"; readonly addresses: readonly string[]; readonly timeToLiveSeconds: number }
  | {
      readonly kind: "notShown";
      readonly reason: string;
      /**
       * Where the server looks at client subnets and says that this answer is the same for all of them (scope 0): holds for
       * the subnet if the server was seen to tell subnets apart; otherwise it may speak of the asker's own place.
       */
      readonly everybody?: { readonly addresses: readonly string[]; readonly timeToLiveSeconds: number };
    };

/** Asks name servers as customers' resolvers do. Neither method throws: no answer is an answer. */
export interface NameServerClient {
  /** IPv4 addresses of `name` for resolvers of `subnet` (a CIDR), or of the asker's own place when it is null. */
  ask(query: {
    readonly server: NameServer;
    readonly name: string;
    readonly subnet: string | null;
    readonly timeoutMs: number;
  }): Promise<NameServerAnswer>;
  /** The servers of the zone that holds `name`, by this machine's own resolver; empty when they cannot be found. */
  findServers(name: string, timeoutMs: number): Promise<readonly NameServer[]>;
}

/** Name servers that nobody can ask: nothing is shown by them. */
export const silentNameServers: NameServerClient = {
  ask: async () => ({ kind: "notShown", reason: "no name server can be asked" }),
  findServers: async () => [],
};
