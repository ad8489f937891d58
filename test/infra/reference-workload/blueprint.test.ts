import { readFileSync } from "node:fs";
import { loadPlan } from "../../../functions/shared/plan/load.ts";
import { drawBlueprint } from "../../../infra/reference-workload/blueprint.ts";

const textOf = (name: string) => readFileSync(new URL(`../../../plans/${name}.yaml`, import.meta.url), "utf8");
const draw = (text: string) => drawBlueprint(loadPlan(text, "plan"));

it("takes every name from the plan, the writer's Region first", () => {
  const plan = textOf("storefront").replace("writer: us-east-1", "writer: eu-west-1");

  const blueprint = draw(plan);

  expect(blueprint).toMatchObject({
    application: "storefront",
    account: "111122223333",
    record: "shop.example.com",
    table: "UserSessions",
    globalCluster: "storefront",
    paths: { health: "/health", write: "/health/write" },
  });
  expect(blueprint.regions.map(({ name, database, cluster }) => [name, database, cluster])).toEqual([
    ["eu-west-1", "writer", "storefront-eu-west-1"],
    ["us-east-1", "reader", "storefront-us-east-1"],
    ["ap-southeast-1", "reader", "storefront-ap-southeast-1"],
  ]);
});

it("keeps a Region's network when the writer is another one", () => {
  const networks = (text: string) =>
    Object.fromEntries(draw(text).regions.map(({ name, cidr }) => [name, cidr] as const));
  const plan = textOf("storefront");
  expect(networks(plan.replace("writer: us-east-1", "writer: eu-west-1"))).toEqual(networks(plan));
});

it("draws a plan of two Regions without a write probe, too", () => {
  const blueprint = draw(textOf("two-regions"));
  expect(blueprint.regions).toHaveLength(2);
  expect(blueprint.paths.write).toBe("/health/write");
});

it.each<[string, (plan: string) => string]>([
  ["database", () => textOf("stateless")],
  ["tables", (plan) => plan.replace("tables: [UserSessions]", "tables: [UserSessions, Baskets]")],
  ["traffic.timeToLive", (plan) => plan.replace("timeToLive: PT60S", "timeToLive: PT30S")],
  ["regions.eu-west-1.probe", (plan) => plan.replace("https://eu-west-1.shop", "http://eu-west-1.shop")],
  [
    "regions.eu-west-1.probe",
    (plan) => plan.replace("eu-west-1.shop.example.com/health", "eu-west-1.shop.example.com/up"),
  ],
  ["traffic.url", (plan) => plan.replaceAll("example.com/health\n", "example.com/\n")],
  [
    "regions.eu-west-1.autoScalingGroup",
    (plan) => plan.replace("demandShare: 0.3\n    autoScalingGroup: { name: storefront-web }", "demandShare: 0.3"),
  ],
  ["database.clusters", (plan) => plan.replace("eu-west-1:111122223333", "eu-west-1:444455556666")],
])("refuses, in one line that names it, what it does not deploy: %s", (key, change) => {
  const plan = textOf("storefront");
  const changed = change(plan);
  expect(changed).not.toBe(plan);
  expect(() => draw(changed)).toThrow(
    expect.objectContaining({
      name: "InvalidPlan",
      message: expect.stringMatching(new RegExp(`^${key}: received [^\\n]+$`)),
    }),
  );
});
