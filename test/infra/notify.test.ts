import { untoldNotice } from "../../functions/notify/untold.ts";
import { flat, planOf, type StackTemplate, synthesize } from "./synthesis.ts";

const { stacks } = synthesize(planOf("storefront"));
const telling = Object.values(stacks).filter(({ name }) => /^(controller|witness)-/.test(name));

function notifyIn(stack: StackTemplate) {
  const found = Object.entries(stack.resources).find(
    ([, { Properties }]) => Properties?.FunctionName === "failover-storefront-notify-people",
  );
  if (found === undefined) throw new Error(`${stack.name} has nobody who tells people`);
  return { id: found[0], properties: found[1].Properties };
}

describe.each(telling)("what tells people in $region", (stack) => {
  const { id, properties } = notifyIn(stack);

  it("knows the topic of its own Region", () => {
    const [topic] = flat(properties.Environment.Variables.FAILOVER_TOPIC_ARN).slice(1, -1).split(".");

    expect(stack.resources[topic ?? ""]?.Type).toBe("AWS::SNS::Topic");
  });

  it("leaves an event with which every try failed where somebody is told", () => {
    const [config] = stack.of("AWS::Lambda::EventInvokeConfig").filter(({ FunctionName }) => FunctionName.Ref === id);
    const [queue] = config.DestinationConfig.OnFailure.Destination["Fn::GetAtt"];

    expect(config).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 });
    expect(stack.resources[queue]?.Properties.QueueName).toBe("failover-storefront-dead-letters");
  });

  it("FM58: has each event counted that told nobody anything, by its log line", () => {
    const [filter] = stack.of("AWS::Logs::MetricFilter");
    const [alarm] = stack
      .of("AWS::CloudWatch::Alarm")
      .filter(({ AlarmName }) => AlarmName === "failover-storefront-event-told-nobody");

    expect(filter.FilterPattern).toBe(`{ $.message = "${untoldNotice}" }`);
    expect(filter.MetricTransformations).toEqual([
      {
        MetricNamespace: alarm.Namespace,
        MetricName: alarm.MetricName,
        MetricValue: "1",
        Dimensions: [{ Key: "Application", Value: "$.application" }],
      },
    ]);
    expect(alarm).toMatchObject({ Threshold: 1, TreatMissingData: "notBreaching" });
    expect(flat(alarm.AlarmActions[0])).toMatch(/PagingTopic/);
  });

  it("pages by alarms of its own, on the topic, at the first failure", () => {
    const alarms = stack
      .of("AWS::CloudWatch::Alarm")
      .filter(({ AlarmName }) => /notify-people-(failing|throttled)$/.test(AlarmName));

    expect(alarms.map(({ MetricName, Threshold }) => [MetricName, Threshold])).toEqual([
      ["Errors", 1],
      ["Throttles", 1],
    ]);
    for (const { AlarmActions } of alarms) expect(flat(AlarmActions[0])).toMatch(/PagingTopic/);
  });
});
