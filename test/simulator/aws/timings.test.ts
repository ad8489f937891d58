import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as timings from "../../../simulator/aws/timings.ts";
import { root } from "../../run.ts";

const sources = globSync("simulator/**/*.ts", { cwd: root })
  .filter((file) => file !== join("simulator", "aws", "timings.ts"))
  .map((file) => readFileSync(join(root, file), "utf8"));

it.each(Object.keys(timings))("%s is what the simulated services go by", (name) => {
  expect(sources.some((text) => new RegExp(`\\b${name}\\b`).test(text))).toBe(true);
});
