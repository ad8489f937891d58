import { seededRandom } from "../../../functions/shared/random.ts";
import {
  type CallPattern,
  callBoundaries,
  combineFaults,
  type FaultInjector,
  type FaultKind,
  faultAtBoundary,
  onlyFor,
  randomFaults,
  scriptedFaults,
} from "../../../simulator/aws/faults.ts";
import { callerIn, requestTo } from "./kernel-support.ts";

const request = requestTo("eu-west-1", callerIn("us-east-1"), "FailoverGlobalCluster");
const other = requestTo("eu-west-1", callerIn("us-east-1", { functionName: "Watch", state: null }), "GetItem");

function kinds(injector: FaultInjector, requests = Array.from({ length: 5 }, () => request), now = 0): string[] {
  return requests.map((each) => injector.onCall(each, now).kind);
}

describe("scriptedFaults", () => {
  it.each<[CallPattern, boolean]>([
    [{}, true],
    [{ service: "rds", operation: "FailoverGlobalCluster", region: "eu-west-1" }, true],
    [{ callerRegion: "us-east-1", functionName: "TrafficShift", state: "ShiftTraffic" }, true],
    [{ service: "s3" }, false],
    [{ operation: "DescribeGlobalClusters" }, false],
    [{ region: "us-east-1" }, false],
    [{ callerRegion: "eu-west-1" }, false],
    [{ functionName: "CapacityGrow" }, false],
    [{ state: "GrowCapacity" }, false],
  ])("%j matches: %s", (call, expected) => {
    const injector = scriptedFaults([{ call, occurrence: "every", verdict: { kind: "throttle" } }]);

    expect(kinds(injector, [request])).toEqual([expected ? "throttle" : "none"]);
  });

  it.each<[number | "every", string[]]>([
    [1, ["deny", "none", "none"]],
    [3, ["none", "none", "deny"]],
    ["every", ["deny", "deny", "deny"]],
  ])("occurrence %s: %j", (occurrence, expected) => {
    const injector = scriptedFaults([{ call: {}, occurrence, verdict: { kind: "deny" } }]);

    expect(kinds(injector, [request, request, request])).toEqual(expected);
  });

  it("applies during its time only, and counts only then", () => {
    const injector = scriptedFaults([
      { call: {}, occurrence: 1, during: { from: 100, to: 200 }, verdict: { kind: "deny" } },
    ]);

    expect([99, 100, 150, 200].map((now) => injector.onCall(request, now).kind)).toEqual([
      "none",
      "deny",
      "none",
      "none",
    ]);
  });
});

describe("randomFaults", () => {
  it("draws the same faults from the same seed", () => {
    const draw = () =>
      kinds(randomFaults(seededRandom(7), { rates: { throttle: 0.2, lostRequest: 0.2 } }), Array(200).fill(request));

    expect(draw()).toEqual(draw());
    expect(new Set(draw())).toEqual(new Set(["none", "throttle", "lostRequest"]));
  });

  it("comes near its rates and keeps to its maximum", () => {
    const drawn = kinds(
      randomFaults(seededRandom(3), { rates: { slow: 0.1, crashBefore: 0.5 }, maximum: { crashBefore: 2 } }),
      Array(1_000).fill(request),
    );

    const slow = drawn.filter((kind) => kind === "slow").length;
    expect(slow).toBeGreaterThan(70);
    expect(slow).toBeLessThan(130);
    expect(drawn.filter((kind) => kind === "crashBefore")).toHaveLength(2);
  });

  it.each<FaultKind>(["freeze", "slow"])("draws %s within its bounds", (kind) => {
    const bounds = { from: 10, to: 20 };
    const injector = randomFaults(seededRandom(5), {
      rates: { [kind]: 1 },
      freezeMilliseconds: bounds,
      slowMilliseconds: bounds,
    });

    for (let index = 0; index < 50; index++) {
      const verdict = injector.onCall(request, 0);
      if (verdict.kind !== "freeze" && verdict.kind !== "slow") throw new Error(verdict.kind);
      expect(verdict.milliseconds).toBeGreaterThanOrEqual(10);
      expect(verdict.milliseconds).toBeLessThanOrEqual(20);
    }
  });

  it("refuses rates that add up to more than 1", () => {
    expect(() => randomFaults(seededRandom(1), { rates: { deny: 0.7, slow: 0.7 } })).toThrow("received 1.4");
  });
});

describe("the crash matrix's faults", () => {
  it("lists the boundaries of a run by function, state and call", () => {
    expect(callBoundaries([request, other, request, other, request])).toEqual([
      { functionName: "TrafficShift", state: "ShiftTraffic", call: 1 },
      { functionName: "Watch", state: null, call: 1 },
      { functionName: "TrafficShift", state: "ShiftTraffic", call: 2 },
      { functionName: "Watch", state: null, call: 2 },
      { functionName: "TrafficShift", state: "ShiftTraffic", call: 3 },
    ]);
  });

  it("fires at its boundary, once", () => {
    const injector = faultAtBoundary({ functionName: "TrafficShift", state: "ShiftTraffic", call: 2 }, "crashAfter");

    expect(kinds(injector, [request, other, request, request, request])).toEqual([
      "none",
      "none",
      "crashAfter",
      "none",
      "none",
    ]);
  });
});

describe("combining injectors", () => {
  it("lets the first one decide and keeps every one's count", () => {
    const injector = combineFaults(
      scriptedFaults([{ call: {}, occurrence: 1, verdict: { kind: "deny" } }]),
      scriptedFaults([{ call: {}, occurrence: 2, verdict: { kind: "throttle" } }]),
      scriptedFaults([{ call: {}, occurrence: 1, verdict: { kind: "lostResponse" } }]),
    );

    expect(kinds(injector, [request, request, request])).toEqual(["deny", "throttle", "none"]);
  });

  it("keeps an injector to the calls that match", () => {
    const injector = onlyFor(
      { functionName: "Watch" },
      scriptedFaults([{ call: {}, occurrence: 1, verdict: { kind: "deny" } }]),
    );

    expect(kinds(injector, [request, other, other])).toEqual(["none", "deny", "none"]);
  });
});
