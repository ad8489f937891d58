import * as z from "../zod.ts";

/**
 * Names as AWS allows them. Most go into IAM policies too: where AWS allows a character that an ARN or a policy reads as
 * something else (`*`, `?`, `${`, a colon), it is refused here, or the name of one group could grant all of them.
 */

const named = (form: RegExp, allowed: string) => z.string().check(z.regex(form, `must be ${allowed}`));

/** As an AWS Region is named. Whether there is such a Region the deployment asks (infra/reality.ts). */
export const regionName = named(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "a Region such as eu-west-1").check(
  z.describe("An AWS Region."),
);

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
export const tableName = named(
  /^[A-Za-z0-9_.-]{3,255}$/,
  "a table's name: 3 to 255 characters: A-Z, a-z, 0-9, _, - and .",
);

/** docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; dots and dashes as the CDK takes them. */
export const bucketName = named(
  /^(?=.{3,63}$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9]+(?:(?:-+|\.)[a-z0-9]+)*$/,
  "a bucket's name: 3 to 63 characters: a-z, 0-9, - and single dots between them, without the beginnings and endings that S3 keeps for itself",
);

/**
 * CreateAutoScalingGroup: ASCII 33 to 126, no colon. Besides, no `*`, `?` or `${`: policies would take them for others.
 */
export const groupName = named(
  /^(?!.*\$\{)[!-)+-9;->@-~]{1,255}$/,
  "an Auto Scaling group's name: 1 to 255 visible ASCII characters, none of them a colon, * or ?, and no ${",
);

/** CreateGlobalCluster, and the rules for the names of Aurora clusters. */
export const globalClusterName = named(
  /^[A-Za-z][A-Za-z0-9-]{0,62}$/,
  "a global cluster's identifier: 1 to 63 letters, digits and hyphens, a letter first",
);

/** PutMetricAlarm: no control characters. */
export const alarmName = named(/^\P{Cc}{1,255}$/u, "an alarm's name: 1 to 255 characters, none a control character");

/** CreateHealthCheck answers a UUID; at most 64 characters. */
export const healthCheckId = named(
  /^[A-Za-z0-9-]{1,64}$/,
  "a health check's identifier such as 0123abcd-01ab-23cd-45ef-0123456789ab",
);

/** As Route 53 writes it, without /hostedzone/ before it. */
export const hostedZoneId = named(/^[A-Z0-9]{1,32}$/, "a hosted zone's identifier such as Z0123456789ABCDEFGHIJ");

export const routingControlArn = named(
  /^arn:[a-z0-9-]+:route53-recovery-control::\d{12}:controlpanel\/[A-Za-z0-9_-]+\/routingcontrol\/[A-Za-z0-9_-]+$/,
  "a routing control's ARN: arn:aws:route53-recovery-control::111122223333:controlpanel/…/routingcontrol/…",
);

/** A name of DNS, with or without the dot that ends it in a zone file. */
export const dnsName = named(
  /^(?=.{1,254}$)\w(?:[\w-]{0,61}\w)?(?:\.\w(?:[\w-]{0,61}\w)?)*\.?$/,
  "a name of DNS such as shop.example.com",
);

/** RFC 9110, 5.6.2: a token. */
export const headerName = named(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, "a header's name such as x-served-by-region");

/** Roughly: what is wrong with one that is not of this form can be said better (checks/customers.ts). */
export const customerSubnet = named(/^[0-9a-fA-F:.]{2,45}\/\d{1,3}$/, "an IPv4 subnet such as 81.2.69.0/24");
