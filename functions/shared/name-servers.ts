import type { NameServerClient } from "./clients.ts";
import { errorMessage } from "./errors.ts";
import type { Random } from "./random.ts";

/** Where name servers listen, and who finds them; tests have others. */
export interface NameServerNetwork {
  readonly port: number;
  /** Resolvers by address; null: the machine's own. */
  readonly resolvers: readonly string[] | null;
}

const internet: NameServerNetwork = { port: 53, resolvers: null };

/**
 * Asks over the network. Node's own resolver cannot send the customer's subnet (RFC 7871), and asks through a cache. All
 * that asking needs is loaded with the first question, so that a function does not start later for it
 * (docs/adr/0025-a-dns-codec-for-client-subnets.md).
 */
export function createNameServerClient(random: Random, network: NameServerNetwork = internet): NameServerClient {
  return {
    async ask(query) {
      try {
        const { askNameServer } = await import("./dns/ask.ts");
        return await askNameServer(query, network.port, random);
      } catch (error) {
        return { kind: "notShown", reason: errorMessage(error) };
      }
    },
    async findServers(name, timeoutMs) {
      try {
        const { findNameServers } = await import("./dns/zone.ts");
        return await findNameServers(name, timeoutMs, network.resolvers);
      } catch {
        return [];
      }
    },
  };
}
