import { createJournal } from "../../functions/timeline/journal.ts";
import { createWorld, run, storefront } from "./world.ts";

type World = ReturnType<typeof createWorld>;

/** The watch in ap-southeast-1 has read in its bucket that `regions` are out of DNS. */
function say(world: World, regions: readonly string[], at = "2026-03-01T12:01:20.000Z"): void {
  const { cloud } = world;
  cloud.observe(storefront, { vantage: "ap-southeast-1", at, takenOut: { at, regions } });
}

const drained = "eu-west-1";

describe("FM67: capacity rests on no Region that a person has drained", () => {
  it("the others are sized for all customers, its own among them, and its group is left as it is", async () => {
    const world = createWorld();
    say(world, [drained]);

    const answer = await world.raise();

    // (10 + 6 + 4) × 1.1
    expect(answer.targets.map(({ region, carries }) => [region, carries])).toEqual([["ap-southeast-1", 22]]);
    expect(world.europe.updates).toEqual([]);
    expect(world.sizing()?.detail.totalDemand).toBe(20);
    expect(world.events().map(({ summary }) => summary)).toContainEqual(
      "eu-west-1 is out of DNS by the switch although the book has it in service: nothing is grown there, and the others are sized for all customers",
    );
  });

  it("what the traffic step read counts as well, and no longer than a reading does", async () => {
    const noted = async (secondsLater: number) => {
      const world = createWorld();
      const journal = createJournal(world.cloud.dependencies(world.plan, "ap-southeast-1"), run.incident, run.epoch);
      await journal.append({ step: "traffic", kind: "observed", summary: "read", detail: { takenOut: [drained] } });
      await world.cloud.clock.sleep(secondsLater * 1_000);
      return (await world.raise()).targets.map(({ region }) => region);
    };

    expect(await noted(1)).toEqual(["ap-southeast-1"]);
    expect(await noted(400)).toEqual([drained, "ap-southeast-1"]);
  });

  it("where DNS hands out no survivor at all, they are grown all the same", async () => {
    const world = createWorld();
    say(world, [drained, "ap-southeast-1"]);

    expect((await world.raise()).targets.map(({ region }) => region)).toEqual([drained, "ap-southeast-1"]);
  });

  it("one that is drained while the run waits gives its part to the others", async () => {
    const world = createWorld();
    world.europe.launchSeconds = 3_600;
    const raised = await world.raise();
    say(world, [drained]);

    const answer = await world.await(raised);

    expect(answer.targets.map(({ region, carries }) => [region, carries])).toEqual([
      [drained, 0],
      ["ap-southeast-1", 23],
    ]);
    expect(answer.reason).toContain("eu-west-1 is out of DNS by the switch");
  });
});
