import { isIPv4 } from "node:net";

/** A range of IPv4 addresses, each as a number. */
export interface Subnet {
  readonly first: number;
  readonly last: number;
  /** How many leading bits all of its addresses share. */
  readonly prefix: number;
}

/** Resolvers tell name servers no more of an IPv4 address than this (RFC 7871, 11.1). */
export const toldBits = 24;

/** `81.2.69.0/24` → its addresses; null when the text is no IPv4 subnet. Bits beyond the prefix are ignored. */
export function parseSubnet(text: string): Subnet | null {
  const [address = "", length = "", ...rest] = text.split("/");
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || rest.length > 0) return null;
  const prefix = Number(length);
  if (prefix > 32) return null;
  const size = 2 ** (32 - prefix);
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = number - (number % size);
  return { first, last: first + size - 1, prefix };
}

/** `{ first, prefix }` as text, the bits beyond the prefix zero: `81.2.69.0/24`. */
export function describeSubnet({ first, prefix }: Subnet): string {
  return `${describeAddress(first)}/${prefix}`;
}

export function describeAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

export function overlap(one: Subnet, other: Subnet): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/**
 * Not of the internet: IANA's registry of IPv4 special-purpose addresses, those that are not globally reachable, and what
 * is kept for multicast and the future (iana.org/assignments/iana-ipv4-special-registry).
 */
export const specialSubnets: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** The range of special addresses that a subnet touches, as text; null when all of it is of the internet. */
export function findSpecial(subnet: Subnet): string | null {
  const special = specialSubnets.find(([network, prefix]) => {
    const range = parseSubnet(`${network}/${prefix}`);
    return range !== null && overlap(range, subnet);
  });
  return special === undefined ? null : special.join("/");
}
