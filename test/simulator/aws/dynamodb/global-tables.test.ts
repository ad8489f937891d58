import type { RegionHealth } from "../../../../simulator/aws/service.ts";
import { runUntil } from "../kernel-support.ts";
import { createTables, eventual, ifAbsent, ifValue, strong } from "./support.ts";

describe("a strongly consistent table (MRSC)", () => {
  it("shows a write at every replica at once", () => {
    const { put, read } = createTables();

    put(strong, "eu-west-1", 1);

    expect(strong.regions.map((region) => read(strong, region))).toEqual([1, 1, 1]);
  });

  it("lets one of two conditional writes win, whichever replicas they go to (FM25)", async () => {
    const { clock, put, read } = createTables();
    put(strong, "eu-west-1", 1, ifAbsent);
    await runUntil(clock, 1);

    put(strong, "eu-west-2", 2, ifValue(1));
    await runUntil(clock, 2);
    const late = () => put(strong, "eu-central-1", 3, ifValue(1));

    expect(late).toThrow(expect.objectContaining({ name: "ConditionalCheckFailedException" }));
    expect(read(strong, "eu-central-1")).toBe(2);
  });

  it("refuses a write at the same moment as one at another replica", async () => {
    const { clock, put } = createTables();
    put(strong, "eu-west-1", 1);

    const sameMoment = () => put(strong, "eu-west-2", 2);
    expect(sameMoment).toThrow(expect.objectContaining({ name: "ReplicatedWriteConflictException" }));
    expect(() => put(strong, "eu-west-1", 2)).not.toThrow();
    await runUntil(clock, 1);
    expect(sameMoment).not.toThrow();
  });

  it.each<[string, Record<string, RegionHealth>, string, "served" | "no answer"]>([
    ["one other Region dark", { "eu-west-2": "dark" }, "eu-west-1", "served"],
    ["both other Regions dark", { "eu-west-2": "dark", "eu-central-1": "dark" }, "eu-west-1", "no answer"],
    ["one dark and one cut off", { "eu-west-2": "dark", "eu-central-1": "partitioned" }, "eu-west-1", "no answer"],
    ["the asked Region cut off", { "eu-west-1": "partitioned" }, "eu-west-1", "no answer"],
    ["the asked Region gray", { "eu-west-1": "gray" }, "eu-west-1", "served"],
  ])("with %s: %#", (_, health, region, expected) => {
    const { regions, put, read } = createTables();
    put(strong, region, 1);
    for (const [name, state] of Object.entries(health)) regions.set(name, state);

    if (expected === "served") {
      put(strong, region, 2);
      expect(read(strong, region)).toBe(2);
    } else {
      expect(() => put(strong, region, 2)).toThrow(expect.objectContaining({ name: "TimeoutError" }));
      expect(() => read(strong, region)).toThrow(expect.objectContaining({ name: "TimeoutError" }));
      expect(read(strong, region, "eventual")).toBe(1);
    }
  });

  it("counts a witness, which cannot be asked", () => {
    const witnessed = { ...strong, regions: ["eu-west-1", "eu-west-2"], witness: "eu-central-1" };
    const { regions, put } = createTables({ tables: [witnessed] });
    regions.set("eu-west-2", "dark");

    expect(() => put(witnessed, "eu-west-1", 1)).not.toThrow();
    expect(() => put(witnessed, "eu-central-1", 1)).toThrow(
      expect.objectContaining({ name: "ResourceNotFoundException" }),
    );
  });

  it("has three Regions, no fewer", () => {
    const two = { ...strong, regions: ["eu-west-1", "eu-west-2"] };

    expect(() => createTables({ tables: [two] })).toThrow("received eu-west-1, eu-west-2 for coordination");
  });
});

describe("an eventually consistent table (MREC)", () => {
  it("shows a write at once where it was made and elsewhere within seconds", async () => {
    const { clock, dynamodb, put, read } = createTables();

    put(eventual, "us-east-1", 1);

    await runUntil(clock, 0.4);
    expect(eventual.regions.map((region) => read(eventual, region))).toEqual([1, null, null]);
    expect(dynamodb.missing("records", "us-east-1", "eu-west-1")).toBe(1);
    await runUntil(clock, 2.1);
    expect(eventual.regions.map((region) => read(eventual, region))).toEqual([1, 1, 1]);
    expect(dynamodb.missing("records", "us-east-1", "eu-west-1")).toBe(0);
  });

  it("lets the same conditional write win in two Regions: it is no lock (FM25)", async () => {
    const { clock, put, read } = createTables();

    expect(() => put(eventual, "us-east-1", 1, ifAbsent)).not.toThrow();
    await runUntil(clock, 0.1);
    expect(() => put(eventual, "eu-west-1", 2, ifAbsent)).not.toThrow();

    await runUntil(clock, 5);
    expect(eventual.regions.map((region) => read(eventual, region))).toEqual([2, 2, 2]);
  });

  it("keeps the later of two writes, whichever arrives last", async () => {
    const { clock, dynamodb, put, read } = createTables();
    dynamodb.setReplicationDelay("records", { from: 9_000, to: 9_000 });
    put(eventual, "us-east-1", 1);
    await runUntil(clock, 1);
    dynamodb.setReplicationDelay("records", { from: 10, to: 10 });

    put(eventual, "eu-west-1", 2);

    await runUntil(clock, 20);
    expect(eventual.regions.map((region) => read(eventual, region))).toEqual([2, 2, 2]);
  });

  it("lets a deletion win over an older write that arrives later", async () => {
    const { clock, dynamodb, put, read, ask } = createTables();
    dynamodb.setReplicationDelay("records", { from: 9_000, to: 9_000 });
    put(eventual, "us-east-1", 1);
    await runUntil(clock, 1);

    ask("DeleteItem", "eu-west-1", { TableName: "records", Key: { pk: { S: "p" }, sk: { S: "s" } } });

    await runUntil(clock, 20);
    expect(eventual.regions.map((region) => read(eventual, region))).toEqual([null, null, null]);
  });

  it.each<[RegionHealth]>([["dark"], ["partitioned"]])(
    "replicates nothing out of or into a Region that is %s, and catches up on its return",
    async (health) => {
      const { clock, regions, dynamodb, put, read } = createTables();
      put(eventual, "us-east-1", 1, {}, "before");
      put(eventual, "us-east-1", 1);
      regions.set("us-east-1", health);
      await runUntil(clock, 60);
      put(eventual, "eu-west-1", 2, {}, "during");

      await runUntil(clock, 600);
      const sortKeys = (region: string) => dynamodb.peek("records", region, "p").map((item) => item.sk);
      expect(sortKeys("us-east-1")).toEqual(["before", "s"]);
      expect(sortKeys("ap-southeast-1")).toEqual(["during"]);
      expect(read(eventual, "eu-west-1")).toBeNull();
      expect(dynamodb.missing("records", "us-east-1", "eu-west-1")).toBe(2);

      regions.set("us-east-1", "up");
      await runUntil(clock, 610);
      for (const region of eventual.regions) expect(sortKeys(region)).toEqual(["before", "during", "s"]);
    },
  );

  it("replicates past a severed link to those that are not behind it", async () => {
    const { clock, regions, put, read } = createTables();
    regions.cut("us-east-1", "eu-west-1");

    put(eventual, "us-east-1", 1);

    await runUntil(clock, 60);
    expect(eventual.regions.map((region) => read(eventual, region))).toEqual([1, null, 1]);
    regions.mend("us-east-1", "eu-west-1");
    await runUntil(clock, 63);
    expect(read(eventual, "eu-west-1")).toBe(1);
  });
});
