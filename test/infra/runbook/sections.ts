import { readFileSync } from "node:fs";
import { root } from "../../run.ts";

/** A section of docs/runbook.md. */
export interface Section {
  readonly heading: string;
  /** The grants that it says its commands take. */
  readonly takes: readonly string[];
  /** Its code blocks, as they are pasted, one after the other. */
  readonly script: string;
}

const runbook = readFileSync(`${root}docs/runbook.md`, "utf8");
const [preface = "", ...parts] = runbook.split(/^## /m);

/** What is pasted before everything else. */
export const openingBlock: string = scriptOf(preface);

/** Those that have something to paste. */
export const sections: readonly Section[] = parts
  .map((part) => ({
    heading: part.slice(0, part.indexOf("\n")),
    takes: [...(/\bTakes `grant[^.,:]*/.exec(part)?.[0] ?? "").matchAll(/grant\w+/g)].map(([grant]) => grant),
    script: scriptOf(part),
  }))
  .filter(({ script }) => script !== "");

/** The indented blocks of a text; those under a list's item are indented by three more. */
function scriptOf(text: string): string {
  return [...text.matchAll(/(?<=\n\n)( {4}| {7})\S.*(?:\n(?:\1.*|(?=\n\1)))*/g)]
    .map(([block, indent = ""]) => block.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .join("\n");
}
