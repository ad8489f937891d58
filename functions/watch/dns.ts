import type { NameServer, NameServerAnswer } from "../shared/clients.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { customerSubnets } from "../shared/plan/customer-subnets.ts";
import { findRegion, type Plan, vantagesOf } from "../shared/plan/plan.ts";
import type { DnsLook, DnsView, PlaceAnswer } from "./dns-view.ts";
import { probePublicName } from "./probes.ts";

/** In all, for one question, a second server's try included. */
const askWithinMs = 2_000;
const serversTried = 2;
/** So many of AWS's own networks stand for a Region whose own the plan does not name: each is a question of every look. */
const publishedPerRegion = 2;
/** Who is asked who it is gets so long: with the question before it no longer than a probe of a silent Region takes. */
const identifyWithinMs = 2_000;
/** So many addresses are asked who they are, in one look. */
const addressesAsked = 16;

/**
 * The vantage's own place, and the networks that stand for customers near each Region; near the witnesses, too, whose own look
 * comes by one name server alone.
 */
export function placesOf(plan: Plan): readonly (string | null)[] {
  return [null, ...vantagesOf(plan).flatMap((name) => networksOf(plan, name))];
}

function networksOf(plan: Plan, region: string): readonly string[] {
  return findRegion(plan, region)?.customerSubnets ?? customerSubnets(plan, region).slice(0, publishedPerRegion);
}

/**
 * Learns in calm times: finds the name servers, asks them about every place, and who answers at the addresses.
 * @param turn how many looks there were before: within two of them each server is asked about a Region's places
 */
export async function learnDns(deps: Dependencies, last: DnsView | null, turn: number): Promise<DnsLook> {
  const finding = deps.plan.traffic.zone === "private" ? Promise.resolve([]) : findServers(deps);
  // Those that are known are asked at once: a resolver that is silent must not make the round longer.
  const known = last?.servers ?? [];
  const servers = known.length > 0 ? known : await finding;
  const answered = await askPlaces(deps, servers, placesOf(deps.plan), {
    counted: "ofTheNetwork",
    turn: publishedPerRegion * turn,
  });
  const identified = await identify(deps, addressesIn(answered.answers));
  return { servers: await finding, identified, ...answered };
}

/**
 * Looks again at the places named, by servers and addresses that are known; asks only addresses that are new. The places
 * were told apart in calm times, so that an answer for everybody is one for them: as it is once a single Region is left.
 * @param turn how many looks there were before: each of the servers has its turn, for resolvers ask all of them
 */
export async function lookAgain(
  deps: Dependencies,
  servers: readonly NameServer[],
  places: readonly (string | null)[],
  known: ReadonlySet<string>,
  turn: number,
): Promise<DnsLook> {
  const answered = await askPlaces(deps, servers, places, { counted: "ofEverybody", turn });
  const identified = await identify(
    deps,
    addressesIn(answered.answers).filter((address) => !known.has(address)),
  );
  return { servers, identified, ...answered };
}

async function findServers({ nameServers, plan }: Dependencies): Promise<readonly NameServer[]> {
  try {
    return await nameServers.findServers(plan.traffic.record, askWithinMs);
  } catch {
    return [];
  }
}

/** Whose answers count: those for the very network that was asked about, or those that hold for everybody as well. */
type Counted = "ofTheNetwork" | "ofEverybody";

/** What an answer says, where it counts. */
type Counts = Omit<Extract<NameServerAnswer, { readonly kind: "addresses" }>, "kind">;

/** `turn`: which of the servers is asked about the first place; about the second it is the next one, and so on. */
async function askPlaces(
  deps: Dependencies,
  servers: readonly NameServer[],
  places: readonly (string | null)[],
  { counted, turn }: { readonly counted: Counted; readonly turn: number },
): Promise<Pick<DnsLook, "answers" | "timeToLiveSeconds">> {
  if (servers.length === 0) return { answers: places.map((subnet) => ({ subnet, addresses: null })) };
  const found = await Promise.all(
    places.map(async (subnet, index) => {
      const first = (turn + index) % servers.length;
      const inTurn = [...servers.slice(first), ...servers.slice(0, first)];
      const answer = await askOneOf(deps, inTurn.slice(0, serversTried), subnet);
      return { subnet, counts: countedOf(answer, counted) };
    }),
  );
  const answers = found.map(({ subnet, counts }): PlaceAnswer => ({ subnet, addresses: counts?.addresses ?? null }));
  const kept = found.flatMap(({ counts }) => (counts === null ? [] : [counts.timeToLiveSeconds]));
  return { answers, ...(kept.length > 0 && { timeToLiveSeconds: Math.max(...kept) }) };
}

function countedOf(answer: NameServerAnswer, counted: Counted): Counts | null {
  if (answer.kind === "addresses") return answer;
  return counted === "ofEverybody" ? (answer.everybody ?? null) : null;
}

/** One server after the other, within the time for all of them. */
async function askOneOf(
  { nameServers, plan }: Dependencies,
  servers: readonly NameServer[],
  subnet: string | null,
): Promise<NameServerAnswer> {
  const timeoutMs = askWithinMs / servers.length;
  let answer: NameServerAnswer = { kind: "notShown", reason: "no name server is known" };
  for (const server of servers) {
    try {
      answer = await nameServers.ask({ server, name: plan.traffic.record, subnet, timeoutMs });
    } catch {
      // What a server says may be anything, and is never an error of the round or the run.
      answer = { kind: "notShown", reason: "the answer could not be read" };
    }
    if (answer.kind === "addresses" || answer.everybody !== undefined) return answer;
  }
  return answer;
}

function addressesIn(answers: readonly PlaceAnswer[]): readonly string[] {
  return [...new Set(answers.flatMap(({ addresses }) => addresses ?? []))].slice(0, addressesAsked);
}

/** Who answers under the public name at these addresses; whoever does not name a Region of the plan is left out. */
async function identify(deps: Dependencies, addresses: readonly string[]): Promise<DnsLook["identified"]> {
  const looks = await Promise.all(
    addresses.map(async (address) => ({
      address,
      region: (await probePublicName(deps, { address, timeoutMs: identifyWithinMs })).servedBy,
    })),
  );
  return looks.flatMap(({ address, region }) => (region === null ? [] : [{ address, region }]));
}
