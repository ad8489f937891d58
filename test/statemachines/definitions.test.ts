import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseDefinition } from "../../simulator/asl/parse.ts";
import { checkDefinition } from "../../statemachines/check.ts";

const folder = new URL("../../statemachines/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".asl.json"));

/** CommonJS, without types of its own. */
const validate: (definition: unknown) => { readonly isValid: boolean; readonly errors: readonly unknown[] } =
  createRequire(import.meta.url)("asl-validator");

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, folder), "utf8"));
}

it("there are state machines to check", () => {
  expect(files).not.toEqual([]);
});

for (const file of files) {
  describe(file, () => {
    it("keeps the rules of the house", () => {
      expect(checkDefinition(read(file))).toEqual([]);
    });

    it("is one that the interpreter takes", () => {
      expect(() => parseDefinition(read(file))).not.toThrow();
    });

    it("is valid to an independent validator", () => {
      expect(validate(read(file)).errors).toEqual([]);
    });
  });
}
