import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import * as acm from "aws-cdk-lib/aws-certificatemanager";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as route53 from "aws-cdk-lib/aws-route53";
import * as s3 from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { Blueprint, RegionBlueprint } from "./blueprint.ts";
import type { Fleet } from "./fleet.ts";
import type { Network } from "./network.ts";

export interface FrontDoorProps {
  readonly blueprint: Blueprint;
  readonly region: RegionBlueprint;
  readonly network: Network;
  readonly fleet: Fleet;
  /** The Route 53 health check that takes this Region out of DNS: the one that the controller's traffic switch moves. */
  readonly healthCheckId: string;
}

/**
 * How customers come in: a load balancer with a certificate for both names, the customers' name by latency with this
 * Region's health check, and the Region's own name, which the vantages probe, without one: an evacuated Region can still
 * be looked at.
 */
export class FrontDoor extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { blueprint, region, network, fleet } = props;
    if (props.healthCheckId.trim() === "")
      throw new Error(
        `Health check of ${region.name}: received "": without one its record always counts as healthy, and traffic never leaves`,
      );

    const securityGroup = new ec2.SecurityGroup(this, "SecurityGroup", {
      vpc: network.vpc,
      description: "Customers to the load balancer",
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, "Customers");
    securityGroup.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTP, "Customers, who are sent to https");
    Validations.of(securityGroup).acknowledge({
      id: "AwsSolutions-EC23",
      reason:
        "This is the public front door: 80 and 443 are open to customers and to Route 53's checkers, nothing else.",
    });

    this.loadBalancer = new elb.ApplicationLoadBalancer(this, "LoadBalancer", {
      vpc: network.vpc,
      vpcSubnets: network.loadBalancerSubnets,
      internetFacing: true,
      securityGroup,
      dropInvalidHeaderFields: true,
    });
    this.loadBalancer.logAccessLogs(this.#addLogBucket());

    const certificate = new acm.CfnCertificate(this, "Certificate", {
      domainName: blueprint.record,
      subjectAlternativeNames: [region.host],
      validationMethod: "DNS",
      domainValidationOptions: [blueprint.record, region.host].map((domainName) => ({
        domainName,
        hostedZoneId: blueprint.hostedZoneId,
      })),
    });
    this.loadBalancer.addListener("Https", {
      port: 443,
      open: false,
      certificates: [elb.ListenerCertificate.fromArn(certificate.ref)],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      defaultTargetGroups: [fleet.targetGroup],
    });
    this.loadBalancer.addListener("Http", {
      port: 80,
      open: false,
      defaultAction: elb.ListenerAction.redirect({ protocol: "HTTPS", port: "443", permanent: true }),
    });

    new route53.CfnRecordSet(this, "CustomersRecord", {
      ...this.#alias(blueprint, blueprint.record, "evaluated"),
      setIdentifier: region.name,
      region: region.name,
      healthCheckId: props.healthCheckId,
    });
    new route53.CfnRecordSet(this, "RegionRecord", this.#alias(blueprint, region.host, "ignored"));
  }

  #alias(blueprint: Blueprint, name: string, targetHealth: "evaluated" | "ignored"): route53.CfnRecordSetProps {
    return {
      hostedZoneId: blueprint.hostedZoneId,
      name,
      type: "A",
      aliasTarget: {
        dnsName: this.loadBalancer.loadBalancerDnsName,
        hostedZoneId: this.loadBalancer.loadBalancerCanonicalHostedZoneId,
        evaluateTargetHealth: targetHealth === "evaluated",
      },
    };
  }

  #addLogBucket(): s3.IBucket {
    const bucket = new s3.Bucket(this, "AccessLogs", {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(30) }],
      // What was logged outlives what logged it; the README says how to remove it.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "This bucket holds access logs; logging who reads them would never end.",
    });
    return bucket as s3.IBucket;
  }
}
