import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

export interface NetworkProps {
  /** Address range of the VPC, a /16. */
  readonly cidr: string;
}

/**
 * A VPC without a way out: instances reach S3 and DynamoDB through gateway endpoints and Aurora beside them, and need
 * nothing else. That saves NAT gateways, and leaves one thing less that can fail while a Region recovers.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly loadBalancerSubnets: ec2.SubnetSelection = { subnetGroupName: "load-balancer" };
  readonly serviceSubnets: ec2.SubnetSelection = { subnetGroupName: "service" };
  readonly databaseSubnets: ec2.SubnetSelection = { subnetGroupName: "database" };

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { PUBLIC, PRIVATE_ISOLATED } = ec2.SubnetType;
    this.vpc = new ec2.Vpc(this, "Vpc", {
      ipAddresses: ec2.IpAddresses.cidr(props.cidr),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: "load-balancer", subnetType: PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: "service", subnetType: PRIVATE_ISOLATED, cidrMask: 22 },
        { name: "database", subnetType: PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: {
        S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
      },
      flowLogs: { Rejected: { trafficType: ec2.FlowLogTrafficType.REJECT } },
      // The CDK's classes say `string | undefined` where its interfaces say optional, which exact optional types tell apart.
    }) as ec2.IVpc;
  }
}
