import { GetHealthCheckCommand, UpdateHealthCheckCommand } from "@aws-sdk/client-route-53";
import { createTrafficSwitch, type Lever } from "../../../functions/traffic/switch.ts";
import { type Cloud, ireland, singapore, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { evacuationOf, storefront } from "../plan.ts";

interface Switch {
  readonly lever: Lever;
  readonly healthChecks: Readonly<Record<string, string>>;
}

/** The lever that takes us-east-1 out of DNS by inverting its health check. */
async function withSwitch(cloud: Cloud, kind: "calculated" | "endpoint" = "calculated"): Promise<Switch> {
  const healthChecks: Record<string, string> = {};
  for (const region of [virginia, ireland, singapore]) healthChecks[region] = await cloud.prepare.healthCheck(kind);
  const plan = { ...storefront, traffic: { ...storefront.traffic, switch: { kind: "record", healthChecks } as const } };
  const [lever] = createTrafficSwitch(cloud.dependencies(plan)).levers(evacuationOf(virginia));
  if (lever === undefined) throw new Error("The switch has no lever");
  return { lever, healthChecks };
}

async function check(cloud: Cloud, id: string | undefined) {
  const { HealthCheck } = await cloud.aws.route53().send(new GetHealthCheckCommand({ HealthCheckId: id }));
  return HealthCheck;
}

export const route53: Contract = {
  service: "Route 53",
  cases: {
    "checks that are not inverted hold their Regions in DNS": async (cloud) => {
      const { lever } = await withSwitch(cloud);

      expect((await lever.read()).out).toEqual([]);
    },

    "the lever inverts the failed Region's check and no other": async (cloud) => {
      const { lever } = await withSwitch(cloud);
      await lever.read();

      await lever.pull();

      expect((await lever.read()).out).toEqual([virginia]);
    },

    "a calculated check without children says that it is one": async (cloud) => {
      const { healthChecks } = await withSwitch(cloud);

      const { HealthCheckConfig } = (await check(cloud, healthChecks[virginia])) ?? {};

      expect(HealthCheckConfig).toMatchObject({ Type: "CALCULATED", Inverted: false, HealthThreshold: 0 });
      expect(HealthCheckConfig?.ChildHealthChecks ?? []).toEqual([]);
    },

    "inverting a check changes nothing else of it": async (cloud) => {
      const { lever, healthChecks } = await withSwitch(cloud);
      await lever.read();
      const before = await check(cloud, healthChecks[virginia]);

      await lever.pull();

      const after = await check(cloud, healthChecks[virginia]);
      expect(after?.HealthCheckConfig).toEqual({ ...before?.HealthCheckConfig, Inverted: true });
    },

    "the version grows with every change": async (cloud) => {
      const { lever, healthChecks } = await withSwitch(cloud);
      await lever.read();
      const before = (await check(cloud, healthChecks[virginia]))?.HealthCheckVersion;

      await lever.pull();

      expect((await check(cloud, healthChecks[virginia]))?.HealthCheckVersion).toBe((before as number) + 1);
    },

    "somebody who changed the check since it was looked at wins: HealthCheckVersionMismatch": async (cloud) => {
      const { lever, healthChecks } = await withSwitch(cloud);
      await lever.read();
      const change = { HealthCheckId: healthChecks[virginia], Inverted: false };
      await cloud.aws.route53().send(new UpdateHealthCheckCommand(change));

      const refusal = await refusalOf(lever.pull());

      expect(refusal).toEqual({ name: "HealthCheckVersionMismatch", sortedAs: "conflict" });
      expect((await lever.read()).out).toEqual([]);
    },

    "a change that names no version is made whatever the version is": async (cloud) => {
      const { lever, healthChecks } = await withSwitch(cloud);
      const change = { HealthCheckId: healthChecks[virginia] };
      await cloud.aws.route53().send(new UpdateHealthCheckCommand({ ...change, Inverted: false }));

      await cloud.aws.route53().send(new UpdateHealthCheckCommand({ ...change, Inverted: true }));

      expect((await lever.read()).out).toEqual([virginia]);
    },

    "an endpoint's own check is not inverted": async (cloud) => {
      const { lever, healthChecks } = await withSwitch(cloud, "endpoint");

      const refusal = await refusalOf(lever.read());

      expect(refusal.name).toBe("StepBlocked");
      expect((await check(cloud, healthChecks[virginia]))?.HealthCheckConfig?.Inverted).not.toBe(true);
    },

    "an unknown check is NoSuchHealthCheck": async (cloud) => {
      const unknown = "00000000-0000-4000-8000-000000000000";

      const got = await refusalOf(check(cloud, unknown));
      const updated = await refusalOf(
        cloud.aws.route53().send(new UpdateHealthCheckCommand({ HealthCheckId: unknown, Inverted: true })),
      );

      expect([got, updated]).toEqual([
        { name: "NoSuchHealthCheck", sortedAs: "rejected" },
        { name: "NoSuchHealthCheck", sortedAs: "rejected" },
      ]);
    },
  },
};
