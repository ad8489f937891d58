import { readFile, writeFile } from "node:fs/promises";
import { decode, encode } from "@jridgewell/sourcemap-codec";

interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly mappings: string;
  readonly names: readonly string[];
}

/**
 * Leaves the packages' lines out of a bundle's source map. Node reads the map when a function starts, whether or not
 * anything fails, and nine tenths of it are of packages; in a stack trace it is our own lines that one looks for.
 */
export async function keepOwnSources(mapFile: string): Promise<void> {
  const map = JSON.parse(await readFile(mapFile, "utf8")) as SourceMap;
  await writeFile(mapFile, JSON.stringify(ownSourcesOf(map)));
}

/** The map with the sources outside of node_modules; what came from elsewhere is mapped to nothing. */
export function ownSourcesOf(map: SourceMap): SourceMap {
  const sources = map.sources.filter((source) => !source.includes("node_modules/") && !source.startsWith("required:"));
  const renumbered = map.sources.map((source) => sources.indexOf(source));
  const mappings = decode(map.mappings).map((line) => {
    let inOwn = false;
    return line.flatMap((segment): typeof line => {
      const source = segment.length === 1 ? -1 : (renumbered[segment[1]] ?? -1);
      if (segment.length === 1 || source < 0) {
        // One segment ends our own code; more of them would say nothing.
        const end: typeof line = inOwn ? [[segment[0]]] : [];
        inOwn = false;
        return end;
      }
      inOwn = true;
      return [[segment[0], source, segment[2], segment[3]]];
    });
  });
  return { version: map.version, sources, names: [], mappings: encode(mappings) };
}
