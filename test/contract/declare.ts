import { stripVTControlCharacters } from "node:util";
import { errorMessage, errorName } from "../../functions/shared/errors.ts";
import type { Backend, BackendName, Cloud } from "./backend.ts";
import { contracts } from "./cases/index.ts";
import { type Difference, differences } from "./differences.ts";

/** A server that is asked for something for the first time may load half of AWS's models before it answers. */
const longestCaseMs = 90_000;

/**
 * Declares every case for one backend. A case that the backend is known to differ in must go on failing in the way that
 * the table says: when it passes, or fails otherwise, the table is no longer true and the test fails.
 */
export function declareContract(name: BackendName, start: () => Promise<Backend>): void {
  describe(`What the adapters expect of AWS, at ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend?.stop());

    for (const { service, cases } of contracts) {
      describe(service, () => {
        for (const [title, holds] of Object.entries(cases)) {
          const difference = differenceOf(name, `${service}: ${title}`);
          if (difference === null) {
            const hold = async () => {
              expect.hasAssertions();
              await backend.play(holds);
            };
            it(title, hold, longestCaseMs);
          } else {
            it(`differs: ${title}`, () => demandDifference(backend, holds, difference), longestCaseMs);
          }
        }
      });
    }
  });
}

/** @throws Error when the case holds, or fails in another way than the table says */
export async function demandDifference(
  backend: Backend,
  holds: (cloud: Cloud) => Promise<void>,
  difference: Difference,
): Promise<void> {
  const failure = await backend.play(holds).then(
    () => null,
    (error: unknown) => stripVTControlCharacters(`${errorName(error)}: ${errorMessage(error)}`),
  );
  if (failure === null) {
    throw new Error(
      `${backend.name} does as AWS does now. Take the case out of test/contract/differences.ts: ${difference.instead}`,
    );
  }
  expect(failure).toMatch(difference.shows);
}

function differenceOf(backend: BackendName, title: string): Difference | null {
  return differences[backend].find(({ cases }) => cases.includes(title)) ?? null;
}

/** Every case by the name that the table of differences uses. */
export function caseTitles(): readonly string[] {
  return contracts.flatMap(({ service, cases }) => Object.keys(cases).map((title) => `${service}: ${title}`));
}
