import type { State, StateGroup, StateMachine } from "./definition.ts";
import { DefinitionError } from "./errors.ts";
import type { Expression } from "./expressions.ts";
import { Fields } from "./fields.ts";
import { FUNCTION_NAMES } from "./functions.ts";
import { describe, isObject } from "./json.ts";
import { LONGEST_SECONDS, NAME_LENGTH } from "./limits.ts";
import { parseState } from "./parse-states.ts";

/** A group with what is needed to check it against the groups around it. */
export interface ParsedGroup {
  readonly group: StateGroup;
  /** Such as `state "Converge", Branches[0]`; empty for the machine. */
  readonly owner: string;
  readonly expressions: readonly Expression[];
  readonly inner: readonly ParsedGroup[];
}

/**
 * Checks a definition and compiles its expressions, once for all executions. It accepts the part of the Amazon States
 * Language that definition.ts describes and refuses everything else by name, so that a machine that runs here does not
 * silently mean something else on AWS.
 * @throws DefinitionError naming the state, the field and what is allowed there.
 */
export function parseDefinition(json: unknown): StateMachine {
  const owner = "the state machine";
  const allowed = ["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"];
  const fields = new Fields(json, owner, allowed, []);
  fields.oneOf("QueryLanguage", ["JSONata"]);
  if (fields.has("Version")) fields.oneOf("Version", ["1.0"]);
  const comment = fields.optionalText("Comment");
  const timeoutSeconds = fields.optionalNumber("TimeoutSeconds", { from: 1, to: LONGEST_SECONDS, whole: "whole" });
  const names = new Set<string>();
  const parsed = parseGroup(fields, names);
  checkVariables(parsed, new Set());
  return { comment, timeoutSeconds, ...parsed.group };
}

/** @param names the state names used so far: they are unique in the whole machine. */
export function parseGroup(fields: Fields, names: Set<string>): ParsedGroup {
  const expressions: Expression[] = [];
  const inner: ParsedGroup[] = [];
  const states = new Map<string, State>();
  const startAt = fields.text("StartAt");
  const json = fields.raw("States");
  if (!isObject(json) || Object.keys(json).length === 0) fields.refuse("States", "must be an object with a state");
  for (const [name, state] of Object.entries(json)) {
    if (name === "" || name.length > NAME_LENGTH) {
      throw new DefinitionError(`state ${describe(name)}: a name has 1 to ${NAME_LENGTH} characters`);
    }
    if (names.has(name)) throw new DefinitionError(`state "${name}": the name is used twice in this machine`);
    names.add(name);
    states.set(name, parseState(name, state, { expressions, inner, names }));
  }
  const group = { startAt, states };
  checkTransitions(group, fields.owner);
  return { group, owner: fields.owner, expressions, inner };
}

/** The states that can come after `state` in its group. */
export function successors(state: State): readonly string[] {
  switch (state.type) {
    case "Pass":
    case "Wait":
      return state.next === undefined ? [] : [state.next];
    case "Task":
    case "Parallel":
    case "Map":
      return [...(state.next === undefined ? [] : [state.next]), ...state.catch.map((catcher) => catcher.next)];
    case "Choice":
      return [
        ...state.choices.map((rule) => rule.next),
        ...(state.otherwise === undefined ? [] : [state.otherwise.next]),
      ];
    case "Succeed":
    case "Fail":
      return [];
  }
}

/** Every target exists in the group and every state can be reached, as CreateStateMachine demands. */
function checkTransitions(group: StateGroup, owner: string): void {
  const known = [...group.states.keys()].join(", ");
  if (!group.states.has(group.startAt)) {
    throw new DefinitionError(`${owner}: StartAt names no state of this group: "${group.startAt}". States: ${known}`);
  }
  const reached = new Set([group.startAt]);
  for (const name of reached) {
    const state = group.states.get(name);
    for (const next of state === undefined ? [] : successors(state)) {
      if (!group.states.has(next)) {
        throw new DefinitionError(`state "${name}": leads to "${next}", which is not in its group. States: ${known}`);
      }
      reached.add(next);
    }
  }
  for (const name of group.states.keys()) {
    if (!reached.has(name)) throw new DefinitionError(`state "${name}": cannot be reached from "${group.startAt}"`);
  }
}

/**
 * A branch or iteration reads the variables around it and may not assign them (Developer Guide, "Passing data between
 * states with variables"). A name that nothing in reach assigns is refused too: reading it always yields nothing.
 */
function checkVariables(parsed: ParsedGroup, around: ReadonlySet<string>): void {
  const own = new Set<string>();
  for (const state of parsed.group.states.values()) {
    for (const name of assignedBy(state)) {
      if (around.has(name)) {
        throw new DefinitionError(
          `state "${state.name}": Assign of "${name}" is refused: a state outside ${parsed.owner} assigns that name. ` +
            "Give the inner variable another name, or return the value as Output",
        );
      }
      own.add(name);
    }
  }
  const visible = new Set([...around, ...own]);
  for (const expression of parsed.expressions) {
    for (const name of expression.names) {
      if (name === "states" || FUNCTION_NAMES.has(name) || visible.has(name)) continue;
      const { owner, field } = expression.where;
      const assigned = visible.size === 0 ? "none" : [...visible].map((variable) => `$${variable}`).join(", ");
      throw new DefinitionError(
        `${owner}, ${field}: $${name} is neither a variable that a state assigns nor a function. Variables: ${assigned}`,
      );
    }
  }
  for (const inner of parsed.inner) checkVariables(inner, visible);
}

/** The variables a state can assign in its group, on whichever way out of it. */
function assignedBy(state: State): readonly string[] {
  switch (state.type) {
    case "Pass":
    case "Wait":
      return [...state.assign.keys()];
    case "Task":
    case "Parallel":
    case "Map":
      return [...state.assign.keys(), ...state.catch.flatMap((catcher) => [...catcher.assign.keys()])];
    case "Choice":
      return [...state.choices, state.otherwise].flatMap((way) => [...(way?.assign.keys() ?? [])]);
    case "Succeed":
    case "Fail":
      return [];
  }
}
