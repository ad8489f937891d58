import jsonata from "jsonata";

/** A node of JSONata's syntax tree. The library's own type says `any`; this one says nothing it does not know. */
export interface SyntaxNode {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** What a parsed expression reads and what is wrong with it before it ever runs. */
export interface Reading {
  readonly root: SyntaxNode;
  /** Names read as `$name` that the expression itself does not bind: variables and functions. */
  readonly names: ReadonlySet<string>;
  /** First steps read from `$states`, such as `input`. */
  readonly statesFields: ReadonlySet<string>;
  /** Why Step Functions would refuse or misread the expression. */
  readonly refusals: readonly string[];
}

export interface Compiled {
  readonly compiled: jsonata.Expression;
  readonly reading: Reading;
}

/** The text between `{%` and `%}`; undefined when `text` is a plain string. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith("{%") && text.endsWith("%}") && text.length >= 4 ? text.slice(2, -2) : undefined;
}

/** @throws whatever the parser says of a text that is not JSONata. */
export function compile(source: string): Compiled {
  const compiled = jsonata(source);
  return { compiled, reading: read(compiled.ast() as unknown as SyntaxNode) };
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Whether a node has something that `name` or `$` refers to. Step Functions gives an expression no such input. */
type Context = "none" | "given";

function read(root: SyntaxNode): Reading {
  const read = new Set<string>();
  const bound = new Set<string>();
  const statesFields = new Set<string>();
  const refusals: string[] = [];

  const visit = (node: SyntaxNode, context: Context): void => {
    inspect(node, context);
    for (const [child, inner] of children(node, context)) visit(child, inner);
  };

  const inspect = (node: SyntaxNode, context: Context): void => {
    if (typeof node.focus === "string") bound.add(node.focus);
    if (typeof node.index === "string") bound.add(node.index);
    switch (node.type) {
      case "variable":
        if (node.value === "$") refusals.push("'$$' has nothing to refer to: use $states.input");
        else if (node.value !== "") read.add(String(node.value));
        else if (context === "none") refusals.push("'$' has nothing to refer to at the top level: use $states.input");
        return;
      case "name":
      case "wildcard":
      case "descendant":
        if (context === "none") {
          refusals.push(`'${String(node.value)}' has nothing to refer to at the top level: use $states.input`);
        }
        return;
      case "path": {
        const [head, second] = nodes(node.steps);
        if (head?.type === "variable" && head.value === "states" && second !== undefined) {
          statesFields.add(second.type === "name" ? String(second.value) : second.type);
        }
        return;
      }
      case "bind":
        if (isNode(node.lhs)) bound.add(String(node.lhs.value));
        return;
      case "lambda":
        for (const argument of nodes(node.arguments)) bound.add(String(argument.value));
        return;
      case "function":
      case "partial":
        if (isNode(node.procedure) && node.procedure.value === "toMillis" && nodes(node.arguments).length > 1) {
          refusals.push("$toMillis with a picture reads the wall clock for what is missing: give an ISO 8601 instant");
        }
        return;
      case "condition": {
        const operator = desugared(node);
        if (operator !== undefined) {
          refusals.push(`'${operator}' is newer than JSONata 2.0.6, which Step Functions runs: write it with ? and :`);
        }
        return;
      }
    }
  };

  visit(root, "none");
  for (const name of bound) read.delete(name);
  if (read.has("eval")) refusals.push("$eval is not available in Step Functions: use $parse");
  return { root, names: read, statesFields, refusals };
}

/**
 * `a ?? b` and `a ?: b` are parsed into conditions. Only those have a test and a consequence at one place in the text,
 * or a call of `$exists` that stands nowhere in it.
 */
function desugared(node: SyntaxNode): "??" | "?:" | undefined {
  const { condition } = node;
  if (!isNode(condition)) return undefined;
  if (isNode(condition.procedure) && condition.procedure.value === "exists" && !("position" in condition.procedure)) {
    return "??";
  }
  return isNode(node.then) && JSON.stringify(condition) === JSON.stringify(node.then) && place(condition) !== undefined
    ? "?:"
    : undefined;
}

/** Where in the text a node, or the first of its steps, stands. */
function place(node: SyntaxNode): unknown {
  return node.position ?? nodes(node.steps)[0]?.position;
}

/** The nodes directly below `node`, with the context that each is evaluated in. */
function children(node: SyntaxNode, context: Context): [SyntaxNode, Context][] {
  const found: [SyntaxNode, Context][] = [];
  const add = (value: unknown, inner: Context): void => {
    for (const child of nodes(value)) found.push([child, inner]);
  };
  add(node.type === "path" ? nodes(node.steps).slice(0, 1) : undefined, context);
  add(node.type === "path" ? nodes(node.steps).slice(1) : undefined, "given");
  for (const key of ["expressions", "expression", "lhs", "rhs", "condition", "then", "else", "body"] as const) {
    if (node.type === "bind" && key === "lhs") continue;
    add(node[key], context);
  }
  if (node.type === "function" || node.type === "partial") {
    add(nodes(node.arguments), context);
    add(node.procedure, context);
  }
  for (const key of ["pattern", "update", "delete"] as const) add(node[key], "given");
  for (const stage of [...plain(node.predicate), ...plain(node.stages)]) add(property(stage, "expr"), "given");
  for (const term of plain(node.terms)) add(property(term, "expression"), "given");
  add(property(node.group, "lhs"), "given");
  return found;
}

/** The nodes in `value`: itself, or those in it at any depth of arrays. */
function nodes(value: unknown): SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  return isNode(value) ? [value] : [];
}

function plain(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
