import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { leanSdk } from "../../build/lean-sdk.ts";

const folder = mkdtempSync(join(tmpdir(), "lean-sdk-"));

afterAll(() => rmSync(folder, { recursive: true }));

const clients = [
  "auto-scaling",
  "cloudwatch",
  "dynamodb",
  "eventbridge",
  "rds",
  "route-53",
  "route53-recovery-cluster",
  "s3",
  "sfn",
];

/** Every schema of a client, those that schemas refer to by function included, as text. */
async function schemasOf(client: string, name: string, plugins: Plugin[]): Promise<Readonly<Record<string, string>>> {
  const outfile = join(folder, `${client}-${name}.mjs`);
  await build({
    stdin: {
      contents: `export * from "@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js"`,
      resolveDir: process.cwd(),
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    plugins,
  });
  const exported = (await import(pathToFileURL(outfile).href)) as Readonly<Record<string, unknown>>;
  const asText = (_key: string, value: unknown) => (typeof value === "function" ? String(value) : value);
  return Object.fromEntries(Object.entries(exported).map(([key, schema]) => [key, JSON.stringify(schema, asText)]));
}

it.each(clients)("leaves the schemas of %s as they are", async (client) => {
  const lean = await schemasOf(client, "lean", [leanSdk]);

  expect(Object.keys(lean).length).toBeGreaterThan(10);
  expect(lean).toEqual(await schemasOf(client, "whole", []));
});
