import { appendFileSync } from "node:fs";
import type { CoordinationStore } from "../../../functions/coordination/store.ts";
import type { Dependencies } from "../../../functions/shared/dependencies.ts";
import { errorMessage, errorName } from "../../../functions/shared/errors.ts";
import * as formerVersion from "../../fixtures/e5ce949/store.ts";
import { asFormerWould, spyOn } from "./spy.ts";

/**
 * Who writes the coordination item: the version of commit e5ce949, this one, or one yet to be written, which is this one
 * with fields of its own in each place where a version may add some.
 */
export type Version = "former" | "present" | "newer";

const presentVersion: typeof import("../../../functions/coordination/store.ts") = await import(
  `${new URL("../../../functions/coordination/store.ts", import.meta.url).href}?present`
);

/** The store of a version drawn anew for each invocation, whose guard and rules so read and write as that version does. */
export function createCoordinationStore(deps: Dependencies<"dynamoDB">, writer: string): CoordinationStore {
  const version = drawVersion(deps);
  const spied = spyOn(deps, version, note);
  const store =
    version === "former"
      ? asFormerWould(formerVersion.createCoordinationStore(spied, writer))
      : presentVersion.createCoordinationStore(spied, writer);
  const noteStop = async <Answer>(asked: Promise<Answer>): Promise<Answer> => {
    try {
      return await asked;
    } catch (error) {
      if (errorName(error) === "StepBlocked" || error instanceof TypeError) {
        note({ kind: "broken", what: `the ${version} version stopped: ${errorMessage(error)}` });
      }
      throw error;
    }
  };
  return { read: () => noteStop(store.read()), change: (rule) => noteStop(store.change(rule)) };
}

/** A line of the file that the environment names, which all threads write to. */
export type Note =
  | { readonly kind: "wrote"; readonly version: Version; readonly over: "newerFields" | "none" }
  | { readonly kind: "broken"; readonly what: string };

function note(line: Note): void {
  appendFileSync(process.env.TURNS as string, `${JSON.stringify(line)}\n`);
}

function drawVersion({ random }: Pick<Dependencies, "random">): Version {
  const drawn = random.next();
  return drawn < 0.4 ? "former" : drawn < 0.8 ? "present" : "newer";
}
