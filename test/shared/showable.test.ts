import { describeUnshowable, findUnshowable } from "../../functions/shared/plan/showable.ts";
import { examplePlan } from "../fakes/plans.ts";

const storefront = examplePlan("storefront");
const privately = { ...storefront, traffic: { ...storefront.traffic, zone: "private" as const } };

describe("FM62: a Region for whose customers nobody stands", () => {
  it.each(["storefront", "two-regions", "stateless"] as const)(
    "is none in %s: its name servers can be asked",
    (name) => {
      expect(findUnshowable(examplePlan(name))).toEqual([]);
    },
  );

  it("is each to which no witness is sent, where the zone is private", () => {
    expect(findUnshowable(privately)).toEqual([
      { region: "eu-west-1", because: "privateZone", witness: "eu-west-2" },
      { region: "ap-southeast-1", because: "privateZone", witness: expect.any(String) },
    ]);
  });

  it("is one of which no network is known", () => {
    const regions = storefront.regions.map((each) =>
      each.name === "eu-west-1" ? { ...each, name: "eu-north-9" } : each,
    );

    expect(findUnshowable({ ...storefront, regions })).toMatchObject([{ region: "eu-north-9", because: "noSubnets" }]);
  });

  it("is advised no witness in a Region that an account has to enable first", () => {
    const regions = privately.regions.map((each) =>
      each.name === "eu-west-1" ? { ...each, name: "ap-south-1" } : each,
    );

    const [first] = findUnshowable({ ...privately, regions });

    // The nearest one is me-south-1.
    expect(first).toMatchObject({ region: "ap-south-1", witness: expect.stringMatching(/^eu-/) });
    expect(first?.witness).not.toBe("eu-south-1");
  });

  it("is told in one line that names the witness", () => {
    const [first] = findUnshowable(privately);

    expect(first === undefined ? "" : describeUnshowable(first)).toMatch(
      /^Warning: nobody stands where the customers of eu-west-1 are: .* a witness in eu-west-2 .* would cure it$/,
    );
  });
});
