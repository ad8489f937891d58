import { escalationPartition } from "../../functions/escalation/records.ts";
import { toAttributes } from "../../functions/shared/attributes.ts";
import { planNamed } from "../../simulator/plans.ts";
import { World } from "../../simulator/world.ts";

const plan = planNamed("storefront");
const [witness = ""] = plan.detection.witnesses;
const matter = "witness-blind";

/** Puts a page's record and its event into a Region, as its watch would. */
async function page(world: World, region: string, record: object | null): Promise<void> {
  const caller = { region, functionName: "Watch", invocation: "test", execution: null, state: null };
  const { recordsTable: TableName } = plan;
  if (record !== null) {
    const Item = toAttributes({ pk: escalationPartition(plan.application), sk: matter, ...record });
    const put = { service: "dynamodb", operation: "PutItem", region, input: { TableName, Item }, caller } as const;
    world.dynamoDB.handle(put);
  }
  const Detail = JSON.stringify({ application: plan.application, matter, summary: "Run this" });
  const Entries = [{ Source: "region-failover", DetailType: "Attention Needed", Detail }];
  world.eventBridge.handle({ service: "events", operation: "PutEvents", region, input: { Entries }, caller });
  await world.clock.run({ deadline: world.clock.now() + 20_000 });
}

describe("FM58: a page", () => {
  it("from a witness is heard from the witness's own topic, as its record says it", async () => {
    const world = new World(plan, 1);
    const at = world.iso();
    const dedupKey = `storefront/${matter}`;
    const record = { application: "storefront", matter, at, dedupKey, summary: "One more loss and nobody sees" };

    await page(world, witness, record);

    const [first, ...repeats] = world.sns.messages;
    expect(first).toMatchObject({ region: witness, content: record, attributes: { dedupKey } });
    // Delivery may be twice; the key is the same.
    expect(repeats.map(({ attributes }) => attributes.dedupKey)).toEqual(repeats.map(() => dedupKey));
  });

  it("of which there is no record is heard by nobody", async () => {
    const world = new World(plan, 1);

    await page(world, witness, null);

    expect(world.sns.messages).toEqual([]);
  });
});
