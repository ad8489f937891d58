import { SimulatedS3 } from "../../simulator/aws/s3.ts";
import type { RegionHealth } from "../../simulator/aws/service.ts";
import { createTrafficControl } from "../../simulator/aws/traffic-control.ts";
import { Customers } from "../../simulator/customers.ts";
import { createSimulatedProber } from "../../simulator/prober.ts";
import { createKernel, examplePlan, ireland, oregon, pass, singapore, virginia } from "./aws/service-support.ts";

const plan = examplePlan("storefront");

function setUp(options: { capacity?: number; seed?: number } = {}) {
  const kernel = createKernel(options.seed);
  const s3 = new SimulatedS3(kernel);
  const { dns, healthCheckers } = createTrafficControl({ ...kernel, plan, s3 });
  let capacity = options.capacity ?? 2_000;
  let writers: readonly string[] = [virginia];
  const customers = new Customers({
    ...kernel,
    plan,
    dns,
    capacity: () => capacity,
    acceptingWrites: () => writers,
  });
  healthCheckers.start();
  customers.start();
  const probe = (vantage: string, url = plan.traffic.url, method: "GET" | "POST" = "GET") => {
    const prober = createSimulatedProber({ ...kernel, plan, dns, customers, s3, vantage });
    const result = prober.probe({ url, method, timeoutMs: 2_000, servedByHeader: "x-served-by-region" });
    return pass(kernel, 3).then(() => Promise.race([result, Promise.resolve("never")]));
  };
  return {
    kernel,
    regions: kernel.regions,
    customers,
    probe,
    setCapacity: (value: number) => {
      capacity = value;
    },
    setWriters: (value: readonly string[]) => {
      writers = value;
    },
    secondsAfter: (at: number) => ((customers.servedAgainAt ?? Number.NaN) - at) / 1_000,
  };
}

describe("Customers", () => {
  it("are all served in calm weather, each by the nearest Region", async () => {
    const { kernel, customers } = setUp();

    await pass(kernel, 10);

    expect([customers.trafficTotal, customers.trafficLost]).toEqual([10_000, 0]);
    expect(customers.curve).toHaveLength(10);
    expect(customers.curve[9]).toMatchObject({
      served: { [virginia]: 500, [ireland]: 300, [singapore]: 200 },
      failed: 0,
    });
    expect(customers.servedAgainAt).toBeNull();
  });

  it("follow DNS away from a dark Region as their caches expire, all but those that ignore the TTL (FM53)", async () => {
    // Prepare
    const { kernel, regions, customers, setWriters, secondsAfter } = setUp();
    await pass(kernel, 30);

    // Act
    const faultAt = kernel.clock.now();
    customers.markFault();
    regions.set(virginia, "dark");
    setWriters([ireland]);
    await pass(kernel, 45);
    const early = customers.curve.at(-1)?.failed ?? 0;
    await pass(kernel, 55);
    const late = customers.curve.at(-1)?.failed ?? 0;
    await pass(kernel, 240);

    // Assess
    expect(early).toBeGreaterThan(100);
    expect(early).toBeLessThan(500);
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(5);
    expect(customers.curve.at(-1)?.failed).toBe(0);
    expect(secondsAfter(faultAt)).toBeGreaterThan(50);
    expect(secondsAfter(faultAt)).toBeLessThanOrEqual(95);
    expect(customers.load(ireland)).toBeCloseTo(800);
  });

  it.each<[RegionHealth, number]>([
    ["up", 0],
    ["gray", 450],
    ["dark", 500],
    ["partitioned", 500],
  ])("of a Region that is %s lose %i requests a second", async (health, expected) => {
    const { kernel, regions, customers, setWriters } = setUp();
    setWriters([ireland, virginia]);

    regions.set(virginia, health);
    await pass(kernel, 2);

    expect(customers.curve.at(-1)?.failed).toBe(expected);
  });

  it("fail by as much as an overloaded Region cannot carry", async () => {
    const { kernel, customers } = setUp({ capacity: 400 });

    await pass(kernel, 1);

    expect(customers.servedShare(virginia)).toBeCloseTo(0.8);
    expect(customers.curve[0]).toMatchObject({ served: { [virginia]: 400, [ireland]: 300 }, failed: 100 });
  });

  it("read on and cannot write while no database takes writes, and count as served only with both", async () => {
    // Prepare
    const { kernel, customers, setWriters, secondsAfter } = setUp();
    await pass(kernel, 5);
    const faultAt = kernel.clock.now();
    customers.markFault();

    // Act
    setWriters([]);
    await pass(kernel, 60);
    const during = [customers.curve.at(-1)?.failed, customers.servedAgainAt];
    setWriters([ireland]);
    await pass(kernel, 40);

    // Assess
    expect(during).toEqual([100, null]);
    expect(secondsAfter(faultAt)).toBe(61);
  });

  it("cannot write where the link to the writer is cut", async () => {
    const { kernel, regions, customers } = setUp();

    regions.cut(singapore, virginia);
    await pass(kernel, 1);

    expect([customers.canWrite(singapore), customers.canWrite(ireland)]).toEqual([false, true]);
    expect(customers.curve.at(-1)?.failed).toBe(20);
  });

  it("do not count as served again by a respite of some seconds (FM56)", async () => {
    // Prepare
    const { kernel, customers, setCapacity, secondsAfter } = setUp();
    const faultAt = kernel.clock.now();
    customers.markFault();

    // Act: it fails until 10, holds until 30, fails until 50
    for (const [capacity, seconds] of [
      [100, 10],
      [2_000, 20],
      [100, 20],
      [2_000, 100],
    ] as const) {
      setCapacity(capacity);
      await pass(kernel, seconds);
    }

    // Assess
    expect(secondsAfter(faultAt)).toBe(51);
  });

  it("that never notice a fault were served at its instant", async () => {
    const { kernel, customers, secondsAfter } = setUp();
    customers.markFault();
    const faultAt = kernel.clock.now();

    await pass(kernel, 40);

    expect(secondsAfter(faultAt)).toBe(0);
  });

  it("behave the same for the same seed", async () => {
    const play = async (seed: number) => {
      const { kernel, regions, customers } = setUp({ seed });
      regions.set(virginia, "dark");
      await pass(kernel, 120);
      return JSON.stringify(customers.curve);
    };

    const [first, again, other] = [await play(7), await play(7), await play(8)];

    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe("createSimulatedProber", () => {
  const own = (region: string) => plan.regions.find(({ name }) => name === region)?.probeUrl ?? "";
  const unanswered = { kind: "failed", reason: "no answer within 2000 ms", latencyMs: 2_000 };

  it.each([
    ["a Region's endpoint", oregon, own(singapore), singapore],
    ["the public name", ireland, plan.traffic.url, ireland],
  ])("is served by %s", async (_, vantage, url, servedBy) => {
    const { probe } = setUp();

    expect(await probe(vantage, url)).toMatchObject({ kind: "served", status: 200, servedBy });
  });

  it("takes longer the farther it is", async () => {
    const { probe } = setUp();

    const near = await probe(virginia, own(virginia));
    const far = await probe(virginia, own(singapore));

    expect(near).toMatchObject({ latencyMs: expect.any(Number) });
    expect((near as { latencyMs: number }).latencyMs).toBeLessThan(60);
    expect((far as { latencyMs: number }).latencyMs).toBeGreaterThan(400);
  });

  it.each<[string, string, RegionHealth, string]>([
    ["a dark Region", virginia, "dark", oregon],
    ["a Region that is cut off", virginia, "partitioned", oregon],
    ["its own Region when that is cut off", virginia, "partitioned", virginia],
    ["another Region when its own is cut off", oregon, "partitioned", oregon],
  ])("gets no answer from %s", async (_, region, health, vantage) => {
    const { regions, probe } = setUp();

    regions.set(region, health);

    expect(await probe(vantage, own(virginia))).toEqual(unanswered);
  });

  it("gets no answer over a link that is cut, while others do", async () => {
    const { regions, probe } = setUp();

    regions.cut(oregon, virginia);

    expect(await probe(oregon, own(virginia))).toEqual(unanswered);
    expect(await probe(ireland, own(virginia))).toMatchObject({ kind: "served" });
  });

  it("mostly gets 503 from a gray Region (FM16)", async () => {
    const { regions, probe } = setUp();
    regions.set(virginia, "gray");

    const results: unknown[] = [];
    for (let round = 0; round < 40; round++) results.push(await probe(oregon, own(virginia)));

    const failed = results.filter((result) => (result as { reason?: string }).reason === "HTTP 503").length;
    expect(failed).toBeGreaterThan(30);
  });

  it("cannot write without a writer", async () => {
    const { probe, setWriters } = setUp();
    const url = plan.recovery.writeProbeUrl ?? "";
    const before = await probe(ireland, url, "POST");

    setWriters([]);

    expect(before).toMatchObject({ kind: "served" });
    expect(await probe(ireland, url, "POST")).toMatchObject({ kind: "failed", reason: "HTTP 503" });
    expect(await probe(ireland, url, "GET")).toMatchObject({ kind: "served" });
  });

  it("does not know other hosts", async () => {
    const { probe } = setUp();

    expect(await probe(ireland, "https://elsewhere.example.com/")).toMatchObject({
      kind: "failed",
      reason: "getaddrinfo ENOTFOUND elsewhere.example.com",
    });
  });

  it("never answers a vantage that is dark", async () => {
    const { regions, probe } = setUp();
    regions.set(oregon, "dark");

    expect(await probe(oregon, own(ireland))).toBe("never");
  });
});
