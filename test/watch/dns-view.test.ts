import { initialItem } from "../../functions/coordination/rules.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import {
  calmRegions,
  carryAddresses,
  carryDns,
  carryPlace,
  type DnsLook,
  readDnsView,
  regionOf,
} from "../../functions/watch/dns-view.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const start = parseInstant("2026-03-14T09:00:00.000Z");
const instant = (seconds: number) => isoInstant(start + seconds * 1_000);
const item = initialItem(
  plan.application,
  plan.regions.map(({ name }) => name),
  start,
);
const votes = observe(plan, instant(0))[0]?.votes ?? [];

describe("what counts as calm", () => {
  it("a Region in service that has passed for two rounds", () => {
    const short = votes.map((vote) => ({ ...vote, since: instant(-19), until: instant(0) }));

    expect(calmRegions(plan, votes, item)).toEqual(["us-east-1", "eu-west-1", "ap-southeast-1"]);
    expect(calmRegions(plan, short, item)).toEqual([]);
  });

  it("none that fails, or is out of service, and nothing while the coordination item cannot be read", () => {
    const failing = votes.map(
      (vote) => ({ ...vote, vote: vote.region === "us-east-1" ? "failing" : vote.vote }) as const,
    );
    const evacuated = { state: "evacuated", since: instant(0), incident: null } as const;

    expect(calmRegions(plan, failing, item)).not.toContain("us-east-1");
    expect(calmRegions(plan, votes, { ...item, regions: { ...item.regions, "eu-west-1": evacuated } })).not.toContain(
      "eu-west-1",
    );
    expect(calmRegions(plan, votes, null)).toEqual([]);
  });
});

describe("where a place is sent", () => {
  const calm = ["us-east-1", "eu-west-1"];
  const context = (seconds: number, regions: readonly string[] = calm) => ({
    plan,
    calm: regions,
    now: instant(seconds),
  });
  const learned = carryPlace(null, null, "us-east-1", context(0));

  it("is remembered from calm times on, through trouble", () => {
    const moved = carryPlace(learned, null, "eu-west-1", context(30, ["eu-west-1"]));

    expect(learned).toMatchObject({ sentTo: "us-east-1", calm: { "us-east-1": instant(0) } });
    expect(moved).toMatchObject({ sentTo: "eu-west-1", since: instant(30), calm: { "us-east-1": instant(0) } });
  });

  it("is not known from an answer that identifies no Region: what was known stands as old as it is", () => {
    expect(carryPlace(learned, null, null, context(30))).toEqual(learned);
  });

  it("tells when it was first seen to have left a Region, also where looks are far apart, until it is sent there again", () => {
    const moved = carryPlace(learned, null, "eu-west-1", context(30));
    const later = carryPlace(moved, null, "eu-west-1", context(300));

    expect(later).toMatchObject({ since: instant(300), left: { "us-east-1": instant(30) } });
    expect(carryPlace(later, null, "us-east-1", context(330)).left).toEqual({ "eu-west-1": instant(330) });
  });

  it("tells when it was last seen to be sent to a Region that it has left, until it is sent there again", () => {
    const moved = carryPlace(learned, null, "eu-west-1", context(50));
    const later = carryPlace(moved, null, "eu-west-1", context(300));

    expect(later.lastThere).toEqual({ "us-east-1": instant(0) });
    expect(carryPlace(later, null, "us-east-1", context(330)).lastThere).toEqual({ "eu-west-1": instant(300) });
  });

  it("is forgotten where it has long been sent elsewhere although the Region serves", () => {
    let place = carryPlace(learned, null, "eu-west-1", context(30));
    for (let seconds = 60; seconds <= 30 + plan.detection.clearForSeconds + 30; seconds += 30) {
      place = carryPlace(place, null, "eu-west-1", context(seconds));
    }

    expect(Object.keys(place.calm)).toEqual(["eu-west-1"]);
  });
});

describe("whose an address is", () => {
  const look = (address: string, region: string): Pick<DnsLook, "answers" | "identified"> => ({
    answers: [{ subnet: null, addresses: [address] }],
    identified: [{ address, region }],
  });

  it("one that answers for another Region than before identifies none from then on", () => {
    const first = carryAddresses([], look("203.0.113.1", "us-east-1"), instant(0));
    const second = carryAddresses(first, look("203.0.113.1", "eu-west-1"), instant(60));
    const third = carryAddresses(second, look("203.0.113.1", "eu-west-1"), instant(120));

    expect([first, second, third].map((known) => regionOf(["203.0.113.1"], known))).toEqual(["us-east-1", null, null]);
  });

  it("is forgotten an hour after it was last answered", () => {
    const known = carryAddresses([], look("203.0.113.1", "us-east-1"), instant(0));

    expect(carryAddresses(known, { answers: [], identified: [] }, instant(3_601))).toEqual([]);
  });
});

describe("what a vantage keeps", () => {
  const look: DnsLook = {
    servers: [{ name: "ns-1.example", address: "192.0.2.1" }],
    answers: [{ subnet: "54.144.10.0/24", addresses: ["198.51.100.1"] }],
    identified: [{ address: "198.51.100.1", region: "us-east-1" }],
  };
  const found = { servedBy: "us-east-1", votes, item };
  const view = carryDns(plan, null, { ...found, look, now: instant(0) });

  it("the networks, the name servers and the addresses of calm times", () => {
    expect(view.places).toMatchObject([{ sentTo: "us-east-1", calm: { "us-east-1": instant(0) } }]);
    expect(readDnsView(plan, view)).toEqual(view);
  });

  it("through rounds that do not ask, and through name servers that cannot be found", () => {
    const unasked = carryDns(plan, view, { ...found, look: null, now: instant(10) });
    const silence = { servers: [], answers: [{ subnet: "54.144.10.0/24", addresses: null }], identified: [] };
    const unanswered = carryDns(plan, unasked, { ...found, look: silence, now: instant(30) });

    expect(unasked.places).toEqual(view.places);
    expect(unanswered).toMatchObject({ servers: view.servers, places: view.places, addresses: view.addresses });
  });

  it("for how long resolvers may keep an answer, until the name servers say otherwise", () => {
    const first = carryDns(plan, null, { ...found, look: { ...look, timeToLiveSeconds: 240 }, now: instant(0) });
    const unsaid = carryDns(plan, first, { ...found, look, now: instant(30) });

    expect([view, first, unsaid].map(({ timeToLiveSeconds }) => timeToLiveSeconds)).toEqual([undefined, 240, 240]);
    expect(readDnsView(plan, unsaid)).toEqual(unsaid);
  });

  it.each([undefined, null, "dns", {}, { ...view, requests: null }])("nothing of what cannot be read: %j", (stored) => {
    expect(readDnsView(plan, stored)).toBeNull();
  });
});
