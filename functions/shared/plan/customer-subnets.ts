import { findRegion, type Plan } from "./plan.ts";

/**
 * Subnets of customers near a Region, for whom a name server can be asked: the plan's own, else AWS's in that Region; none
 * where neither is known. Whether Route 53 sends them there is seen in calm times, not believed.
 */
export function customerSubnets(plan: Plan, region: string): readonly string[] {
  return findRegion(plan, region)?.customerSubnets ?? published[region] ?? [];
}

/**
 * The first 24 bits, as resolvers tell them, of ranges that AWS publishes as EC2's in each commercial Region
 * (https://ip-ranges.amazonaws.com/ip-ranges.json, as of 2026-10-26, by way of a copy that keeps no syncToken): the widest
 * there, far apart, older ones first, none of which another Region has a part. An instance there is nearest to its own Region
 * (Assumption: Route 53's latency data say so). A Region that AWS opens later needs `customerSubnets` in the plan.
 */
const published: Readonly<Record<string, readonly string[]>> = {
  "af-south-1": ["13.244.0.0/24", "15.103.0.0/24", "16.28.0.0/24"],
  "ap-east-1": ["16.162.0.0/24", "18.166.0.0/24", "43.198.0.0/24"],
  "ap-east-2": ["43.212.0.0/24", "54.54.0.0/24", "54.55.0.0/24"],
  "ap-northeast-1": ["3.112.0.0/24", "54.248.0.0/24", "35.72.0.0/24"],
  "ap-northeast-2": ["3.36.0.0/24", "43.200.0.0/24", "15.164.0.0/24"],
  "ap-northeast-3": ["13.208.0.0/24", "15.152.0.0/24", "16.208.0.0/24"],
  "ap-south-1": ["3.108.0.0/24", "13.204.0.0/24", "65.0.0.0/24"],
  "ap-south-2": ["18.60.0.0/24", "16.112.0.0/24", "98.130.0.0/24"],
  "ap-southeast-1": ["54.169.0.0/24", "122.248.192.0/24", "47.128.0.0/24"],
  "ap-southeast-2": ["13.236.0.0/24", "54.206.0.0/24", "3.24.0.0/24"],
  "ap-southeast-3": ["108.136.0.0/24", "15.232.0.0/24", "16.78.0.0/24"],
  "ap-southeast-4": ["16.50.0.0/24", "16.26.0.0/24", "16.27.0.0/24"],
  "ap-southeast-5": ["43.216.0.0/24", "56.69.0.0/24", "56.70.0.0/24"],
  "ap-southeast-6": ["182.24.0.0/24", "3.102.0.0/24"],
  "ap-southeast-7": ["43.208.0.0/24", "65.178.0.0/24", "43.210.0.0/24"],
  "ca-central-1": ["15.222.0.0/24", "3.96.0.0/24", "16.54.0.0/24"],
  "ca-west-1": ["40.176.0.0/24", "16.174.0.0/24", "56.112.0.0/24"],
  "eu-central-1": ["18.192.0.0/24", "3.64.0.0/24", "63.184.0.0/24"],
  "eu-central-2": ["16.62.0.0/24", "51.34.0.0/24", "16.18.0.0/24"],
  "eu-north-1": ["13.48.0.0/24", "16.168.0.0/24", "86.112.0.0/24"],
  "eu-south-1": ["15.160.0.0/24", "16.22.0.0/24", "18.102.0.0/24"],
  "eu-south-2": ["18.100.0.0/24", "35.44.0.0/24", "51.48.0.0/24"],
  "eu-west-1": ["63.32.0.0/24", "52.30.0.0/24", "54.74.0.0/24"],
  "eu-west-2": ["35.176.0.0/24", "3.8.0.0/24", "13.40.0.0/24"],
  "eu-west-3": ["15.188.0.0/24", "35.180.0.0/24", "52.47.0.0/24"],
  "il-central-1": ["51.16.0.0/24", "16.164.0.0/24", "51.84.0.0/24"],
  "me-central-1": ["3.28.0.0/24", "158.252.0.0/24", "40.172.0.0/24"],
  "me-south-1": ["15.185.0.0/24", "13.152.0.0/24", "16.24.0.0/24"],
  "me-west-1": ["51.168.0.0/24", "51.169.0.0/24"],
  "mx-central-1": ["78.12.0.0/24", "78.14.0.0/24"],
  "sa-east-1": ["15.228.0.0/24", "18.231.0.0/24", "54.233.0.0/24"],
  "sa-west-1": ["83.160.0.0/24", "83.161.0.0/24"],
  "us-east-1": ["3.224.0.0/24", "18.232.0.0/24", "52.4.0.0/24"],
  "us-east-2": ["3.132.0.0/24", "18.191.0.0/24", "13.184.0.0/24"],
  "us-south-1": ["46.168.0.0/24", "35.128.128.0/24", "40.235.128.0/24"],
  "us-west-1": ["204.236.128.0/24", "18.144.0.0/24", "52.52.0.0/24"],
  "us-west-2": ["18.236.0.0/24", "54.148.0.0/24", "44.224.0.0/24"],
};
