import type { NameServer, NameServerAnswer, NameServerClient } from "../../functions/shared/clients.ts";
import type { DnsView } from "../../functions/watch/dns-view.ts";
import { learnDns, lookAgain, placesOf } from "../../functions/watch/dns.ts";
import { probeTimeoutMs } from "../../functions/watch/probes.ts";
import { FakeAws } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const servers: readonly NameServer[] = [1, 2, 3, 4].map((number) => ({
  name: `ns-${number}.example`,
  address: `192.0.2.${number}`,
}));
const known: DnsView = {
  servers,
  requests: { subnet: null, sentTo: null, since: "", at: "", calm: {} },
  places: [],
  addresses: [],
};
const answer: NameServerAnswer = { kind: "addresses", addresses: ["198.51.100.1"], timeToLiveSeconds: 60 };

/** A world in which everything takes as long as it is given, unless `ask` answers. */
function slowWorld(ask: (server: NameServer) => NameServerAnswer | null) {
  const aws = new FakeAws();
  const began = aws.clock.now();
  const asked: string[] = [];
  const nameServers: NameServerClient = {
    async ask({ server, timeoutMs }) {
      asked.push(server.address);
      const found = ask(server);
      if (found === null) await aws.clock.sleep(timeoutMs);
      return found ?? { kind: "notShown", reason: "silent" };
    },
    async findServers(_name, timeoutMs) {
      await aws.clock.sleep(timeoutMs);
      return [];
    },
  };
  const http = {
    async probe({ timeoutMs }: { readonly timeoutMs: number }) {
      await aws.clock.sleep(timeoutMs);
      return { kind: "failed", reason: "timed out", latencyMs: timeoutMs } as const;
    },
  };
  const deps = { ...aws.dependencies(plan, "eu-west-1"), nameServers, http };
  return { aws, deps, asked, elapsedMs: () => aws.clock.now() - began };
}

describe("FM65: whatever is silent, a look at the name servers holds up no round", () => {
  /** The resolver and the first of the two servers that are tried are silent, and so is whoever has the address. */
  const oneAnswers = ({ address }: NameServer) => (address === "192.0.2.2" ? answer : null);

  it("it takes no longer than a probe of a Region that does not answer", async () => {
    const { aws, deps, elapsedMs } = slowWorld(oneAnswers);
    await aws.finish(learnDns(deps, known, 0));

    expect(elapsedMs()).toBeLessThanOrEqual(probeTimeoutMs);
  });

  it("nor does a run's look take longer than its probe of the public name", async () => {
    const { aws, deps, elapsedMs } = slowWorld(oneAnswers);
    await aws.finish(lookAgain(deps, servers, ["54.144.10.0/24"], new Set(), 0));

    expect(elapsedMs()).toBeLessThanOrEqual(probeTimeoutMs);
  });
});

describe("FM62: resolvers ask any of the zone's name servers", () => {
  it("so that each has its turn within as many looks as there are servers, and says how long answers are kept", async () => {
    const { aws, deps, asked } = slowWorld(() => answer);
    const looks = [];
    for (const turn of servers.keys()) {
      looks.push(await aws.finish(lookAgain(deps, servers, ["54.144.10.0/24"], new Set(["198.51.100.1"]), turn)));
    }

    expect(asked).toEqual(servers.map(({ address }) => address));
    expect(looks[0]).toMatchObject({ timeToLiveSeconds: 60 });
  });
});

describe("for whom the name servers are asked", () => {
  it("the vantage itself, and two of AWS's networks for each vantage, a witness's too", () => {
    const places = placesOf(plan);

    expect(places).toHaveLength(1 + 2 * (plan.regions.length + plan.detection.witnesses.length));
    expect(places[0]).toBeNull();
  });

  it("every network that the plan names", () => {
    const own = ["81.2.69.0/24", "81.2.70.0/24", "81.2.71.0/24", "81.2.72.0/24"];
    const regions = plan.regions.map((region, index) => (index === 0 ? { ...region, customerSubnets: own } : region));

    expect(placesOf({ ...plan, regions })).toEqual(expect.arrayContaining(own));
  });
});
