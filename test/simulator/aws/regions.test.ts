import { type RegionChange, Regions } from "../../../simulator/aws/regions.ts";
import type { RegionHealth } from "../../../simulator/aws/service.ts";

describe("Regions", () => {
  it.each<[RegionHealth, RegionHealth, boolean]>([
    ["up", "up", true],
    ["up", "gray", true],
    ["gray", "up", true],
    ["up", "partitioned", false],
    ["partitioned", "up", false],
    ["partitioned", "partitioned", false],
    ["up", "dark", false],
    ["dark", "up", false],
  ])("reachable from %s to %s: %s", (from, to, expected) => {
    const regions = new Regions(["us-east-1", "eu-west-1"]);
    regions.set("us-east-1", from);
    regions.set("eu-west-1", to);

    expect(regions.reachable("us-east-1", "eu-west-1")).toBe(expected);
  });

  it.each<[RegionHealth, boolean]>([
    ["up", true],
    ["gray", true],
    ["partitioned", true],
    ["dark", false],
  ])("a Region that is %s reaches itself: %s", (health, expected) => {
    const regions = new Regions(["us-east-1"]);
    regions.set("us-east-1", health);

    expect(regions.reachable("us-east-1", "us-east-1")).toBe(expected);
    expect(regions.runs("us-east-1")).toBe(expected);
  });

  it("severs one link only, both ways, until it is mended", () => {
    const regions = new Regions(["us-east-1", "eu-west-1", "us-west-2"]);

    regions.cut("us-east-1", "eu-west-1");

    expect(regions.reachable("us-east-1", "eu-west-1")).toBe(false);
    expect(regions.reachable("eu-west-1", "us-east-1")).toBe(false);
    expect(regions.reachable("eu-west-1", "us-west-2")).toBe(true);
    regions.mend("eu-west-1", "us-east-1");
    expect(regions.reachable("us-east-1", "eu-west-1")).toBe(true);
  });

  it("FM72: a vantage that has lost its view is reached as ever", () => {
    const regions = new Regions(["us-east-1", "eu-west-1"]);

    regions.blind("us-east-1");

    expect([regions.sees("us-east-1"), regions.sees("eu-west-1")]).toEqual([false, true]);
    expect(regions.reachable("us-east-1", "eu-west-1")).toBe(true);
    regions.unblind("us-east-1");
    expect(regions.sees("us-east-1")).toBe(true);
    expect(() => regions.blind("sa-east-1")).toThrow(/sa-east-1/);
  });

  it("tells subscribers of changes, and of nothing else", () => {
    const regions = new Regions(["us-east-1", "eu-west-1"]);
    const changes: RegionChange[] = [];
    regions.subscribe((change) => changes.push(change));

    regions.set("us-east-1", "up");
    regions.set("us-east-1", "dark");
    regions.cut("us-east-1", "eu-west-1");
    regions.cut("eu-west-1", "us-east-1");
    regions.mend("us-east-1", "eu-west-1");
    regions.mend("us-east-1", "eu-west-1");

    expect(changes).toEqual([
      { kind: "health", region: "us-east-1", before: "up", after: "dark" },
      { kind: "link", between: ["us-east-1", "eu-west-1"], after: "cut" },
      { kind: "link", between: ["us-east-1", "eu-west-1"], after: "mended" },
    ]);
  });

  it("refuses a Region that is not in this world, by name", () => {
    const regions = new Regions(["us-east-1"]);

    expect(() => regions.set("us-east-9", "dark")).toThrow('received "us-east-9"');
    expect(() => regions.reachable("us-east-1", "us-east-9")).toThrow('received "us-east-9"');
    expect(() => regions.cut("us-east-1", "us-east-9")).toThrow('received "us-east-9"');
  });
});
