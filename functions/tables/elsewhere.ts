import type { Replica } from "./lag.ts";

/** A replica as the replica of another Region lists it. */
export interface Peer {
  readonly region: string;
  /** DynamoDB's ReplicaStatus. */
  readonly status: string;
  readonly arn: string | null;
}

/** What a Region answered about a table. */
export interface Description {
  readonly replica: Replica;
  /** The account that was asked; null where it is not known. */
  readonly account: string | null;
  readonly peers: readonly Peer[];
}

/**
 * The replicas of one table. One that this account does not have is another account's (a multi-account global table) where a
 * replica of this one lists it with that account's ARN: then it is not missing, and what is said of it counts.
 */
export function placeReplicas(descriptions: readonly Description[]): readonly Replica[] {
  return descriptions.map(({ replica }) => {
    if (replica.status !== "NOT_FOUND") return replica;
    for (const { account, peers, replica: teller } of descriptions) {
      const peer = peers.find(({ region, arn }) => region === replica.region && arn !== null);
      const owner = accountOf(peer?.arn ?? null);
      if (peer === undefined || owner === null || account === null || owner === account) continue;
      return { ...replica, status: peer.status, consistency: teller.consistency, account: owner };
    }
    return replica;
  });
}

/** What a reader should know of replicas that are not what he expects; one sentence each. */
export function describeForms(replicas: readonly Replica[]): readonly string[] {
  const old = [...new Set(replicas.filter(({ version }) => version !== undefined).map(({ table }) => table))];
  return [
    ...old.map(
      (table) =>
        `${table} is a global table of version 2017.11.29, which lists no replicas: each survivor's table was looked at by itself`,
    ),
    ...replicas.flatMap(({ table, region, status, account }) =>
      account === undefined
        ? []
        : [
            `${table} in ${region} is of account ${account}, which is not asked; another survivor's replica says ${status}`,
          ],
    ),
  ];
}

/** arn:partition:dynamodb:region:account:table/name */
export function accountOf(arn: string | null): string | null {
  const account = arn?.split(":")[4] ?? "";
  return /^\d{12}$/.test(account) ? account : null;
}
