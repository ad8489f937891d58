import type { JsonValue } from "../../../simulator/asl/json.ts";
import { isObject } from "../../../simulator/asl/json.ts";
import type { Definition, Outcome } from "./case.ts";

/** The group of each state of a definition, by the state's name, which is unique in the whole machine. */
export function groupsOf(definition: Definition): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  const visit = (states: JsonValue | undefined, group: string): void => {
    if (!isObject(states)) return;
    for (const [name, state] of Object.entries(states) as [string, JsonValue][]) {
      groups.set(name, group);
      if (!isObject(state)) continue;
      const prefix = group === "" ? name : `${group}/${name}`;
      const { Branches: branches, ItemProcessor: processor } = state as Definition;
      if (Array.isArray(branches)) {
        for (const [index, branch] of branches.entries()) visit(branch.States, `${prefix}[${index}]`);
      }
      if (isObject(processor)) visit((processor as Definition).States, `${prefix}[*]`);
    }
  };
  visit(definition.States, "");
  return groups;
}

/** @param names of the states entered, in the order in which they were. */
export function enteredByGroup(definition: Definition, names: readonly string[]): Outcome["entered"] {
  const groups = groupsOf(definition);
  const entered: Record<string, string[]> = {};
  for (const name of names) {
    const group = groups.get(name);
    if (group === undefined) throw new Error(`State ${name} was entered, and the definition has none of that name`);
    entered[group] ??= [];
    entered[group].push(name);
  }
  for (const [group, list] of Object.entries(entered)) if (group.includes("[*]")) list.sort();
  return entered;
}

/** What is compared of an end. */
export function outcomeOf(definition: Definition, end: Omit<Outcome, "entered">, names: readonly string[]): Outcome {
  const ofTheService = end.error?.startsWith("States.") === true;
  return { ...end, cause: ofTheService ? undefined : end.cause, entered: enteredByGroup(definition, names) };
}
