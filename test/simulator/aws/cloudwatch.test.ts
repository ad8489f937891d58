import { simulatedAccount } from "../../../simulator/account.ts";
import type { MetricAlarm } from "../../../simulator/aws/cloudwatch/alarms.ts";
import { SimulatedCloudWatch } from "../../../simulator/aws/cloudwatch.ts";
import type { BusEvent } from "../../../simulator/aws/eventbridge/pattern.ts";
import { call, createKernel, errorOf, ireland, pass, startOfTime, virginia } from "./service-support.ts";

const lag = { namespace: "AWS/RDS", name: "AuroraGlobalDBRPOLag", dimensions: { DBClusterIdentifier: "shop" } };
const served = { namespace: "Shop", name: "Served", dimensions: { Region: virginia } };
const alarm: MetricAlarm = {
  kind: "metric",
  region: ireland,
  name: "virginia-customers",
  metric: served,
  statistic: "Average",
  periodSeconds: 60,
  comparison: "LessThanThreshold",
  threshold: 0.5,
  datapoints: 2,
  of: 2,
  treatMissingData: "breaching",
};

function setUp() {
  const kernel = createKernel();
  const events: (readonly [string, BusEvent])[] = [];
  const cloudWatch = new SimulatedCloudWatch({
    ...kernel,
    onStateChange: (region, event) => events.push([region, event]),
  });
  const ask = (operation: string, input: object, region: string = ireland) =>
    call(cloudWatch, "cloudwatch", operation, region, { ...input });
  const readLag = (input: object = {}) =>
    ask("GetMetricData", {
      StartTime: new Date(startOfTime - 3_600_000),
      EndTime: new Date(kernel.clock.now()),
      ScanBy: "TimestampAscending",
      MetricDataQueries: [
        {
          Id: "lag",
          MetricStat: {
            Metric: {
              Namespace: lag.namespace,
              MetricName: lag.name,
              Dimensions: [{ Name: "DBClusterIdentifier", Value: "shop" }],
            },
            Period: 60,
            Stat: "Maximum",
          },
        },
      ],
      ...input,
    }).MetricDataResults[0];
  const minutes = (result: { Timestamps: Date[] }) =>
    result.Timestamps.map((time) => (time.getTime() - startOfTime) / 60_000);
  return { kernel, cloudWatch, events, ask, readLag, minutes };
}

/** A source for `alarm` whose customers are served until `failing` is called. */
function addServed(cloudWatch: SimulatedCloudWatch): { set(value: number | null): void } {
  let present: number | null = 1;
  cloudWatch.addSource({ region: ireland, metric: served, sample: () => present, pastPeriods: 5 });
  return {
    set: (value) => {
      present = value;
    },
  };
}

describe("metrics", () => {
  it("come once a minute, stamped with the start of their period, some time after its end", async () => {
    // Prepare
    const { kernel, cloudWatch, readLag, minutes } = setUp();
    let value = 100;
    cloudWatch.addSource({ region: ireland, metric: lag, sample: () => value++, pastPeriods: 2 });
    cloudWatch.start();

    // Act
    const atStart = readLag();
    await pass(kernel, 61);
    const early = readLag();
    await pass(kernel, 29);

    // Assess
    expect([minutes(atStart), atStart.Values]).toEqual([
      [-2, -1],
      [100, 101],
    ]);
    expect(minutes(early)).toEqual([-2, -1]);
    expect([minutes(readLag()), readLag().Values]).toEqual([
      [-2, -1, 0],
      [100, 101, 102],
    ]);
    expect(minutes(readLag({ ScanBy: undefined }))).toEqual([0, -1, -2]);
  });

  it.each([
    ["missing", [10, 11]],
    ["frozen", [10, 11, 11, 11]],
    ["published", [10, 11, 12, 13]],
  ] as const)("in mode %s are %j (FM40)", async (mode, expected) => {
    const { kernel, cloudWatch, readLag } = setUp();
    let value = 10;
    cloudWatch.addSource({ region: ireland, metric: lag, sample: () => value++, pastPeriods: 2 });
    cloudWatch.start();

    cloudWatch.setSourceMode(ireland, lag.name, mode);
    await pass(kernel, 170);

    expect(readLag().Values).toEqual(expected);
  });

  it("in mode coarse are whole seconds, also those of before, mostly equal and now and then one more", async () => {
    const { kernel, cloudWatch, readLag } = setUp();
    let value = 700;
    cloudWatch.addSource({ region: ireland, metric: lag, sample: () => value++, pastPeriods: 40 });
    cloudWatch.start();

    cloudWatch.setSourceMode(ireland, lag.name, "coarse");
    await pass(kernel, 170);

    const values: number[] = readLag({ StartTime: new Date(kernel.clock.now() - 3_600_000) }).Values;
    expect(new Set(values)).toEqual(new Set([1_000, 2_000]));
    expect(values.filter((each) => each === 2_000).length).toBeLessThan(values.length / 3);
  });

  it("stay in their Region, and stop with it", async () => {
    const { kernel, cloudWatch, readLag, ask } = setUp();
    cloudWatch.addSource({ region: ireland, metric: lag, sample: () => 5, pastPeriods: 1 });
    cloudWatch.start();

    kernel.regions.set(ireland, "dark");
    await pass(kernel, 170);

    expect(readLag().Values).toEqual([5]);
    const query = { Metric: { Namespace: lag.namespace, MetricName: lag.name }, Period: 60, Stat: "Maximum" };
    const elsewhere = {
      StartTime: new Date(0),
      EndTime: kernel.clock.now() > 0 ? new Date(kernel.clock.now()) : new Date(1),
      MetricDataQueries: [{ Id: "lag", MetricStat: query }],
    };
    expect(ask("GetMetricData", elsewhere, virginia).MetricDataResults[0].Values).toEqual([]);
  });

  it("of one's own are put and read by statistic", () => {
    // Prepare
    const { ask, kernel } = setUp();
    const Dimensions = [
      { Name: "Vantage", Value: ireland },
      { Name: "Region", Value: virginia },
    ];

    // Act
    for (const Value of [1, 0, 1, 1]) {
      ask("PutMetricData", { Namespace: "Shop", MetricData: [{ MetricName: "Served", Dimensions, Value }] });
    }

    // Assess
    const read = (Stat: string) =>
      ask("GetMetricData", {
        StartTime: new Date(kernel.clock.now()),
        EndTime: new Date(kernel.clock.now() + 60_000),
        MetricDataQueries: [
          {
            Id: "m",
            MetricStat: {
              Metric: { Namespace: "Shop", MetricName: "Served", Dimensions: Dimensions.toReversed() },
              Period: 60,
              Stat,
            },
          },
        ],
      }).MetricDataResults[0].Values;
    expect(["Average", "Minimum", "Maximum", "Sum", "SampleCount"].map(read)).toEqual([[0.75], [0], [1], [3], [4]]);
  });

  it.each([
    ["PutMetricData", { Namespace: "AWS/RDS", MetricData: [] }, "InvalidParameterValue"],
    ["GetMetricData", { StartTime: new Date(5), EndTime: new Date(5), MetricDataQueries: [] }, "ValidationError"],
    [
      "GetMetricData",
      { StartTime: new Date(0), EndTime: new Date(5), MetricDataQueries: [{ Id: "e", Expression: "m1" }] },
      "UnknownToSimulator",
    ],
    ["PutMetricAlarm", {}, "UnknownToSimulator"],
  ])("%s of %j is refused with %s", (operation, input, error) => {
    const { ask } = setUp();

    expect(errorOf(() => ask(operation, input))).toBe(error);
  });
});

describe("alarms", () => {
  it("tell of a change in the form of AWS's events", async () => {
    // Prepare
    const { kernel, cloudWatch, events } = setUp();
    const customers = addServed(cloudWatch);
    cloudWatch.alarms.add(alarm);
    cloudWatch.start();
    await pass(kernel, 120);

    // Act
    customers.set(0);
    await pass(kernel, 240);

    // Assess
    expect(events).toHaveLength(1);
    const [region, event] = events[0] as readonly [string, BusEvent];
    const arn = `arn:aws:cloudwatch:eu-west-1:${simulatedAccount}:alarm:virginia-customers`;
    expect(region).toBe(ireland);
    expect(event).toMatchObject({
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      region: ireland,
      resources: [arn],
      detail: {
        alarmName: "virginia-customers",
        state: { value: "ALARM" },
        previousState: { value: "OK" },
        configuration: {
          metrics: [
            {
              metricStat: {
                metric: { namespace: "Shop", name: "Served", dimensions: { Region: virginia } },
                period: 60,
                stat: "Average",
              },
              returnData: true,
            },
          ],
        },
      },
    });
    const { state } = event.detail as { state: { timestamp: string; reasonData: string } };
    expect(state.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(JSON.parse(state.reasonData)).toMatchObject({ threshold: 0.5, recentDatapoints: [0, 0], period: 60 });
    expect(event.detail).not.toHaveProperty("muteDetail");
  });

  it("go back to OK when customers are served again", async () => {
    const { kernel, cloudWatch, events } = setUp();
    const customers = addServed(cloudWatch);
    cloudWatch.alarms.add(alarm);
    cloudWatch.start();

    customers.set(null);
    await pass(kernel, 400);
    customers.set(1);
    await pass(kernel, 300);

    expect(events.map(([, { detail }]) => (detail.state as { value: string }).value)).toEqual(["ALARM", "OK"]);
    expect(cloudWatch.alarms.state(ireland, alarm.name)).toBe("OK");
  });

  it("that are muted or suppressed still send events, and say so (FM10)", async () => {
    // Prepare
    const { kernel, cloudWatch, events } = setUp();
    const customers = addServed(cloudWatch);
    cloudWatch.alarms.add(alarm);
    const rule = { kind: "alarm", name: alarm.name } as const;
    cloudWatch.alarms.add({ kind: "composite", region: ireland, name: "virginia", rule });
    const mute = {
      mutedByArn: `arn:aws:cloudwatch:eu-west-1:${simulatedAccount}:alarm-mute-rule:night`,
      muteWindowStart: "2026-01-05T10:00:00.000+0000",
      muteWindowEnd: "2026-01-05T14:00:00.000+0000",
    };
    cloudWatch.alarms.mute(ireland, alarm.name, mute);
    cloudWatch.alarms.suppress(ireland, "virginia", "Alarm");
    cloudWatch.start();

    // Act
    customers.set(0);
    await pass(kernel, 300);

    // Assess
    expect(events.map(([, event]) => event.detail)).toMatchObject([
      { alarmName: alarm.name, muteDetail: mute },
      {
        alarmName: "virginia",
        configuration: { alarmRule: 'ALARM("virginia-customers")' },
        state: { value: "ALARM", actionsSuppressedBy: "Alarm" },
      },
    ]);
  });

  it("rest while their Region is dark", async () => {
    const { kernel, cloudWatch, events } = setUp();
    const customers = addServed(cloudWatch);
    cloudWatch.alarms.add(alarm);
    cloudWatch.start();

    kernel.regions.set(ireland, "dark");
    customers.set(0);
    await pass(kernel, 400);

    expect(events).toHaveLength(0);
  });

  it("are described by type and name", () => {
    const { cloudWatch, ask } = setUp();
    cloudWatch.alarms.add(alarm, "INSUFFICIENT_DATA");
    cloudWatch.alarms.add({ kind: "composite", region: ireland, name: "all", rule: { kind: "or", rules: [] } });

    const metricOnly = ask("DescribeAlarms", {});
    const both = ask("DescribeAlarms", { AlarmTypes: ["MetricAlarm", "CompositeAlarm"], AlarmNames: ["all"] });

    expect(metricOnly.MetricAlarms).toMatchObject([
      { AlarmName: alarm.name, StateValue: "INSUFFICIENT_DATA", TreatMissingData: "breaching", EvaluationPeriods: 2 },
    ]);
    expect(metricOnly.CompositeAlarms).toEqual([]);
    expect([both.MetricAlarms, both.CompositeAlarms.length]).toEqual([[], 1]);
    expect(ask("DescribeAlarms", {}, virginia).MetricAlarms).toEqual([]);
  });
});
