import { type MotoServer, startMoto } from "../servers.ts";
import type { Case, Outcome } from "./case.ts";
import { differences } from "./differences.ts";
import { MotoStage } from "./moto.ts";
import { playOnOurs } from "./ours.ts";

/** Executions on moto at a time: most of a case is waiting, and two cores take so many without false timeouts. */
const atOnce = 8;
const startingMs = 120_000;
const caseMs = 300_000;

/**
 * Plays each case on both interpreters and holds them to each other. Moto's executions run side by side from the start, so
 * that their real waits are waited for once.
 */
export function conformanceTests(cases: readonly Case[]): void {
  let server: MotoServer;
  let played: readonly Promise<Outcome>[] = [];
  let [agreed, differed] = [0, 0];

  beforeAll(async () => {
    server = await startMoto();
    const stage = new MotoStage(server);
    const results = cases.map(() => Promise.withResolvers<Outcome>());
    played = results.map(({ promise }) => promise);
    const waiting = cases.entries();
    const playOn = async (): Promise<void> => {
      for (const [index, each] of waiting) {
        await stage.play(index, each).then(results[index]?.resolve, results[index]?.reject);
      }
    };
    for (let player = 0; player < atOnce; player++) void playOn();
    // Each case's own test reports its failure.
    for (const each of played) each.catch(() => {});
  }, startingMs);

  afterAll(async () => {
    await Promise.allSettled(played);
    await server?.close();
    process.stdout.write(
      `Conformance: of ${cases.length} cases on both interpreters ${agreed} agree, ${differed} differ as known\n`,
    );
  });

  it.each(cases.map((each, index) => ({ ...each, index })))(
    "$title",
    async ({ index, ...each }) => {
      const ours = await playOnOurs(index, each);
      const motos = await played[index];
      const known = differences[each.title];
      if (known === undefined) {
        expect(ours).toEqual(motos);
        agreed++;
      } else {
        expect(ours).toMatchObject(known.ours);
        // When this fails, moto has been mended: remove the entry of the table.
        expect(motos).not.toEqual(ours);
        differed++;
      }
    },
    caseMs,
  );
}
