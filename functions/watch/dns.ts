import type { NameServer, NameServerAnswer } from "../shared/clients.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { customerSubnets } from "../shared/plan/customer-subnets.ts";
import type { Plan } from "../shared/plan/plan.ts";
import type { DnsLook, DnsView, PlaceAnswer } from "./dns-view.ts";
import { probePublicName } from "./probes.ts";

/** In all, for one question, a second server's try included. */
const askWithinMs = 2_000;
const serversTried = 2;
/** So many networks stand for a Region: each is a question of every look. */
const subnetsPerRegion = 2;
/** So many addresses are asked who they are, in one look. */
const addressesAsked = 16;

/** The vantage's own place, and the networks that stand for each Region's customers. */
export function placesOf(plan: Plan): readonly (string | null)[] {
  return [null, ...plan.regions.flatMap(({ name }) => customerSubnets(plan, name).slice(0, subnetsPerRegion))];
}

/** Learns in calm times: finds the name servers, asks them about every place, and who answers at the addresses. */
export async function learnDns(deps: Dependencies, last: DnsView | null): Promise<DnsLook> {
  const found = deps.plan.traffic.zone === "private" ? [] : await findServers(deps);
  const servers = found.length > 0 ? found : (last?.servers ?? []);
  const answers = await askPlaces(deps, servers, placesOf(deps.plan), "ofTheNetwork");
  const identified = await identify(deps, addressesIn(answers));
  return { servers: found, answers, identified };
}

/**
 * Looks again at the places named, by servers and addresses that are known; asks only addresses that are new. The places
 * were told apart in calm times, so that an answer for everybody is one for them: as it is once a single Region is left.
 */
export async function lookAgain(
  deps: Dependencies,
  servers: readonly NameServer[],
  places: readonly (string | null)[],
  known: ReadonlySet<string>,
): Promise<DnsLook> {
  const answers = await askPlaces(deps, servers, places, "ofEverybody");
  const identified = await identify(
    deps,
    addressesIn(answers).filter((address) => !known.has(address)),
  );
  return { servers, answers, identified };
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

function askPlaces(
  deps: Dependencies,
  servers: readonly NameServer[],
  places: readonly (string | null)[],
  counted: Counted,
): Promise<readonly PlaceAnswer[]> {
  if (servers.length === 0) return Promise.resolve(places.map((subnet) => ({ subnet, addresses: null })));
  return Promise.all(
    places.map(async (subnet) => {
      const answer = await askOneOf(deps, servers.slice(0, serversTried), subnet);
      return { subnet, addresses: addressesOf(answer, counted) };
    }),
  );
}

function addressesOf(answer: NameServerAnswer, counted: Counted): readonly string[] | null {
  if (answer.kind === "addresses") return answer.addresses;
  return counted === "ofEverybody" ? (answer.everybody?.addresses ?? null) : null;
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
    addresses.map(async (address) => ({ address, region: (await probePublicName(deps, address)).servedBy })),
  );
  return looks.flatMap(({ address, region }) => (region === null ? [] : [{ address, region }]));
}
