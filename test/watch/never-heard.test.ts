import { readObservation } from "../../functions/watch/observation-form.ts";
import { carryNeverHeard } from "../../functions/watch/never-heard.ts";
import type { Observation } from "../../functions/watch/observation.ts";
import { observe } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const region = "eu-west-1";
const began = "2026-03-01T08:00:00.000Z";
const now = "2026-03-01T08:00:10.000Z";

/** What eu-west-1 sees, and what it can read of the others: all but `absent`. */
function round(at: string, absent: readonly string[]) {
  const all = observe(plan, at);
  const seen = all.find(({ vantage }) => vantage === region) as Observation;
  return { seen, others: all.filter(({ vantage }) => vantage !== region && !absent.includes(vantage)) };
}

describe("FM59: a vantage of the plan that never spoke", () => {
  it("is listened for from the first round on", () => {
    const first = round(began, ["us-west-2"]);
    const last = carryNeverHeard({ plan, region }, first.seen, { last: null, others: first.others });
    const next = round(now, ["us-west-2"]);

    expect(last.neverHeardSince).toEqual({ "us-west-2": began });
    expect(carryNeverHeard({ plan, region }, next.seen, { last, others: next.others }).neverHeardSince).toEqual({
      "us-west-2": began,
    });
  });

  it("is forgotten once it is heard", () => {
    const { seen, others } = round(now, []);
    const last = { ...seen, neverHeardSince: { "us-west-2": began } };

    expect(carryNeverHeard({ plan, region }, seen, { last, others })).toEqual(seen);
  });

  it("is neither forgotten nor found in a round that could not read the others", () => {
    const { seen } = round(now, []);
    const last = { ...seen, neverHeardSince: { "us-west-2": began } };

    expect(carryNeverHeard({ plan, region }, seen, { last: null, others: null })).toEqual(seen);
    expect(carryNeverHeard({ plan, region }, seen, { last, others: null }).neverHeardSince).toEqual({
      "us-west-2": began,
    });
  });

  it("FM57: is read as far as it is of the form", () => {
    const [stored] = observe(plan, now);

    expect(readObservation({ ...stored, neverHeardSince: { a: began, b: "long ago", c: 7 } })?.neverHeardSince).toEqual(
      { a: began },
    );
    expect(readObservation({ ...stored, neverHeardSince: "never" })).not.toHaveProperty("neverHeardSince");
  });
});
