import {
  type AlarmRule,
  type AlarmState,
  evaluate,
  holds,
  type MetricAlarm,
  ruleText,
} from "../../../../simulator/aws/cloudwatch/alarms.ts";

const alarm: MetricAlarm = {
  kind: "metric",
  region: "eu-west-1",
  name: "shop-us-east-1-customers",
  metric: { namespace: "Shop", name: "Served", dimensions: { Region: "us-east-1" } },
  statistic: "Average",
  periodSeconds: 60,
  comparison: "LessThanThreshold",
  threshold: 0.5,
  datapoints: 2,
  of: 3,
  treatMissingData: "missing",
};

/** 1 is fine, 0 breaches, a dot is missing; oldest first. */
function evaluateText(text: string, treatMissingData: MetricAlarm["treatMissingData"], present: AlarmState) {
  const found = [...text].flatMap((each, index) =>
    each === "." ? [] : [{ at: index * 60_000, value: Number(each), samples: 1 }],
  );
  return evaluate({ ...alarm, treatMissingData }, found, present).state;
}

describe("evaluate, 2 out of 3", () => {
  it.each<[string, MetricAlarm["treatMissingData"], AlarmState, AlarmState]>([
    ["11111", "missing", "ALARM", "OK"],
    ["11001", "missing", "OK", "ALARM"],
    ["00111", "missing", "ALARM", "OK"],
    ["10...", "missing", "OK", "OK"],
    ["...0.", "missing", "OK", "OK"],
    ["...0.", "missing", "ALARM", "ALARM"],
    [".....", "missing", "OK", "INSUFFICIENT_DATA"],
    // With enough datapoints in the range, those that are missing at its end do not matter.
    ["101..", "breaching", "OK", "OK"],
    ["1....", "breaching", "OK", "ALARM"],
    [".....", "breaching", "OK", "ALARM"],
    ["...11", "breaching", "ALARM", "OK"],
    [".....", "notBreaching", "ALARM", "OK"],
    ["...00", "notBreaching", "OK", "ALARM"],
    [".....", "ignore", "ALARM", "ALARM"],
    [".....", "ignore", "OK", "OK"],
    ["...00", "ignore", "OK", "ALARM"],
    ["..111", "ignore", "ALARM", "OK"],
  ])("%s, missing data %s, from %s: %s", (text, treatMissingData, present, expected) => {
    expect(evaluateText(text, treatMissingData, present)).toBe(expected);
  });

  it.each<[MetricAlarm["comparison"], number, AlarmState]>([
    ["LessThanThreshold", 0.5, "OK"],
    ["LessThanOrEqualToThreshold", 0.5, "ALARM"],
    ["GreaterThanThreshold", 0.5, "OK"],
    ["GreaterThanOrEqualToThreshold", 0.5, "ALARM"],
    ["GreaterThanThreshold", 0.6, "ALARM"],
  ])("%s 0.5 with %d: %s", (comparison, value, expected) => {
    const found = [0, 1, 2].map((at) => ({ at, value, samples: 1 }));

    expect(evaluate({ ...alarm, comparison }, found, "OK").state).toBe(expected);
  });
});

describe("a composite's rule", () => {
  const rule: AlarmRule = {
    kind: "or",
    rules: [
      {
        kind: "and",
        rules: [
          { kind: "alarm", name: "a" },
          { kind: "alarm", name: "b" },
        ],
      },
      { kind: "alarm", name: "c" },
    ],
  };

  it.each([
    [["a"], false],
    [["a", "b"], true],
    [["c"], true],
    [[], false],
  ])("with %j in ALARM holds: %s", (inAlarm: string[], expected) => {
    expect(holds(rule, (name) => inAlarm.includes(name))).toBe(expected);
  });

  it("reads as AWS writes it", () => {
    expect(ruleText(rule)).toBe('((ALARM("a") AND ALARM("b")) OR ALARM("c"))');
  });
});
