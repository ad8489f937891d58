import { UpdateRoutingControlStateCommand } from "@aws-sdk/client-route53-recovery-cluster";
import { createTrafficSwitch } from "../../../functions/traffic/switch.ts";
import { type Cloud, ireland, singapore, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { evacuationOf, storefront } from "../plan.ts";

async function withSwitch(cloud: Cloud) {
  const { endpoints, controls } = await cloud.prepare.routingControls();
  const chosen = { kind: "routingControl", endpoints, controls } as const;
  const plan = { ...storefront, traffic: { ...storefront.traffic, switch: chosen } };
  const trafficSwitch = createTrafficSwitch(cloud.dependencies(plan));
  const [lever] = trafficSwitch.levers(evacuationOf(virginia));
  const [endpoint] = endpoints;
  if (lever === undefined || endpoint === undefined) throw new Error("The switch has no lever");
  const set = (arn: string | undefined, RoutingControlState: "On" | "Off") =>
    cloud.aws
      .recoveryCluster(endpoint)
      .send(new UpdateRoutingControlStateCommand({ RoutingControlArn: arn, RoutingControlState }));
  return { lever, trafficSwitch, controls, set };
}

export const recoveryCluster: Contract = {
  service: "ARC routing control",
  cases: {
    "controls that are on hold their Regions in DNS": async (cloud) => {
      const { lever } = await withSwitch(cloud);

      expect((await lever.read()).out).toEqual([]);
    },

    "the lever turns the failed Region's control off and no other": async (cloud) => {
      const { lever } = await withSwitch(cloud);

      await lever.pull();

      expect((await lever.read()).out).toEqual([virginia]);
    },

    "the watch reads which controls are off": async (cloud) => {
      const { lever, trafficSwitch } = await withSwitch(cloud);

      await lever.pull();

      expect(await trafficSwitch.readOut()).toEqual([virginia]);
    },

    "turning off what is off is no error": async (cloud) => {
      const { lever } = await withSwitch(cloud);
      await lever.pull();

      await lever.pull();

      expect((await lever.read()).out).toEqual([virginia]);
    },

    "a safety rule that demands one control on refuses the last": async (cloud) => {
      const { lever, set, controls } = await withSwitch(cloud);
      await set(controls[ireland], "Off");
      await set(controls[singapore], "Off");

      const refusal = await refusalOf(lever.pull());

      expect(refusal).toEqual({ name: "ConflictException", sortedAs: "rejected" });
      expect([...(await lever.read()).out].sort()).toEqual([singapore, ireland].sort());
    },

    "an unknown control is ResourceNotFoundException": async (cloud) => {
      const { set, controls } = await withSwitch(cloud);

      const refusal = await refusalOf(set(`${controls[virginia]}0`, "Off"));

      expect(refusal).toEqual({ name: "ResourceNotFoundException", sortedAs: "rejected" });
    },
  },
};
