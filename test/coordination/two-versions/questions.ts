import type { OpenQuestions as OpenQuestionsOfPresent } from "../../../simulator/invariants/questions.ts";
import type { Violation } from "../../../simulator/result.ts";
import type { World } from "../../../simulator/world.ts";

const present: typeof import("../../../simulator/invariants/questions.ts") = await import(
  `${new URL("../../../simulator/invariants/questions.ts", import.meta.url).href}?present`
);

/**
 * The promise that questions end, where a version takes turns that cannot note since when a person has been asked to give
 * up a primary: where it wrote last, nobody can tell that somebody waits, and the question stays as it was with that
 * version alone, until it is answered or its time is over.
 */
export class OpenQuestions {
  readonly #world: World;
  readonly #promise: OpenQuestionsOfPresent;

  constructor(...given: ConstructorParameters<typeof OpenQuestionsOfPresent>) {
    this.#world = given[0];
    this.#promise = new present.OpenQuestions(...given);
  }

  judge(): readonly Violation[] {
    const violations = this.#promise.judge();
    const incident = this.#world.coordinationItem()?.incident ?? null;
    const isNotNoted = incident !== null && incident.question === null && incident.promotionAskedAt === undefined;
    return isNotNoted ? [] : violations;
  }
}
