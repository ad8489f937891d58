import type { ProxiedCall } from "./proxy.ts";

/** A mistake of a server's that keeps the SDK from reading its answer, and how the proxy mends it on the way. */
export interface AnswerPatch {
  /** What is wrong, and with which version. */
  readonly why: string;
  readonly service: string;
  readonly operation: string;
  mend(body: string): string;
}

/** Everything that the proxy changes in an answer. An entry that changes nothing any more fails `proxy.test.ts`. */
export const patches = {
  globalClusterMember: {
    why: "ministack 1.5.33 names each item of GlobalClusters <GlobalCluster>; RDS, and so the SDK, <GlobalClusterMember>",
    service: "rds",
    operation: "DescribeGlobalClusters",
    mend: (body) => body.replaceAll(/<(\/?)GlobalCluster>/g, "<$1GlobalClusterMember>"),
  },
} as const satisfies Readonly<Record<string, AnswerPatch>>;

/** The body as the SDK expects it. */
export function mended({ service, operation }: ProxiedCall, body: string): string {
  return Object.values(patches)
    .filter((patch) => patch.service === service && patch.operation === operation)
    .reduce((text, patch) => patch.mend(text), body);
}
