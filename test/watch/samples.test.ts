import { sampleLag } from "../../functions/watch/samples.ts";
import type { AwsClients } from "../../functions/shared/clients.ts";
import { isoInstant } from "../../functions/shared/clock.ts";
import { awsError } from "../fakes/small-cloud.ts";
import { createWorld, storefront } from "../database/world.ts";

/** A vantage whose preferred lag metric has these milliseconds, one a minute, up to the last whole minute. */
function prepare(values: readonly number[] | Error) {
  const { cloud } = createWorld();
  const base = cloud.dependencies(storefront, "eu-west-1");
  const minute = Math.floor(cloud.clock.now() / 60_000) - 1;
  const times = Array.isArray(values) ? values.map((_, index) => (minute - values.length + 1 + index) * 60_000) : [];
  const asked: { readonly StartTime: Date; readonly EndTime: Date }[] = [];
  const cloudWatch = () => ({
    send: async ({ input }: { readonly input: (typeof asked)[number] }) => {
      asked.push(input);
      if (values instanceof Error) throw values;
      return { MetricDataResults: [{ Id: "lag0", Timestamps: times.map((at) => new Date(at)), Values: values }] };
    },
  });
  return { asked, times, deps: { ...base, aws: { ...base.aws, cloudWatch } as unknown as AwsClients } };
}

describe("FM40: the sample of the lag", () => {
  it("is the newest reading, with those before it", async () => {
    const { deps, times } = prepare([700, 810, 790]);

    const [first, second, third] = times.map((at) => isoInstant(at));
    expect(await sampleLag(deps)).toEqual({
      at: third,
      seconds: 0.79,
      recent: [
        { at: first, seconds: 0.7 },
        { at: second, seconds: 0.81 },
        { at: third, seconds: 0.79 },
      ],
    });
  });

  it("is judged by an hour of readings: a coarse metric is one, a frozen one is none", async () => {
    const coarse = prepare([1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1].map((seconds) => seconds * 1_000));
    const frozen = prepare([870, 910, 880, 900, 900, 900, 900]);

    expect(await sampleLag(coarse.deps)).toMatchObject({ seconds: 1 });
    expect(await sampleLag(frozen.deps)).toBeNull();
    const [{ StartTime, EndTime } = { StartTime: new Date(0), EndTime: new Date(0) }] = coarse.asked;
    expect(EndTime.getTime() - StartTime.getTime()).toBe(3_600_000);
  });

  it("is left to the next minute when CloudWatch throttles: a round does not wait for it", async () => {
    const { deps, asked } = prepare(awsError("ThrottlingException", "slow down"));

    expect(await sampleLag(deps)).toBeNull();
    expect(asked).toHaveLength(1);
  });
});
