import { endpointAlarms } from "../../functions/shared/plan/alarms.ts";
import { type EventPattern, matchesPattern } from "../../simulator/aws/eventbridge/pattern.ts";
import { alarmsOf, rulesOf } from "../../simulator/deployment.ts";
import { flat, planOf, type StackTemplate, synthesize } from "./synthesis.ts";

const storefront = planOf("storefront");
const { stacks, controllers } = synthesize(storefront);
const everyRule = Object.values(stacks).flatMap((stack) =>
  rulesIn(stack).map((rule) => ({ stack: stack.name, ...rule })),
);

function rulesIn(stack: StackTemplate) {
  return stack.of("AWS::Events::Rule").map((properties) => ({ name: properties.Name as string, properties }));
}

/** What may still be delivered hours later, in seconds: a report finds the same timeline then. All else is stale by then. */
const latest: Readonly<Record<string, number>> = { "failover-storefront-reports": 86_400 };

describe.each(everyRule)("rule $name of $stack", ({ name, properties, stack: part }) => {
  const { resources } = stacks[part] as StackTemplate;

  it("FM4: gives up in time, and leaves what it could not deliver where somebody is told", () => {
    expect(properties.Targets.length).toBeGreaterThan(0);
    if (properties.ScheduleExpression !== undefined) {
      // A minute that was lost is nothing to look for in a queue: the watch that does not run has an alarm of its own.
      expect(properties.Targets).toEqual([
        expect.objectContaining({ RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } }),
      ]);
      expect(properties.Targets[0].DeadLetterConfig).toBeUndefined();
      return;
    }
    for (const { DeadLetterConfig, RetryPolicy } of properties.Targets) {
      const [queue] = DeadLetterConfig.Arn["Fn::GetAtt"];
      expect(resources[queue]?.Type).toBe("AWS::SQS::Queue");
      expect(RetryPolicy.MaximumEventAgeInSeconds).toBeGreaterThanOrEqual(60);
      expect(RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(latest[name] ?? 3_600);
      expect(RetryPolicy.MaximumRetryAttempts).toBeLessThanOrEqual(10);
      const alarmed = Object.values(resources).filter(
        ({ Type, Properties }) =>
          Type === "AWS::CloudWatch::Alarm" && JSON.stringify(Properties.Dimensions ?? []).includes(queue),
      );
      expect(alarmed.map(({ Properties }) => Properties.AlarmActions)).toEqual([[expect.anything()]]);
    }
  });

  it("may write to its queue", () => {
    if (properties.ScheduleExpression !== undefined) return;
    const [id] = Object.entries(resources).find(([, { Properties }]) => Properties === properties) ?? [];
    const statements = Object.values(resources).flatMap(({ Type, Properties }) =>
      Type === "AWS::SQS::QueuePolicy" ? Properties.PolicyDocument.Statement : [],
    );
    const allowed = statements.filter(
      ({ Action, Condition }) =>
        Action === "sqs:SendMessage" && flat(Condition?.ArnEquals?.["aws:SourceArn"] ?? "") === `<${id}.Arn>`,
    );
    expect(allowed).toHaveLength(1);
  });

  it("never matches a replayed event", () => {
    if (properties.ScheduleExpression !== undefined) {
      expect({ name, schedule: properties.ScheduleExpression }).toEqual({
        name: "failover-storefront-watch",
        schedule: "rate(1 minute)",
      });
      return;
    }
    expect(properties.EventPattern["replay-name"]).toEqual([{ exists: false }]);
  });

  it("FM58: matches the own account's events alone", () => {
    if (properties.ScheduleExpression !== undefined) return;
    expect(properties.EventPattern.account).toEqual(["111122223333"]);
  });
});

describe("what starts the state machine, the report, and what people are told", () => {
  const simulated = rulesOf(storefront.plan);
  /** What EventBridge, and the simulator's, does where a rule says nothing. */
  const awsEventAgeSeconds = 86_400;

  /** The simulator's word for a target; null for the watch, which is on a schedule. */
  function targetOf(arn: unknown, { resources }: StackTemplate) {
    const [id = ""] = flat(arn).slice(1, -1).split(".");
    const { Type, Properties } = resources[id] ?? {};
    if (Type === "AWS::StepFunctions::StateMachine") return { kind: "stateMachine", name: Properties.StateMachineName };
    if (Type !== "AWS::Lambda::Function" || Properties.FunctionName.endsWith("-watch")) return null;
    return { kind: "function", name: functionNames[Properties.FunctionName] };
  }

  const functionNames: Readonly<Record<string, string>> = {
    "failover-storefront-timeline-report": "TimelineReport",
    "failover-storefront-notify-people": "NotifyPeople",
  };
  const witnesses = Object.values(stacks).filter(({ name }) => name.startsWith("witness-"));

  it.each([...controllers, ...witnesses])("in $name is what the simulator plays", (stack) => {
    const started = rulesIn(stack).flatMap(({ name, properties }) => {
      const { "replay-name": _excluded, ...pattern } = properties.EventPattern ?? {};
      const target = targetOf(properties.Targets[0].Arn, stack);
      const { MaximumEventAgeInSeconds: maximumEventAgeSeconds } = properties.Targets[0].RetryPolicy;
      return target === null ? [] : [{ name, pattern, target, maximumEventAgeSeconds }];
    });

    expect(started).toHaveLength(stack.name.startsWith("witness-") ? 1 : 8);
    expect(started).toEqual(
      expect.arrayContaining(
        simulated
          .filter(({ name, region }) => region === stack.region && !name.startsWith("forward"))
          .map(({ name, pattern, targets, maximumEventAgeSeconds = awsEventAgeSeconds }) => ({
            name: `failover-storefront-${name}`,
            pattern,
            target: targets[0],
            maximumEventAgeSeconds,
          })),
      ),
    );
  });

  const forwarders = Object.values(stacks).filter(({ name }) => name.startsWith("forwarder-"));
  const serving = storefront.plan.regions.map(({ name }) => name);

  it.each(forwarders)(
    "is forwarded from $region to the buses of the others, under a role that may do just that",
    (stack) => {
      const buses = serving
        .filter((region) => region !== stack.region)
        .map((region) => `arn:<AWS::Partition>:events:${region}:111122223333:event-bus/default`);
      const [role, ...others] = stack.of("AWS::IAM::Role");
      const rules = rulesIn(stack).map(({ name, properties }) => {
        const { "replay-name": _excluded, ...pattern } = properties.EventPattern;
        expect(properties.Targets.map(({ Arn }: { Arn: unknown }) => flat(Arn))).toEqual(buses);
        return { name, pattern };
      });

      expect(rules).toEqual(
        simulated
          .filter(
            ({ name, region, pattern }) => name.startsWith("forward") && region === stack.region && matches(pattern),
          )
          .map(({ name, pattern }) => ({ name: `failover-storefront-${name}`, pattern })),
      );
      expect(others).toEqual([]);
      expect(role.Policies[0].PolicyDocument.Statement).toMatchObject([{ Action: "events:PutEvents" }]);
      expect([role.Policies[0].PolicyDocument.Statement[0].Resource].flat().map(flat)).toEqual(buses);
    },
  );

  /** Whether a pattern can match anything: a list of nothing does not. */
  function matches(pattern: object): boolean {
    return Object.values(pattern).every((each) => (Array.isArray(each) ? each.length > 0 : matches(each)));
  }

  const examples = [planOf("storefront"), planOf("two-regions"), planOf("stateless")];

  /** A pattern as it is in an account: a plan without a database leaves it to the deployment which. */
  function deployed(pattern: object): EventPattern {
    return JSON.parse(JSON.stringify(pattern).replaceAll('{"Ref":"AWS::AccountId"}', '"111122223333"'));
  }

  /** Whose rules match an event on the bus of a Region: its targets' kinds are `machine` or Regions. */
  function takers(parts: Readonly<Record<string, StackTemplate>>, region: string, event: object): readonly string[] {
    return Object.values(parts)
      .filter((stack) => stack.region === region)
      .flatMap((stack) =>
        rulesIn(stack)
          .filter(
            ({ properties }) =>
              properties.EventPattern !== undefined && matchesPattern(deployed(properties.EventPattern), event),
          )
          .flatMap(({ properties }) =>
            properties.Targets.map(
              ({ Arn }: { Arn: unknown }) => flat(Arn).split(":events:")[1]?.split(":")[0] ?? "machine",
            ),
          ),
      );
  }

  it.each(examples)(
    "FM4: is what AWS Health says of a Region of $plan.application, in every other one, once",
    (document) => {
      const { stacks: parts } = synthesize(document);
      const regions = document.plan.regions.map(({ name }) => name);
      for (const about of regions) {
        const event = {
          account: "111122223333",
          source: "aws.health",
          "detail-type": "AWS Health Event",
          detail: { eventRegion: about },
        };
        // AWS Health sends to the Region itself, and to this one.
        const backup = about === "us-west-2" ? "us-east-1" : "us-west-2";
        const first = takers(parts, backup, event);
        const forwarded = first.filter((each) => each !== "machine");

        expect(first.includes("machine")).toBe(regions.includes(backup));
        expect([...forwarded].sort()).toEqual(regions.filter((each) => each !== backup).sort());
        // No third hop, and nothing that would need one.
        for (const region of forwarded) expect(takers(parts, region, event)).toEqual(["machine"]);
        expect(takers(parts, backup, { ...event, "replay-name": "last-week" })).toEqual([]);
        const elsewhere = { ...event, detail: { eventRegion: "sa-east-1" } };
        expect(takers(parts, backup, elsewhere).filter((each) => each !== "machine")).toEqual([]);
      }
    },
  );

  it.each(serving)("is an alarm on Route 53's check of the endpoint in %s, in every Region, once", (suspect) => {
    const event = {
      account: "111122223333",
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      region: "us-east-1",
      detail: { alarmName: `failover-storefront-endpoint-${suspect}`, state: { value: "ALARM" } },
    };

    expect(takers(stacks, "us-east-1", event)).toEqual(["machine", "eu-west-1", "ap-southeast-1"]);
    for (const region of ["eu-west-1", "ap-southeast-1"]) expect(takers(stacks, region, event)).toEqual(["machine"]);
  });

  it("is no alarm where the plan names none", () => {
    const { controllers: without } = synthesize(planOf("stateless"));

    expect(without.flatMap(rulesIn).map(({ name }) => name)).not.toContain("failover-stateless-alarms");
  });

  it("keeps to EventBridge's least event age", () => {
    const { controllers: hasty } = synthesize(
      planOf("storefront", (value) => {
        value.detection.maximumEventAge = "PT30S";
      }),
    );
    const [rule] = hasty.flatMap(rulesIn).filter(({ name }) => name === "failover-storefront-alarms");

    expect(rule?.properties.Targets[0].RetryPolicy.MaximumEventAgeInSeconds).toBe(60);
  });
});

describe("alarms", () => {
  const alarmsIn = (stack: StackTemplate) => stack.of("AWS::CloudWatch::Alarm");

  it.each(controllers)("of the plan stand in $region as the simulator plays them", (stack) => {
    const found = alarmsIn(stack).filter(({ MetricName }) => MetricName === "ProbeSuccess");

    expect(
      found.map((each) => ({
        name: each.AlarmName,
        namespace: each.Namespace,
        dimensions: Object.fromEntries(each.Dimensions.map(({ Name, Value }: Record<string, string>) => [Name, Value])),
        statistic: each.Statistic,
        periodSeconds: each.Period,
        comparison: each.ComparisonOperator,
        threshold: each.Threshold,
        of: each.EvaluationPeriods,
        datapoints: each.DatapointsToAlarm,
        treatMissingData: each.TreatMissingData,
      })),
    ).toEqual(
      alarmsOf(storefront.plan).flatMap((alarm) =>
        alarm.region === stack.region && alarm.kind === "metric"
          ? [
              {
                name: alarm.name,
                namespace: alarm.metric.namespace,
                dimensions: alarm.metric.dimensions,
                statistic: alarm.statistic,
                periodSeconds: alarm.periodSeconds,
                comparison: alarm.comparison,
                threshold: alarm.threshold,
                of: alarm.of,
                datapoints: alarm.datapoints,
                treatMissingData: alarm.treatMissingData,
              },
            ]
          : [],
      ),
    );
  });

  it("on Route 53's endpoint checks stand where their metric is, one for each Region, and are what the assessor knows", () => {
    const checks = stacks["health-checks"] as StackTemplate;
    const alarms = alarmsIn(checks);

    expect(alarms.map(({ AlarmName }) => AlarmName)).toEqual(endpointAlarms(storefront.plan).map(({ name }) => name));
    for (const [index, { suspects }] of endpointAlarms(storefront.plan).entries()) {
      const { Dimensions, ...alarm } = alarms[index];
      expect(alarm).toMatchObject({
        Namespace: "AWS/Route53",
        MetricName: "HealthCheckStatus",
        Statistic: "Minimum",
        Period: 60,
        ComparisonOperator: "LessThanThreshold",
        Threshold: 1,
        EvaluationPeriods: 1,
        // A late metric is no news of the Region.
        TreatMissingData: "ignore",
      });
      expect(alarm.AlarmActions).toBeUndefined();
      const [id = ""] = flat(Dimensions[0].Value).slice(1, -1).split(".");
      expect(checks.resources[id]?.Properties.HealthCheckConfig.FullyQualifiedDomainName).toBe(
        `${suspects}.shop.example.com`,
      );
    }
  });

  it("of the plan are left to the team that brings its own", () => {
    const { controllers: bringing } = synthesize(storefront, { planAlarms: "brought" });

    expect(bringing.flatMap(alarmsIn).filter(({ MetricName }) => MetricName === "ProbeSuccess")).toEqual([]);
  });

  it.each(controllers)("of the controller in $region page: the watch, the runs, the functions, the queue", (stack) => {
    const paging = alarmsIn(stack).filter(({ AlarmActions }) => AlarmActions !== undefined);
    const names = paging.map(({ AlarmName }) => AlarmName.replace("failover-storefront-", ""));

    expect(names).toEqual(
      expect.arrayContaining([
        "watch-not-running",
        "coordination-unread",
        "run-failed",
        "run-timed-out",
        "pause-forgotten",
        "dead-letters",
        "watch-failing",
        "assess-signal-failing",
        "traffic-shift-failing",
        "traffic-shift-throttled",
      ]),
    );
    for (const { AlarmActions } of paging) expect(flat(AlarmActions[0])).toMatch(/PagingTopic/);
    const missing = paging.filter(({ AlarmName }) => /watch-not-running|coordination-unread/.test(AlarmName));
    // A watch that does not run measures nothing: silence is the alarm.
    expect(missing.map(({ TreatMissingData }) => TreatMissingData)).toEqual(["breaching", "breaching"]);
  });

  it.each(controllers)(
    "of undelivered events ring in $region at each that comes, and not for as long as one lies there",
    (stack) => {
      const [alarm] = alarmsIn(stack).filter(({ AlarmName }) => AlarmName.endsWith("-dead-letters"));

      expect(alarm).toMatchObject({
        MetricName: "NumberOfMessagesSent",
        Statistic: "Sum",
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        Threshold: 1,
        // Long enough for a queue that was idle and begins to measure a quarter of an hour late.
        Period: 300,
        EvaluationPeriods: 6,
        DatapointsToAlarm: 1,
        TreatMissingData: "notBreaching",
      });
    },
  );

  it.each(controllers)("FM28: a pause that lasts eight hours without a break pages in $region", (stack) => {
    const [alarm, ...others] = alarmsIn(stack).filter(({ AlarmName }) => AlarmName.endsWith("-pause-forgotten"));

    expect(others).toEqual([]);
    expect(alarm).toMatchObject({
      MetricName: "Paused",
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      Threshold: 1,
      Period: 3_600,
      EvaluationPeriods: 8,
      // Minimum: a single sample without a pause ends the break.
      Statistic: "Minimum",
      TreatMissingData: "notBreaching",
    });
    expect(flat(alarm.AlarmActions[0])).toMatch(/PagingTopic/);
  });

  it("of a witness page when it does not see", () => {
    const witness = stacks["witness-us-west-2"] as StackTemplate;

    expect(alarmsIn(witness).map(({ AlarmName }) => AlarmName.replace("failover-storefront-", ""))).toEqual([
      "watch-not-running",
      "coordination-unread",
      "switch-unreadable",
      "watch-failing",
      "watch-throttled",
      "dead-letters",
      "event-told-nobody",
      "notify-people-failing",
      "notify-people-throttled",
    ]);
  });
});

describe("people", () => {
  const [stack] = controllers as readonly [StackTemplate];

  it("hear of pages, questions, runs and refusals, by the function that reads the record", () => {
    const told = rulesIn(stack).filter(({ properties }) => flat(properties.Targets[0].Arn).includes("Notify"));

    expect(told.map(({ name, properties }) => [name, properties.EventPattern["detail-type"]])).toEqual([
      ["failover-storefront-pages", ["Attention Needed"]],
      ["failover-storefront-questions", ["Approval Requested"]],
      ["failover-storefront-runs", ["Failover Timeline"]],
      ["failover-storefront-refusals", ["Failover Timeline"]],
    ]);
    const topics = rulesIn(stack).filter(({ properties }) => flat(properties.Targets[0].Arn).includes("Topic"));
    expect(topics).toEqual([]);
  });

  it("hear of what a person asked for and did not get; that a Region fails they hear by the pages alone", () => {
    const refusals = rulesIn(stack).find(({ name }) => name === "failover-storefront-refusals");

    expect(refusals?.properties.EventPattern.detail.detail).toEqual({
      $or: [
        { decision: ["observed", "refused"], signal: { kind: ["request", "retry"] } },
        { reason: ["invalidInput"] },
      ],
    });
  });

  it("are told through an encrypted topic that takes TLS only", () => {
    const [topic] = stack.of("AWS::SNS::Topic");
    const [policy] = stack.of("AWS::SNS::TopicPolicy");

    expect(topic.KmsMasterKeyId).toBeDefined();
    expect(policy.PolicyDocument.Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      ]),
    );
  });

  it("FM58: are reached by this account's CloudWatch, and by the function that reads records, and by nobody else", () => {
    const [key] = stack.of("AWS::KMS::Key");
    const [policy] = stack.of("AWS::SNS::TopicPolicy");
    const [, ...allowed] = key.KeyPolicy.Statement;
    const principals = policy.PolicyDocument.Statement.flatMap(
      ({ Effect, Principal }: { Effect: string; Principal: { Service?: string } }) =>
        Effect === "Allow" ? [Principal.Service] : [],
    );

    expect(allowed).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
      },
      {
        Effect: "Allow",
        Principal: { AWS: { "Fn::GetAtt": [expect.stringMatching(/^ControllerNotifyHandlerRole/), "Arn"] } },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
      },
    ]);
    expect(principals).toEqual(["cloudwatch.amazonaws.com"]);
  });

  it("pay for the topic's key no longer than for the topic", () => {
    for (const { resources } of Object.values(stacks)) {
      for (const { Type, DeletionPolicy } of Object.values(resources)) {
        if (Type === "AWS::KMS::Key") expect(DeletionPolicy).toBe("Delete");
      }
    }
  });

  it("find undelivered events in an encrypted queue that takes TLS only", () => {
    const [queue] = stack.of("AWS::SQS::Queue");
    const [policy] = stack.of("AWS::SQS::QueuePolicy");

    expect(queue.SqsManagedSseEnabled).toBe(true);
    expect(policy.PolicyDocument.Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      ]),
    );
  });
});
