import type { NameServer, NameServerAnswer, NameServerClient } from "../../functions/shared/clients.ts";
import { pick, type Random } from "../../functions/shared/random.ts";
import type { VirtualClock } from "../clock.ts";
import type { Dns } from "./dns.ts";
import type { Regions } from "./regions.ts";

/** How the zone's name servers are to be had. */
export type NameServerMode =
  | "answering"
  /** Nothing comes back. */
  | "silent"
  /** What comes back is no DNS, or addresses at which nobody is. */
  | "nonsense"
  /** A private zone: the public name servers do not know it. */
  | "private"
  /** The name leads to a content delivery network, by a CNAME. */
  | "cname"
  /** Addresses that stand for every Region: a network in front of them sends on. */
  | "sharedAddresses";

export interface NameServersOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Pick<Regions, "health" | "runs">;
  readonly dns: Pick<Dns, "answer" | "inAnswers">;
  /** The Regions that the name can lead to, in the plan's order. */
  readonly serving: readonly string[];
  /** Regions that only observe, whose networks are where they are. @default none */
  readonly witnesses?: readonly string[];
  readonly timeToLiveSeconds: number;
  /** Networks of a Region's customers. */
  readonly subnetsOf: (region: string) => readonly string[];
}

/** Of the networks that count as a Region's, so many does Route 53 hold to be nearest to another one. Assumption. */
const misplacedShare = 1 / 6;
/** Route 53's name servers are reached by anycast: whoever asks has one nearby. Assumption. */
const answerMs = { least: 5, spread: 40 };
/** As many as a zone of Route 53 has. */
const servers: readonly NameServer[] = [11, 22, 33, 44].map((number) => ({
  name: `ns-${number}.awsdns.example`,
  address: `192.0.2.${number}`,
}));
/** So many customers' resolvers choose among. */
export const nameServerCount = servers.length;
const sharedAddresses = ["203.0.113.1", "203.0.113.2"];
/** Nobody is there (RFC 5737). */
const nobodysAddress = "203.0.113.99";

/**
 * The name servers of the application's zone, and the load balancers' addresses that they answer with. Like the rest of
 * Route 53's data plane nothing stops them; their latency data are their own.
 */
export class NameServers {
  mode: NameServerMode = "answering";
  /** What the records carry, whatever the plan says of them. */
  timeToLiveSeconds: number;
  readonly #options: NameServersOptions;
  /** Where Route 53 holds a network to be. */
  readonly #places = new Map<string, string>();

  constructor(options: NameServersOptions) {
    this.#options = options;
    this.timeToLiveSeconds = options.timeToLiveSeconds;
    const { serving, witnesses = [], subnetsOf, random } = options;
    for (const witness of witnesses) for (const subnet of subnetsOf(witness)) this.#places.set(subnet, witness);
    for (const region of serving) {
      for (const subnet of subnetsOf(region)) {
        const elsewhere = serving.filter((name) => name !== region);
        const isMisplaced = random.next() < misplacedShare && elsewhere.length > 0;
        this.#places.set(subnet, isMisplaced ? pick(random, elsewhere) : region);
      }
    }
  }

  /** The Region whose load balancer has this address, as whoever asks from `vantage` finds it; null where nobody is. */
  regionAt(address: string, vantage: string): string | null {
    if (sharedAddresses.includes(address)) return this.#options.dns.answer(vantage);
    return this.#options.serving.find((region) => this.#addressesOf(region).includes(address)) ?? null;
  }

  /** The client of one process; nothing is answered to the dead. */
  client(vantage: string, isAlive: () => boolean): NameServerClient {
    const { clock, regions } = this.#options;
    const lives = () => regions.runs(vantage) && isAlive();
    const forTheLiving = <Answer>(work: () => Promise<Answer>) =>
      new Promise<Answer>((resolve, reject) => {
        work().then((answer) => {
          if (lives()) resolve(answer);
        }, reject);
      });
    return {
      ask: ({ server, subnet, timeoutMs }) =>
        forTheLiving(async () => {
          if (this.mode === "silent" || regions.health(vantage) === "partitioned") {
            await clock.sleep(timeoutMs);
            return { kind: "notShown", reason: `no answer within ${timeoutMs} ms` };
          }
          await clock.sleep(this.#delay());
          return this.#answer(subnet, vantage, server);
        }),
      findServers: () =>
        forTheLiving(async () => {
          await clock.sleep(this.#delay());
          return this.mode === "private" || regions.health(vantage) === "partitioned" ? [] : servers;
        }),
    };
  }

  #delay(): number {
    return Math.round(answerMs.least + answerMs.spread * this.#options.random.next());
  }

  #answer(subnet: string | null, vantage: string, server: NameServer): NameServerAnswer {
    const { dns, random } = this.#options;
    const { timeToLiveSeconds } = this;
    const answerOf = (addresses: readonly string[]) => ({ kind: "addresses", addresses, timeToLiveSeconds }) as const;
    switch (this.mode) {
      case "private":
      case "silent":
        return { kind: "notShown", reason: "REFUSED" };
      case "cname":
        return { kind: "notShown", reason: "the name is an alias of another one" };
      case "nonsense":
        return random.next() < 0.5 ? answerOf([nobodysAddress]) : { kind: "notShown", reason: "not a DNS message" };
      case "sharedAddresses":
        return answerOf(sharedAddresses);
      case "answering": {
        const place = subnet === null ? vantage : (this.#places.get(subnet) ?? vantage);
        const answer = answerOf(this.#addressesOf(dns.answer(place, numberOf(server))));
        // With one Region left the answer is the same for every network: scope 0 (RFC 7871, 7.2.1). Assumption for Route 53.
        const isSameForAll = subnet !== null && dns.inAnswers().length === 1;
        return isSameForAll
          ? { kind: "notShown", reason: "the answer is the same for everybody", everybody: answer }
          : answer;
      }
    }
  }

  #addressesOf(region: string): readonly string[] {
    const index = this.#options.serving.indexOf(region);
    return index < 0 ? [] : [`198.51.100.${10 * index + 1}`, `198.51.100.${10 * index + 2}`];
  }
}

function numberOf({ address }: NameServer): number | null {
  const number = servers.findIndex((server) => server.address === address);
  return number < 0 ? null : number;
}
