import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants.ts";

/**
 * `node --import ./test/mutants/load.ts …` with MUTANT set to a name plants that bug in the modules as they load, also
 * in worker threads.
 */
const root = fileURLToPath(new URL("../../", import.meta.url));
const mutant = mutants.find(({ name }) => name === process.env.MUTANT);
if (mutant === undefined) throw new RangeError(`MUTANT: received ${process.env.MUTANT}: must name a mutant`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const changes = mutant.changes.filter(({ file }) => url.startsWith("file:") && fileURLToPath(url) === root + file);
    if (changes.length === 0) return loaded;
    let source = String(loaded.source);
    for (const { find, replace } of changes) {
      if (source.split(find).length !== 2) throw new RangeError(`${mutant.name}: its text is not there, or not once`);
      source = source.replace(find, () => replace);
    }
    return { ...loaded, source };
  },
});
