import { describeOneLossFromBlind, findOneLossFromBlind } from "../../functions/shared/plan/blindness.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { examplePlan } from "../fakes/plans.ts";

const storefront = examplePlan("storefront");

function shaped(regions: readonly string[], witnesses: readonly string[], quorum: number): Plan {
  const [one] = storefront.regions;
  if (one === undefined) throw new Error("storefront has no Region");
  return {
    ...storefront,
    regions: regions.map((name) => ({ ...one, name })),
    detection: { ...storefront.detection, witnesses, quorum },
  };
}

describe("FM59: a plan that is one loss from blind by design", () => {
  it.each([
    ["two Regions, a witness, quorum 2", ["us-east-1", "eu-west-1"], ["us-west-2"], 2, 2],
    ["two Regions alone, quorum 1", ["us-east-1", "eu-west-1"], [], 1, 1],
    ["three Regions alone, quorum 2", ["us-east-1", "eu-west-1", "ap-southeast-1"], [], 2, 2],
  ])("is told of: %s", (_name, regions, witnesses, quorum, others) => {
    expect(findOneLossFromBlind(shaped(regions, witnesses, quorum))).toEqual({
      quorum,
      others,
      witness: expect.any(String),
    });
  });

  it.each([
    ["two Regions, two witnesses, quorum 2", ["us-east-1", "eu-west-1"], ["us-west-2", "eu-central-1"], 2],
    ["two Regions, a witness, quorum 1", ["us-east-1", "eu-west-1"], ["us-west-2"], 1],
    ["three Regions, a witness, quorum 2", ["us-east-1", "eu-west-1", "ap-southeast-1"], ["us-west-2"], 2],
  ])("is not: %s", (_name, regions, witnesses, quorum) => {
    expect(findOneLossFromBlind(shaped(regions, witnesses, quorum))).toBeNull();
  });

  it.each([
    [["us-east-1", "eu-west-1"], ["us-west-2"]],
    [["us-east-1", "us-west-2"], []],
    [["eu-west-1", "eu-central-1"], ["eu-north-1"]],
  ])("is cured by the witness that it names: %j, %j", (regions, witnesses) => {
    const quorum = regions.length + witnesses.length - 1;
    const { witness } = findOneLossFromBlind(shaped(regions, witnesses, quorum)) ?? { witness: null };

    expect([...regions, ...witnesses]).not.toContain(witness);
    expect(findOneLossFromBlind(shaped(regions, [...witnesses, witness ?? ""], quorum))).toBeNull();
  });

  it("names a witness far from those that serve, which every account has, and none for a place that is not known", () => {
    expect(findOneLossFromBlind(shaped(["us-east-1", "us-west-2"], [], 1))?.witness).toBe("ap-southeast-1");
    expect(findOneLossFromBlind(shaped(["us-gov-west-1", "us-gov-east-1"], [], 1))?.witness).toBeNull();
  });

  it("is told in one line that names the cure", () => {
    const found = findOneLossFromBlind(shaped(["us-east-1", "us-west-2"], ["eu-west-1"], 2));

    expect(found === null ? "" : describeOneLossFromBlind(found)).toMatch(
      /^Warning: one loss and automation is blind: 2 other vantages see each Region, and detection\.quorum is 2, .* another witness, in [a-z]+-[a-z]+-\d for instance \(detection\.witnesses\), would cure it$/,
    );
  });
});
