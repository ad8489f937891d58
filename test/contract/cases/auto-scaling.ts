import { SetDesiredCapacityCommand, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  type Group,
  isRefreshing,
  raiseGroup,
  readGroup,
  readLaunches,
} from "../../../functions/capacity/autoscaling.ts";
import { launchProblem } from "../../../functions/capacity/launches.ts";
import { isoInstant } from "../../../functions/shared/clock.ts";
import { type Cloud, home, virginia } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";

const sizes = { minimum: 2, desired: 4, maximum: 8 };

async function withGroup(cloud: Cloud, of = sizes): Promise<string> {
  const name = cloud.unique("web");
  await cloud.prepare.group(home, name, of);
  return name;
}

async function read(cloud: Cloud, name: string): Promise<Group> {
  const group = await readGroup(cloud.aws, home, name);
  if (group === null) throw new Error(`There is no group ${name}`);
  return group;
}

function bounds({ minimum, desired, maximum }: Group): readonly number[] {
  return [minimum, desired, maximum];
}

/** UpdateAutoScalingGroup as somebody else might ask for it. */
function update(
  cloud: Cloud,
  name: string,
  change: Omit<UpdateAutoScalingGroupCommand["input"], "AutoScalingGroupName">,
) {
  return cloud.aws.autoScaling(home).send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, ...change }));
}

export const autoScaling: Contract = {
  service: "Auto Scaling",
  cases: {
    "a group is described with its sizes and what is in service": async (cloud) => {
      const name = await withGroup(cloud);

      const group = await read(cloud, name);

      expect(group).toEqual({ ...sizes, inService: 4, pending: 0, suspendedProcesses: [] });
    },

    "a group is found by its name among others": async (cloud) => {
      const name = await withGroup(cloud);
      await cloud.prepare.group(home, `${name}-canary`, { minimum: 1, desired: 1, maximum: 1 });

      expect((await read(cloud, name)).desired).toBe(4);
      expect((await read(cloud, `${name}-canary`)).desired).toBe(1);
    },

    "a group is found by its name on the first page, however many there are": async (cloud) => {
      // DescribeAutoScalingGroups answers with 50 unless it is asked for more.
      const names = Array.from({ length: 52 }, () => cloud.unique("web"));
      const none = { minimum: 0, desired: 0, maximum: 1 };
      for (const name of names) await cloud.prepare.group(home, name, none);

      const found = await Promise.all([names[0], names[51]].map((name) => readGroup(cloud.aws, home, name as string)));

      expect(found.map((group) => group && bounds(group))).toEqual([
        [0, 0, 1],
        [0, 0, 1],
      ]);
    },

    "an unknown group is an empty list, not an error": async (cloud) => {
      expect(await readGroup(cloud.aws, home, cloud.unique("nobody"))).toBeNull();
    },

    "a group is not known in another Region": async (cloud) => {
      const name = await withGroup(cloud);

      expect(await readGroup(cloud.aws, virginia, name)).toBeNull();
    },

    "raising MinSize above desired raises desired with it": async (cloud) => {
      const name = await withGroup(cloud);

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      expect(bounds(await read(cloud, name))).toEqual([6, 6, 8]);
    },

    "MaxSize is raised in the same call where the target needs it": async (cloud) => {
      const name = await withGroup(cloud);

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 10);

      expect(bounds(await read(cloud, name))).toEqual([10, 10, 10]);
    },

    "raising MinSize below desired leaves desired alone": async (cloud) => {
      const name = await withGroup(cloud, { minimum: 2, desired: 7, maximum: 8 });

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      expect(bounds(await read(cloud, name))).toEqual([6, 7, 8]);
    },

    "a desired capacity that fell since MinSize was raised is raised again": async (cloud) => {
      const name = await withGroup(cloud);
      await cloud.aws
        .autoScaling(home)
        .send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 2 }));

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      expect(bounds(await read(cloud, name))).toEqual([6, 6, 8]);
    },

    "what was raised comes into service": async (cloud) => {
      const name = await withGroup(cloud);

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      const group = await cloud.until(
        () => read(cloud, name),
        ({ inService }) => inService >= 6,
      );
      expect(group).toMatchObject({ inService: 6, pending: 0 });
    },

    "an instance that launches is pending first": async (cloud) => {
      const name = await withGroup(cloud);

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      expect(await read(cloud, name)).toMatchObject({ inService: 4, pending: 2 });
    },

    "lowering MaxSize below desired lowers desired: nothing may ever be lowered": async (cloud) => {
      const name = await withGroup(cloud);

      await update(cloud, name, { MaxSize: 3 });

      expect(bounds(await read(cloud, name))).toEqual([2, 3, 3]);
    },

    "setting desired moves neither bound": async (cloud) => {
      const name = await withGroup(cloud);

      await cloud.aws
        .autoScaling(home)
        .send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 5 }));

      expect(bounds(await read(cloud, name))).toEqual([2, 5, 8]);
    },

    "a MinSize above MaxSize is refused, and nothing changes": async (cloud) => {
      const name = await withGroup(cloud);

      const refusal = await refusalOf(update(cloud, name, { MinSize: 9 }));

      expect(refusal).toEqual({ name: "ValidationError", sortedAs: "rejected" });
      expect(bounds(await read(cloud, name))).toEqual([2, 4, 8]);
    },

    "a DesiredCapacity above MaxSize is refused, and nothing changes": async (cloud) => {
      const name = await withGroup(cloud);

      const refusal = await refusalOf(update(cloud, name, { DesiredCapacity: 9 }));

      expect(refusal).toEqual({ name: "ValidationError", sortedAs: "rejected" });
      expect(bounds(await read(cloud, name))).toEqual([2, 4, 8]);
    },

    "a DesiredCapacity below a MinSize in the same call is refused": async (cloud) => {
      const name = await withGroup(cloud);

      const refusal = await refusalOf(update(cloud, name, { MinSize: 6, DesiredCapacity: 5 }));

      expect(refusal).toEqual({ name: "ValidationError", sortedAs: "rejected" });
      expect(bounds(await read(cloud, name))).toEqual([2, 4, 8]);
    },

    "changing an unknown group is refused": async (cloud) => {
      const refusal = await refusalOf(update(cloud, cloud.unique("nobody"), { MinSize: 1 }));

      expect(refusal).toEqual({ name: "ValidationError", sortedAs: "rejected" });
    },

    "a suspended process is named": async (cloud) => {
      const name = await withGroup(cloud);

      await cloud.prepare.suspendLaunch(home, name);

      expect((await read(cloud, name)).suspendedProcesses).toEqual(["Launch"]);
    },

    "a group that may not launch stays as it is, whatever is desired": async (cloud) => {
      const name = await withGroup(cloud);
      await cloud.prepare.suspendLaunch(home, name);

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      expect(await read(cloud, name)).toMatchObject({ desired: 6, inService: 4, pending: 0 });
    },

    "launches are activities that begin and succeed": async (cloud) => {
      const name = await withGroup(cloud);
      const before = cloud.clock.now() - 1_000;

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      const since = (launches: Awaited<ReturnType<typeof readLaunches>>) =>
        launches.filter(({ startedAt }) => startedAt >= before);
      const launches = await cloud.until(
        async () => since(await readLaunches(cloud.aws, home, name)),
        (found) => found.length === 2 && found.every(({ state }) => state === "succeeded"),
      );
      expect(launches.map(({ state }) => state)).toEqual(["succeeded", "succeeded"]);
    },

    "a launch for which there is no capacity says so in the words that are looked for": async (cloud) => {
      const name = await withGroup(cloud);
      const since = isoInstant(cloud.clock.now());
      await cloud.disturb.exhaustCapacity(home);

      await raiseGroup(cloud.aws, home, name, await read(cloud, name), 6);

      const problem = await cloud.until(
        async () => launchProblem(await readLaunches(cloud.aws, home, name), since),
        (found) => found !== null,
      );
      expect(problem).toMatchObject({ kind: "capacityShortage" });
      expect(bounds(await read(cloud, name))).toEqual([6, 6, 8]);
    },

    "no instance refresh is under way where none was started": async (cloud) => {
      const name = await withGroup(cloud);

      expect(await isRefreshing(cloud.aws, home, name)).toBe(false);
    },

    "asking for the refreshes of an unknown group is refused": async (cloud) => {
      const refusal = await refusalOf(isRefreshing(cloud.aws, home, cloud.unique("nobody")));

      expect(refusal).toEqual({ name: "ValidationError", sortedAs: "rejected" });
    },
  },
};
