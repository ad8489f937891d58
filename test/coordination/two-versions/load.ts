import { registerHooks } from "node:module";

/**
 * `node --import ./test/coordination/two-versions/load.ts …` lets two versions of the controller take turns at the
 * coordination item, also in worker threads: whoever asks for the store gets the one of turns.ts.
 */
const store = new URL("../../../functions/coordination/store.ts", import.meta.url).href;
/** No version drops what it does not know, this promises: the former one does, and the spy looks at the others. */
const promise = new URL("../../../simulator/invariants/formats.ts", import.meta.url).href;
const turns = new URL("./turns.ts", import.meta.url).href;
/** That questions end rests on a new field in one case, in which the former version cannot but lose it. */
const questions = new URL("../../../simulator/invariants/questions.ts", import.meta.url).href;
const questionsInTurns = new URL("./questions.ts", import.meta.url).href;

const sources = new Map([
  // What is exported by name goes before what a star brings.
  [store, `export * from "${store}?present"; export { createCoordinationStore } from "${turns}";`],
  [promise, "export class Formats { judge() { return []; } }"],
  [questions, `export { OpenQuestions } from "${questionsInTurns}";`],
]);

registerHooks({
  load(url, context, nextLoad) {
    const source = sources.get(url);
    return source === undefined ? nextLoad(url, context) : { format: "module", shortCircuit: true, source };
  },
});
