import { registerHooks } from "node:module";

/**
 * `node --import ./test/coordination/two-versions/load.ts …` lets two versions of the controller take turns at the
 * coordination item, also in worker threads: whoever asks for the store gets the one of turns.ts.
 */
const store = new URL("../../../functions/coordination/store.ts", import.meta.url).href;
const turns = new URL("./turns.ts", import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    if (url !== store) return nextLoad(url, context);
    // What is exported by name goes before what a star brings.
    const source = `export * from "${store}?present"; export { createCoordinationStore } from "${turns}";`;
    return { format: "module", shortCircuit: true, source };
  },
});
