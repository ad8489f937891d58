import { crashMatrix } from "../../simulator/crash-matrix.ts";
import type { Job } from "../../simulator/jobs.ts";

function kindsOf(points: readonly Job[]) {
  return new Set(points.flatMap((point) => (point.kind === "crash" ? [`${point.boundary.state}`] : [])));
}

const matrix = { seed: 1, trafficSwitch: null, points: "all" } as const;

it.each([
  ["lag-beyond-budget", "RequestPromotion"],
  ["two-regions-no-witness", "ShiftTraffic"],
  ["second-region-waits", "RequestPromotion"],
])("a run of %s that has not ended is crashed all the same, in %s among others", async (name, state) => {
  expect(kindsOf(await crashMatrix({ ...matrix, name }))).toContain(state);
});

it("enumerates every boundary of region-outage with each of the four crashes, none twice", async () => {
  const points = await crashMatrix({ ...matrix, name: "region-outage" });
  const boundaries = new Set(points.map((point) => point.kind === "crash" && JSON.stringify(point.boundary)));

  expect(boundaries.size).toBeGreaterThan(700);
  expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(4 * boundaries.size);
});

it("leaves out, of a sample, nothing but further occurrences", async () => {
  const all = await crashMatrix({ ...matrix, name: "region-outage" });
  const sample = await crashMatrix({ ...matrix, name: "region-outage", points: "sparse" });

  expect(sample.length).toBeLessThan(all.length / 3);
  expect(kindsOf(sample)).toEqual(kindsOf(all));
});

it("has no point where no run acts", async () => {
  expect(await crashMatrix({ ...matrix, name: "blip" })).toEqual([]);
});
