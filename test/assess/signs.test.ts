import { type Sign, signsOfLife } from "../../functions/assess/signs.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { failing, observe, type Voice } from "../fakes/observations.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const now = "2026-03-14T09:05:00.000Z";
const suspect = "us-east-1";
const ago = (seconds: number) => isoInstant(parseInstant(now) - seconds * 1_000);
/** All others see the suspect failing, and nobody has heard of it for ten minutes. */
const silent: Record<string, Voice> = {
  [suspect]: { age: 600 },
  ...Object.fromEntries(
    ["eu-west-1", "ap-southeast-1", "us-west-2"].map((each) => [each, { words: { [suspect]: failing(600) } }]),
  ),
};
const youngest = (voices: Record<string, Voice>) =>
  signsOfLife(plan, "eu-west-1", observe(plan, now, voices), suspect)[0];

describe("signsOfLife", () => {
  it.each<[string, Record<string, Voice>, Sign]>([
    [
      "its own heartbeat, as it got here",
      { ...silent, [suspect]: { age: 8 } },
      { kind: "heartbeat", at: ago(8), seenFrom: "eu-west-1" },
    ],
    [
      "FM73: what another vantage has heard, where its own word does not get here",
      { ...silent, "us-west-2": { words: { [suspect]: failing(600) }, hears: { [suspect]: 7 } } },
      { kind: "heartbeat", at: ago(7), seenFrom: "us-west-2" },
    ],
    [
      "FM73: the same in an observation that is a while old",
      { ...silent, "us-west-2": { age: 20, words: { [suspect]: failing(600) }, hears: { [suspect]: 7 } } },
      { kind: "heartbeat", at: ago(27), seenFrom: "us-west-2" },
    ],
    [
      "FM74: a look that passed, though the vote is failing",
      { ...silent, "ap-southeast-1": { words: { [suspect]: { ...failing(600), passedAgo: 12 } } } },
      { kind: "served", at: ago(12), seenFrom: "ap-southeast-1" },
    ],
    [
      "FM74: a vote that passes, of a version that did not keep its looks",
      { ...silent, "us-west-2": { words: { [suspect]: { vote: "passing", forSeconds: 60, seenAgo: 4 } }, hears: {} } },
      { kind: "served", at: ago(4), seenFrom: "us-west-2" },
    ],
    [
      "FM74: customers whom it serves",
      { ...silent, "us-west-2": { age: 3, words: { [suspect]: failing(600) }, servedBy: suspect } },
      { kind: "served", at: ago(3), seenFrom: "us-west-2" },
    ],
  ])("is %s", (_what, voices, expected) => {
    expect(youngest(voices)).toEqual(expected);
  });

  it("is none where nobody ever noticed one", () => {
    expect(youngest({ ...silent, [suspect]: { age: null } })).toBeUndefined();
  });

  it("does not count what a vantage of no plan says", () => {
    const [, ...others] = observe(plan, now, silent);
    const stranger = {
      ...others[0],
      vantage: "sa-east-1",
      heartbeatAgeSeconds: { [suspect]: 1 },
    } as (typeof others)[0];

    expect(signsOfLife(plan, "eu-west-1", [...others, stranger], suspect)[0]?.at).toBe(ago(600));
  });
});
