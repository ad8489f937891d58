import type { Plan } from "../../functions/shared/plan/plan.ts";
import { canaryKey, evacuationKey, evacuationPrefix } from "../../functions/traffic/switch-objects.ts";
import type { Place } from "../names.ts";
import type { Permission, Rule, Subject } from "./statement.ts";

/** Which way the traffic switch is thrown: a Region out of DNS, or back into it. */
export type SwitchWay = "evacuate" | "return";

/** What is done with the object that evacuates a Region. */
const objectActions = { evacuate: "s3:PutObject", return: "s3:DeleteObject" } as const satisfies Record<
  SwitchWay,
  string
>;

const switchReasons: Readonly<Record<SwitchWay, Readonly<Record<Plan["traffic"]["switch"]["kind"], string>>>> = {
  evacuate: {
    healthCheck: "Evacuates a Region: writes its object to the survivors' buckets",
    routingControl: "Evacuates a Region: turns its routing control off",
    record: "Reads which Regions are evacuated; evacuates a Region: inverts its health check",
  },
  return: {
    healthCheck: "Gives a Region its traffic back: deletes its object from the other Regions' buckets",
    routingControl: "Gives a Region its traffic back: turns its routing control on",
    record: "Reads which Regions are evacuated; gives a Region its traffic back: inverts its health check no more",
  },
};

function healthCheckArns(healthChecks: Readonly<Record<string, string>>, { partition }: Place): readonly string[] {
  return Object.values(healthChecks).map((id) => `arn:${partition}:route53:::healthcheck/${id}`);
}

/** One Region's bucket holds the objects that evacuate the others, never its own. */
export function throwsTheSwitch(way: SwitchWay): Rule {
  return ({ plan, place }) => {
    const { switch: chosen } = plan.traffic;
    const reason = switchReasons[way][chosen.kind];
    switch (chosen.kind) {
      case "healthCheck": {
        const buckets = Object.entries(chosen.buckets).map(
          ([region, bucket]) => [region, `arn:${place.partition}:s3:::${bucket}`] as const,
        );
        return [
          {
            actions: ["s3:ListBucket"],
            resources: buckets.map(([, arn]) => arn),
            conditions: { StringEquals: { "s3:prefix": evacuationPrefix } },
            reason: "Reads which Regions are evacuated, before and after",
          },
          {
            actions: [objectActions[way]],
            resources: buckets.flatMap(([region, arn]) =>
              plan.regions.filter(({ name }) => name !== region).map(({ name }) => `${arn}/${evacuationKey(name)}`),
            ),
            reason,
          },
        ];
      }
      case "routingControl":
        return [
          {
            actions: ["route53-recovery-cluster:ListRoutingControls"],
            resources: ["*"],
            reason: "Reads which Regions are evacuated; the API knows no resource to name for it",
          },
          {
            actions: ["route53-recovery-cluster:UpdateRoutingControlState"],
            resources: Object.values(chosen.controls),
            reason,
          },
        ];
      case "record":
        return [
          {
            actions: ["route53:GetHealthCheck", "route53:UpdateHealthCheck"],
            resources: healthCheckArns(chosen.healthChecks, place),
            reason,
          },
        ];
    }
  };
}

/** Each vantage reads the switch from where it is: of buckets its own alone, which a witness has none of. */
export function readsTheSwitch({ plan, place }: Subject): readonly Permission[] {
  const { switch: chosen } = plan.traffic;
  switch (chosen.kind) {
    case "healthCheck": {
      const bucket = chosen.buckets[place.region];
      if (bucket === undefined) return [];
      return [
        {
          actions: ["s3:ListBucket"],
          resources: [`arn:${place.partition}:s3:::${bucket}`],
          conditions: { StringEquals: { "s3:prefix": evacuationPrefix } },
          reason: "Reads which Regions its own bucket holds out of DNS",
        },
      ];
    }
    case "routingControl":
      return [
        {
          actions: ["route53-recovery-cluster:ListRoutingControls"],
          resources: ["*"],
          reason: "Reads which Regions are out of DNS; the API knows no resource to name for it",
        },
      ];
    case "record":
      return [
        {
          actions: ["route53:GetHealthCheck"],
          resources: healthCheckArns(chosen.healthChecks, place),
          reason: "Reads which Regions are out of DNS",
        },
      ];
  }
}

export function keepsItsCanary({ plan, place }: Subject): readonly Permission[] {
  const { switch: chosen } = plan.traffic;
  const bucket = chosen.kind === "healthCheck" ? chosen.buckets[place.region] : undefined;
  if (bucket === undefined) return [];
  return [
    {
      actions: ["s3:PutObject"],
      resources: [`arn:${place.partition}:s3:::${bucket}/${canaryKey}`],
      reason: "Writes its own bucket's canary anew where it is missing: an object that evacuates nobody",
    },
  ];
}
