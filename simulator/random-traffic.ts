import { placesKnown } from "../functions/shared/distance.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import type { LatencyData } from "./aws/dns.ts";
import { roundTripMs } from "./aws/distance.ts";
import { type NameServerMode, nameServerCount } from "./aws/name-servers.ts";
import type { Action } from "./scenario.ts";
import { headerForms } from "./serving-header.ts";
import type { World } from "./world.ts";

const otherModes: readonly NameServerMode[] = ["silent", "nonsense", "private", "cname", "sharedAddresses"];

/** By how much Route 53's latency data may be wrong about the way between two places. Assumption. */
const wrongBy = { least: 0.6, most: 1.6 };

/**
 * How DNS and the application show, or hide, where customers are sent: how the zone's name servers are to be had, what the
 * serving header looks like, which name server lags, whether the plan knows the time to live, what the failed Region's record carries, and where its customers are. It has a source of chance
 * of its own, so that nothing that is drawn elsewhere changes.
 */
export function drawTraffic(
  seed: number,
  plan: Plan,
  failed: string,
  add: (at: number, action: Action) => void,
): (world: World) => void {
  const random = seededRandom(Math.imul(seed + 1, 0x27d4eb2f));
  const mode = random.next() < 0.6 ? "answering" : pick(random, otherModes);
  const header = random.next() < 0.2 ? pick(random, headerForms) : "region";
  const speaksOddly = random.next() < 0.5 ? plan.regions.map(({ name }) => name) : [failed];
  const carries = random.next() < 0.1 ? pick(random, ["endpointOnly", "nothing"] as const) : null;
  const latencyData = random.next() < 0.3 ? drawLatencyData(random) : null;
  const where = random.next() < 0.4 ? random.next() : null;
  const stuck = random.next() < 0.1 ? integerBetween(random, 0, nameServerCount - 1) : null;
  const stuckForSeconds = integerBetween(random, 90, 600);
  const keptFor = random.next() < 0.1 ? integerBetween(random, 2, 240) : null;
  const movedBefore = random.next() < 0.08 ? integerBetween(random, -50, -5) : null;
  // What is behind a network that sends on, or cannot be asked, is shown by vantages alone: a server's lag escapes them.
  if (stuck !== null && mode === "answering") {
    add(0, { kind: "nameServerSticks", server: stuck });
    add(stuckForSeconds, { kind: "nameServerSticks", server: null });
  }
  if (movedBefore !== null) add(movedBefore, { kind: "farthest", region: failed });
  return (world) => {
    world.nameServers.mode = mode;
    for (const region of speaksOddly) world.headerForms.set(region, header);
    if (keptFor !== null && mode === "answering") world.keepAnswersFor(keptFor);
    if (carries !== null) world.traffic.carry(failed, carries);
    if (latencyData !== null) world.traffic.dns.latencyData = latencyData;
    if (where === null) return;
    // Where no vantage is, and Route 53 holds the failed Region to be the nearest.
    const remote = placesKnown.filter((place) => world.traffic.dns.answer(place) === failed);
    const place = remote[Math.floor(where * remote.length)];
    if (place !== undefined) world.customers.settle(failed, place);
  };
}

/** A Region is nearest to itself, whatever the data say of others. */
function drawLatencyData(random: Random): LatencyData {
  const salt = integerBetween(random, 0, 0x7fffffff);
  const wrong = new Map<string, number>();
  return (location, region) => {
    const way = `${location}>${region}`;
    let factor = wrong.get(way);
    if (factor === undefined) {
      let hash = salt;
      for (let index = 0; index < way.length; index++) hash = Math.imul(hash ^ way.charCodeAt(index), 0x01000193);
      factor = wrongBy.least + (wrongBy.most - wrongBy.least) * seededRandom(hash).next();
      wrong.set(way, factor);
    }
    return roundTripMs(location, region) * factor;
  };
}
