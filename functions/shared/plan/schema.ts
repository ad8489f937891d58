import * as z from "../zod.ts";
import { durationPattern } from "./duration.ts";
import {
  alarmName,
  bucketName,
  customerSubnet,
  dnsName,
  globalClusterName,
  groupName,
  headerName,
  healthCheckId,
  hostedZoneId,
  regionName,
  routingControlArn,
  tableName,
} from "./names.ts";

/**
 * The plan as people write it: one YAML file an application. Unknown keys are refused, and nothing that is left out ever
 * means "all". The domain's own form, with units in the names, is `Plan` in plan.ts.
 */

const duration = (meaning: string) =>
  z
    .string("must be an ISO 8601 duration such as PT1M30S")
    .check(
      z.regex(new RegExp(durationPattern), "must be an ISO 8601 duration such as PT1M30S"),
      z.describe(`${meaning} ISO 8601 duration, for example PT1M30S.`),
    );

const webAddress = (meaning: string) => z.url({ protocol: /^https?$/ }).check(z.describe(meaning));

const automationLevel = z
  .enum(["observe", "approve", "automatic"])
  .check(z.describe("observe: decide and record, change nothing. approve: ask a person first. automatic: act."));

const autoScalingGroup = z.strictObject({
  name: groupName.check(z.describe("Name of the Auto Scaling group in this Region.")),
});

const region = z.strictObject({
  probe: webAddress("An endpoint of this Region alone that answers 2xx when customers are served."),
  demandShare: z
    .number()
    .check(z.positive(), z.maximum(1), z.describe("This Region's usual share of all demand; the shares add up to 1.")),
  autoScalingGroup: z.optional(autoScalingGroup).check(z.describe("Absent: this Region's capacity is not managed.")),
  customerSubnets: z
    .optional(z.array(customerSubnet))
    .check(
      z.describe(
        "IPv4 subnets of customers near this Region, for whom the name servers are asked. Absent: AWS's own there.",
      ),
    ),
});

const healthCheckSwitch = z.strictObject({
  kind: z.literal("healthCheck"),
  buckets: z
    .record(regionName, bucketName)
    .check(z.describe("Per Region, the bucket whose objects evacuate the other Regions.")),
});

const routingControlSwitch = z.strictObject({
  kind: z.literal("routingControl"),
  endpoints: z
    .array(z.strictObject({ region: regionName, url: z.url({ protocol: /^https$/ }) }))
    .check(z.length(5), z.describe("The five endpoints of the ARC cluster.")),
  controls: z.record(regionName, routingControlArn).check(z.describe("Per Region, its routing control.")),
});

const recordSwitch = z.strictObject({
  kind: z.literal("record"),
  healthChecks: z
    .record(regionName, healthCheckId)
    .check(
      z.describe("Per Region, a calculated health check without children, attached to its record: the one to invert."),
    ),
});

const traffic = z.strictObject({
  hostedZoneId: hostedZoneId.check(z.describe("The Route 53 hosted zone of the record.")),
  record: dnsName.check(z.describe("The name that customers use.")),
  zone: z
    ._default(z.enum(["public", "private"]), "public")
    .check(z.describe("private: no name server on the internet answers for the record, so none is asked.")),
  url: webAddress("What a customer asks for under that name; probed to prove recovery."),
  servedByHeader: z
    ._default(headerName, "x-served-by-region")
    .check(z.describe("Response header that names the serving Region.")),
  timeToLive: z._default(duration("How long resolvers keep an answer."), "PT60S"),
  switch: z.discriminatedUnion("kind", [healthCheckSwitch, routingControlSwitch, recordSwitch]),
});

const database = z.strictObject({
  globalCluster: globalClusterName.check(z.describe("Identifier of the Aurora global cluster.")),
  clusters: z
    .record(regionName, z.string().check(z.startsWith("arn:")))
    .check(z.describe("Per Region, the ARN of its Aurora cluster.")),
  writer: regionName.check(z.describe("The Region whose cluster is the writer in normal times.")),
  promotionOrder: z.array(regionName).check(z.minLength(1), z.describe("Who becomes the writer, most wanted first.")),
  dataLossBudget: duration("How much may be lost without asking a person."),
  maximumLagAge: z._default(duration("How old the last lag sample may be at the moment of failure."), "PT3M"),
  deadline: z._default(duration("How long a promotion may take."), "PT15M"),
  scale: z
    ._default(z.enum(["off", "serverless"]), "off")
    .check(z.describe("Whether a new writer's Serverless v2 range is raised to the old one's, once it is the writer.")),
});

const coordination = z.strictObject({
  table: tableName.check(z.describe("The strongly consistent (MRSC) table of the coordination item.")),
  regions: z
    .array(regionName)
    .check(
      z.minLength(2),
      z.maxLength(3),
      z.describe("Regions of its replicas: three, or two when a witness holds the third copy."),
    ),
  lease: z._default(duration("How long a lease holds without renewal."), "PT60S"),
});

const alarm = z.strictObject({
  name: alarmName.check(z.describe("Exact alarm name.")),
  suspects: regionName.check(z.describe("The Region that this alarm speaks of.")),
});

const detection = z.strictObject({
  witnesses: z
    ._default(z.array(regionName), [])
    .check(z.describe("Regions that only observe, outside the workload's own.")),
  quorum: z.int().check(z.minimum(1), z.describe("How many vantages must see a Region failing.")),
  probeEvery: z._default(duration("How often each vantage probes each Region."), "PT10S"),
  confirmFor: z._default(duration("How long a quorum must see a Region failing without a break."), "PT1M"),
  disputeFor: z._default(
    duration("How long to wait, while some vantage still sees the Region, before a person is asked."),
    "PT3M",
  ),
  clearFor: z._default(duration("How long a Region must pass before it counts as steady again."), "PT3M"),
  maximumEventAge: z._default(duration("Older events are recorded and not acted on."), "PT5M"),
  cooldown: z._default(
    duration("After a completed run for a Region, how long before automation touches it again."),
    "PT30M",
  ),
  maximumRunsPerDay: z
    ._default(z.int().check(z.minimum(1)), 3)
    .check(z.describe("Automatic runs for the application within 24 hours.")),
  alarms: z._default(z.array(alarm), []).check(z.describe("Alarms whose events are a reason to look.")),
});

const automation = z.strictObject({
  traffic: z._default(automationLevel, "observe"),
  capacity: z._default(automationLevel, "observe"),
  database: z._default(automationLevel, "observe"),
  approval: z.prefault(
    z.strictObject({
      timeout: z._default(duration("How long to wait for a person."), "PT30M"),
      onNoAnswer: z
        ._default(z.enum(["decline", "proceed"]), "decline")
        .check(z.describe("What no answer means. A data loss beyond the budget is never accepted by silence.")),
    }),
    {},
  ),
});

const capacity = z.strictObject({
  headroom: z
    ._default(z.number().check(z.minimum(0), z.maximum(2)), 0.1)
    .check(z.describe("Extra capacity on top of the demand to carry; 0.1 is a tenth.")),
  raiseMaximum: z
    ._default(z.boolean(), false)
    .check(z.describe("Whether MaxSize may be raised where the target exceeds it.")),
  maximumSampleAge: z._default(duration("How old a capacity sample may be at the moment of failure."), "PT5M"),
  deadline: z._default(duration("How long to wait for instances."), "PT10M"),
});

const recovery = z.strictObject({
  soak: z._default(
    duration("How long customers must be served without a break before the run counts as recovered."),
    "PT30S",
  ),
  deadline: z._default(duration("How long to wait for that."), "PT5M"),
  writeProbe: z
    .optional(z.url({ protocol: /^https?$/ }))
    .check(z.describe("An endpoint that writes when it gets a POST.")),
});

/** The strict schema of a plan file. */
export const planFileSchema = z.strictObject({
  application: z.string().check(
    z.regex(/^[a-z][a-z0-9-]{1,23}$/, "must be 2 to 24 characters: a-z, 0-9 and -, beginning with a letter"),
    // The report buckets begin with it.
    z.regex(/^(?!xn--|sthree-|amzn-s3-demo-)/, "must not begin with xn--, sthree- or amzn-s3-demo-: no bucket may"),
    z.describe("Names the application, its incidents and its executions."),
  ),
  regions: z.record(regionName, region).check(z.describe("The Regions that serve, two or more.")),
  traffic,
  database: z.optional(database),
  tables: z._default(z.array(tableName), []).check(z.describe("DynamoDB global tables to check.")),
  coordination,
  records: z.strictObject({
    table: tableName.check(z.describe("The global (MREC) table of the timeline and the observations.")),
  }),
  detection,
  capacity: z.prefault(capacity, {}),
  automation: z.prefault(automation, {}),
  recovery: z.prefault(recovery, {}),
  objectives: z.strictObject({
    recoveryTime: duration("Recovery time objective."),
    recoveryPoint: duration("Recovery point objective."),
  }),
});

export type PlanFile = z.output<typeof planFileSchema>;
