import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";

export type ExampleName = "storefront" | "two-regions" | "stateless";

export function exampleFile(name: string): string {
  return readFileSync(new URL(`../../../plans/${name}`, import.meta.url), "utf8");
}

/** An example plan's text with values set, or left out where `undefined`, by their dotted paths. */
export function changeExample(name: ExampleName, changes: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(exampleFile(`${name}.yaml`));
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    if (value === undefined) document.deleteIn(steps);
    else document.setIn(steps, document.createNode(value));
  }
  return document.toString();
}
