import { z } from "zod";
import { durationPattern } from "./duration.ts";

/**
 * The plan as people write it: one YAML file an application. Unknown keys are refused, and nothing that is left out ever
 * means "all". The domain's own form, with units in the names, is `Plan` in plan.ts.
 */

const regionName = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a Region such as eu-west-1")
  .describe("An AWS Region.");

const duration = (meaning: string) =>
  z
    .string("must be an ISO 8601 duration such as PT1M30S")
    .regex(new RegExp(durationPattern), "must be an ISO 8601 duration such as PT1M30S")
    .describe(`${meaning} ISO 8601 duration, for example PT1M30S.`);

const automationLevel = z
  .enum(["observe", "approve", "automatic"])
  .describe("observe: decide and record, change nothing. approve: ask a person first. automatic: act.");

const autoScalingGroup = z.strictObject({
  name: z.string().min(1).max(255).describe("Name of the Auto Scaling group in this Region."),
});

const region = z.strictObject({
  probe: z
    .url({ protocol: /^https?$/ })
    .describe("An endpoint of this Region alone that answers 2xx when customers are served."),
  demandShare: z
    .number()
    .positive()
    .max(1)
    .describe("This Region's usual share of all demand; the shares add up to 1."),
  autoScalingGroup: autoScalingGroup.optional().describe("Absent: this Region's capacity is not managed."),
});

const healthCheckSwitch = z.strictObject({
  kind: z.literal("healthCheck"),
  buckets: z
    .record(regionName, z.string().min(3).max(63))
    .describe("Per Region, the bucket whose objects evacuate the other Regions."),
});

const routingControlSwitch = z.strictObject({
  kind: z.literal("routingControl"),
  endpoints: z
    .array(z.strictObject({ region: regionName, url: z.url({ protocol: /^https$/ }) }))
    .length(5)
    .describe("The five endpoints of the ARC cluster."),
  controls: z.record(regionName, z.string().startsWith("arn:")).describe("Per Region, its routing control."),
});

const recordSwitch = z.strictObject({
  kind: z.literal("record"),
  healthChecks: z
    .record(regionName, z.string().min(1))
    .describe("Per Region, a calculated health check without children, attached to its record: the one to invert."),
});

const traffic = z.strictObject({
  hostedZoneId: z.string().min(1).describe("The Route 53 hosted zone of the record."),
  record: z.string().min(1).describe("The name that customers use."),
  url: z.url({ protocol: /^https?$/ }).describe("What a customer asks for under that name; probed to prove recovery."),
  servedByHeader: z
    .string()
    .min(1)
    .default("x-served-by-region")
    .describe("Response header that names the serving Region."),
  timeToLive: duration("How long resolvers keep an answer.").default("PT60S"),
  switch: z.discriminatedUnion("kind", [healthCheckSwitch, routingControlSwitch, recordSwitch]),
});

const database = z.strictObject({
  globalCluster: z.string().min(1).describe("Identifier of the Aurora global cluster."),
  clusters: z.record(regionName, z.string().startsWith("arn:")).describe("Per Region, the ARN of its Aurora cluster."),
  writer: regionName.describe("The Region whose cluster is the writer in normal times."),
  promotionOrder: z.array(regionName).min(1).describe("Who becomes the writer, most wanted first."),
  dataLossBudget: duration("How much may be lost without asking a person."),
  maximumLagAge: duration("How old the last lag sample may be at the moment of failure.").default("PT3M"),
  deadline: duration("How long a promotion may take.").default("PT15M"),
});

const coordination = z.strictObject({
  table: z.string().min(3).describe("The strongly consistent (MRSC) table of the coordination item."),
  regions: z
    .array(regionName)
    .min(2)
    .max(3)
    .describe("Regions of its replicas: three, or two when a witness holds the third copy."),
  lease: duration("How long a lease holds without renewal.").default("PT60S"),
});

const detection = z.strictObject({
  witnesses: z.array(regionName).default([]).describe("Regions that only observe, outside the workload's own."),
  quorum: z.int().min(1).describe("How many vantages must see a Region failing."),
  probeEvery: duration("How often each vantage probes each Region.").default("PT10S"),
  confirmFor: duration("How long a quorum must see a Region failing without a break.").default("PT1M"),
  disputeFor: duration("How long to wait, while some vantage still sees the Region, before a person is asked.").default(
    "PT3M",
  ),
  clearFor: duration("How long a Region must pass before it counts as steady again.").default("PT3M"),
  maximumEventAge: duration("Older events are recorded and not acted on.").default("PT5M"),
  cooldown: duration("After a completed run for a Region, how long before automation touches it again.").default(
    "PT30M",
  ),
  maximumRunsPerDay: z.int().min(1).default(3).describe("Automatic runs for the application within 24 hours."),
  alarms: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(255).describe("Exact alarm name."),
        suspects: regionName.describe("The Region that this alarm speaks of."),
      }),
    )
    .default([])
    .describe("Alarms whose events are a reason to look."),
});

const automation = z.strictObject({
  traffic: automationLevel.default("observe"),
  capacity: automationLevel.default("observe"),
  database: automationLevel.default("observe"),
  approval: z
    .strictObject({
      timeout: duration("How long to wait for a person.").default("PT30M"),
      onNoAnswer: z
        .enum(["decline", "proceed"])
        .default("decline")
        .describe("What no answer means. A data loss beyond the budget is never accepted by silence."),
    })
    .prefault({}),
});

const capacity = z.strictObject({
  headroom: z
    .number()
    .min(0)
    .max(2)
    .default(0.1)
    .describe("Extra capacity on top of the demand to carry; 0.1 is a tenth."),
  raiseMaximum: z.boolean().default(false).describe("Whether MaxSize may be raised where the target exceeds it."),
  maximumSampleAge: duration("How old a capacity sample may be at the moment of failure.").default("PT5M"),
  deadline: duration("How long to wait for instances.").default("PT10M"),
});

const recovery = z.strictObject({
  soak: duration("How long customers must be served without a break before the run counts as recovered.").default(
    "PT30S",
  ),
  deadline: duration("How long to wait for that.").default("PT5M"),
  writeProbe: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("An endpoint that writes when it gets a POST."),
});

/** The strict schema of a plan file. */
export const planFileSchema = z.strictObject({
  application: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,23}$/, "must be 2 to 24 characters: a-z, 0-9 and -, beginning with a letter")
    .describe("Names the application, its incidents and its executions."),
  regions: z.record(regionName, region).describe("The Regions that serve, two or more."),
  traffic,
  database: database.optional(),
  tables: z.array(z.string().min(3).max(255)).default([]).describe("DynamoDB global tables to check."),
  coordination,
  records: z.strictObject({
    table: z.string().min(3).describe("The global (MREC) table of the timeline and the observations."),
  }),
  detection,
  capacity: capacity.prefault({}),
  automation: automation.prefault({}),
  recovery: recovery.prefault({}),
  objectives: z.strictObject({
    recoveryTime: duration("Recovery time objective."),
    recoveryPoint: duration("Recovery point objective."),
  }),
});

export type PlanFile = z.output<typeof planFileSchema>;
