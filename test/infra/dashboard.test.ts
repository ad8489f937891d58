import { flat, planOf, type StackTemplate, synthesize } from "./synthesis.ts";

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

function widgetsOf(name: string) {
  const { stacks } = synthesize(planOf(name));
  const [{ DashboardBody }] = (stacks.records as StackTemplate).of("AWS::CloudWatch::Dashboard") as [
    { DashboardBody: unknown },
  ];
  const { widgets } = JSON.parse(flat(DashboardBody)) as { readonly widgets: readonly Widget[] };
  return { stacks, widgets: widgets.map((widget) => widget.properties) };
}

/** The lines of a graph: metric, its dimensions' values, and the Region in which it is read. */
function linesOf(widgets: readonly Widget["properties"][], title: RegExp): readonly string[] {
  const { metrics = [] } = widgets.find((each) => title.test(each.title)) ?? {};
  return metrics.map((metric) => {
    const options = metric.at(-1) as { readonly region?: string };
    const values = metric.slice(2, -1).filter((_, index) => index % 2 === 1);
    return [metric[1], ...values, "in", options.region ?? "home"].join(" ");
  });
}

const serving = ["us-east-1", "eu-west-1", "ap-southeast-1"];
const vantages = [...serving, "us-west-2"];

describe("the dashboard", () => {
  const { stacks, widgets } = widgetsOf("storefront");

  it("shows how each Region stands, as each that serves reads it, and what the numbers mean", () => {
    expect(widgets.map(({ title }) => title)).toContain("Regions: 0 inService, 1 returning, 2 evacuating, 3 evacuated");
    expect([...linesOf(widgets, /^Regions: /)].sort()).toEqual(
      serving.flatMap((subject) => serving.map((region) => `RegionState storefront ${subject} in ${region}`)).sort(),
    );
  });

  it("shows as readiness what the watch knows: the book is read, heartbeats come, samples are fresh", () => {
    expect(linesOf(widgets, /reads of the coordination table/)).toEqual(
      vantages.map((region) => `Paused storefront in ${region}`),
    );
    expect([...linesOf(widgets, /heartbeats .*not heard after 45$/)].sort()).toEqual(
      vantages
        .flatMap((region) =>
          vantages
            .filter((vantage) => vantage !== region)
            .map((vantage) => `HeartbeatAge storefront ${vantage} in ${region}`),
        )
        .sort(),
    );
    expect(linesOf(widgets, /samples/)).toEqual([
      ...serving.map((region) => `CapacitySampleAge storefront in ${region}`),
      ...serving.map((region) => `LagSampleAge storefront in ${region}`),
    ]);
  });

  it("FM66: shows which vantages are refused by buckets of the switch, where there are any", () => {
    expect(linesOf(widgets, /refuse unsigned reads/)).toEqual(
      vantages.map((region) => `SwitchesRefused storefront in ${region}`),
    );
    expect(linesOf(widgetsOf("stateless").widgets, /refuse unsigned reads/)).toEqual([]);
  });

  it("shows the controller's own alarms of every vantage, by the names that they have", () => {
    for (const region of vantages) {
      const { alarms = [] } = widgets.find(({ title }) => title === `Readiness: alarms in ${region}`) ?? {};
      const stack = (stacks[`controller-${region}`] ?? stacks[`witness-${region}`]) as StackTemplate;
      const paging = stack.of("AWS::CloudWatch::Alarm").filter(({ AlarmActions }) => AlarmActions !== undefined);

      expect([...alarms].sort()).toEqual(
        paging
          .map(({ AlarmName }) => `arn:<AWS::Partition>:cloudwatch:${region}:111122223333:alarm:${AlarmName}`)
          .sort(),
      );
      // A widget takes no more (CloudWatch API Reference, "Dashboard Body Structure and Syntax").
      expect(alarms.length).toBeLessThanOrEqual(100);
    }
  });

  it("asks for no lag where there is no database", () => {
    expect(linesOf(widgetsOf("stateless").widgets, /samples/).every((line) => line.startsWith("Capacity"))).toBe(true);
  });
});
