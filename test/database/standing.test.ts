import { initialItem } from "../../functions/coordination/rules.ts";
import { judgeStandings } from "../../functions/database/standing.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { evidenceFrom, regionDown, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const now = Date.parse("2026-03-14T09:05:00.000Z");
const fresh = initialItem(
  plan.application,
  plan.regions.map(({ name }) => name),
  now,
);
const standingsBy = (voices: Record<string, Voice>, item = fresh) =>
  judgeStandings(plan, evidenceFrom(plan, "eu-west-1", isoInstant(now), voices), item);

describe("judgeStandings", () => {
  it.each<[string, Record<string, Voice>, string]>([
    ["is confirmed to give no sign of life", regionDown(plan, "us-east-1"), "down"],
    ["is confirmed to fail its customers", { ...regionDown(plan, "us-east-1"), "us-east-1": {} }, "gray"],
    ["has failed too briefly to say", regionDown(plan, "us-east-1", 20), "notConfirmedToFail"],
    ["serves", {}, "notConfirmedToFail"],
  ])("says of a Region that %s: %s", (_what, voices, health) => {
    expect(standingsBy(voices)["us-east-1"]).toEqual({ state: "inService", incident: null, health });
  });

  it("takes state and incident from the book", () => {
    const entry = { state: "evacuated", since: isoInstant(now), incident: "storefront-us-east-1-e1" } as const;
    const item = { ...fresh, regions: { ...fresh.regions, "us-east-1": entry } };

    expect(standingsBy({}, item)["us-east-1"]).toMatchObject({
      state: "evacuated",
      incident: "storefront-us-east-1-e1",
    });
  });
});
