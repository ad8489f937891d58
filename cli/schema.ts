import { writeFileSync } from "node:fs";
import { z } from "zod";
import { planFileSchema } from "../functions/shared/plan/schema.ts";
import { readOptions, runCommand } from "./usage.ts";

/** Where editors look for it: a plan's first line names it. */
export const planSchemaFile = new URL("../plans/plan.schema.json", import.meta.url);

/**
 * The JSON Schema (draft 2020-12) of a plan as people write it, defaults left out. It has no `$id`: it is found by its
 * path, and nobody serves it.
 */
export function renderPlanSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(planFileSchema, { io: "input", target: "draft-2020-12" });
  return `${JSON.stringify({ $schema, title: "Region failover plan", ...schema }, null, 2)}\n`;
}

const help = `Writes plans/plan.schema.json, the JSON Schema that editors check a plan against.

  npm run schema
`;

if (import.meta.main) {
  await runCommand(async () => {
    const { help: asked } = readOptions(process.argv.slice(2), { help: { type: "boolean" } });
    if (asked) process.stdout.write(help);
    else writeFileSync(planSchemaFile, renderPlanSchema());
    return 0;
  });
}
