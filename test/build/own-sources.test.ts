import { decode, encode } from "@jridgewell/sourcemap-codec";
import { ownSourcesOf } from "../../build/own-sources.ts";

it("keeps our own lines and columns, and maps what came from packages to nothing", () => {
  const mappings = encode([
    [
      [0, 0, 7, 2],
      [10, 1, 3, 0],
      [20, 1, 4, 0],
      [30, 2, 9, 4],
    ],
    [[0, 1, 5, 0]],
  ]);
  const sources = ["../node_modules/@smithy/core/index.js", "node_modules/zod/index.js", "functions/own.ts"];

  const own = ownSourcesOf({ version: 3, sources, mappings, names: ["unused"] });

  expect(own.sources).toEqual(["functions/own.ts"]);
  expect(own.names).toEqual([]);
  expect(decode(own.mappings)).toEqual([[[30, 0, 9, 4]], []]);
});

it("ends our own code where a package's begins, once", () => {
  const mappings = encode([
    [
      [0, 1, 7, 2],
      [10, 0, 3, 0],
      [20, 0, 4, 0],
      [30, 1, 9, 4],
    ],
  ]);

  const own = ownSourcesOf({ version: 3, sources: ["node_modules/a.js", "functions/own.ts"], mappings, names: [] });

  expect(decode(own.mappings)).toEqual([[[0, 0, 7, 2], [10], [30, 0, 9, 4]]]);
});
