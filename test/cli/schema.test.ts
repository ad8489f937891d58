import { readFileSync } from "node:fs";
import { planSchemaFile, renderPlanSchema } from "../../cli/schema.ts";

describe("The JSON Schema that editors use", () => {
  const schema = JSON.parse(renderPlanSchema());

  it("is the one that is committed; `npm run schema` writes it", () => {
    expect(readFileSync(planSchemaFile, "utf8")).toBe(renderPlanSchema());
  });

  it("is of draft 2020-12, has a title, and no $id", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Region failover plan",
      additionalProperties: false,
    });
    expect(schema).not.toHaveProperty("$id");
  });

  it("asks for what has no default, and for nothing else", () => {
    expect(schema.required).toEqual([
      "application",
      "regions",
      "traffic",
      "coordination",
      "records",
      "detection",
      "objectives",
    ]);
  });

  it("says what each key means", () => {
    expect(schema.properties.detection.properties.quorum.description).toBe(
      "How many vantages must see a Region failing.",
    );
  });
});
