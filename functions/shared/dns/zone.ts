import { Resolver } from "node:dns/promises";
import type { NameServer } from "../clients.ts";

/** A name has at most this many parents that are asked; a zone is one or two above its records. */
const mostLabels = 8;

/** Route 53 gives a zone four name servers. */
const mostServers = 8;

/**
 * The name servers of the zone that holds `name`: those of the nearest of its parents that has any. By c-ares, not by
 * `dns.lookup`, which would wait for a thread of the pool that everything else of Node's shares. What does not answer in
 * time is left out.
 * @param resolvers addresses to ask, with ports where they are unusual; null: the machine's own
 */
export async function findNameServers(
  name: string,
  timeoutMs: number,
  resolvers: readonly string[] | null,
): Promise<readonly NameServer[]> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (resolvers !== null) resolver.setServers(resolvers);
  // Whatever is still asked then fails at once.
  deadline.addEventListener("abort", () => resolver.cancel(), { once: true });
  const names = await findNames(resolver, name, deadline);
  if (deadline.aborted) return [];
  const found = await Promise.all(names.map((server) => locate(resolver, server)));
  return found.filter((server) => server !== null);
}

async function findNames(resolver: Resolver, name: string, deadline: AbortSignal): Promise<readonly string[]> {
  for (const zone of parentsOf(name)) {
    if (deadline.aborted) return [];
    const names = await resolver.resolveNs(zone).catch(() => []);
    if (names.length > 0)
      return names
        .map((server) => server.toLowerCase())
        .sort()
        .slice(0, mostServers);
  }
  return [];
}

async function locate(resolver: Resolver, name: string): Promise<NameServer | null> {
  const [address] = await resolver.resolve4(name).catch(() => []);
  return address === undefined ? null : { name, address };
}

/** The name itself, then what it lies in; not the top level, which holds nobody's records. */
function parentsOf(name: string): readonly string[] {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".");
  return labels
    .slice(0, -1)
    .map((_label, index) => labels.slice(index).join("."))
    .slice(0, mostLabels);
}
