import { compile, expressionIn, isNode, type SyntaxNode } from "../simulator/asl/syntax.ts";
import { cyclesOf, type Edge, type Group, type Json, list } from "./graph.ts";

/**
 * The cycles of a group that nothing bounds, each as the names of its states.
 *
 * A way on from a Choice state is taken a bounded number of times when it is taken only while a counter is below a
 * limit (`$polls < 60` leads on, or an earlier rule with `$polls >= 60` leads away), the Choice has a way out of the
 * cycle, nothing on the cycle changes the limit, every assignment of the counter on the cycle adds 1 to it, and there
 * is no getting back to the Choice without adding. Such ways are struck out, and what then remains is looked at again, so
 * that the counter of an inner loop may be set back by the outer loop, which has a counter of its own. A group is bounded
 * when no cycle is left. Counters that set each other back are not: neither can be struck out.
 */
export function unboundedCycles(group: Group): readonly ReadonlySet<string>[] {
  const states = new Map(group.states);
  let edges = group.edges;
  for (;;) {
    const cycles = cyclesOf(edges);
    const struck = new Set<Edge>();
    for (const cycle of cycles) {
      const inside = edges.filter((edge) => cycle.has(edge.from) && cycle.has(edge.to));
      for (const edge of inside) {
        if (isBounded(edge, inside, edges, states.get(edge.from) ?? {})) struck.add(edge);
      }
    }
    if (struck.size === 0) return cycles;
    edges = edges.filter((edge) => !struck.has(edge));
  }
}

function isBounded(edge: Edge, inside: readonly Edge[], all: readonly Edge[], choice: Json): boolean {
  if (edge.rule === undefined) return false;
  const leaves = all.some((other) => other.from === edge.from && !inside.includes(other));
  if (!leaves) return false;
  const assigned = new Set(inside.flatMap((other) => Object.keys(other.assign)));
  return comparisonsBefore(edge, choice).some(({ counter, limit }) => {
    if (!isFixed(limit, assigned)) return false;
    const assigning = inside.filter((other) => counter in other.assign);
    if (!assigning.every((other) => addsOne(other.assign[counter], counter))) return false;
    // Without the ways that add, the edge must lie on no cycle any more.
    const rest = inside.filter((other) => !assigning.includes(other));
    return !cyclesOf(rest).some((cycle) => rest.includes(edge) && cycle.has(edge.from) && cycle.has(edge.to));
  });
}

/** The limits that hold whenever a way out of a Choice state is taken. */
function comparisonsBefore(edge: Edge, choice: Json): readonly Below[] {
  const rules = list(choice.Choices).map((rule) => syntaxOf(rule.Condition));
  const own = edge.rule === undefined ? undefined : rules[edge.rule];
  // A rule's own condition holds; those of the rules before it do not.
  return [
    ...(own === undefined ? [] : parts(own, "and").flatMap((part) => below(part, "<"))),
    ...rules.slice(0, edge.rule).flatMap((rule) => (rule ? parts(rule, "or").flatMap((part) => below(part, ">")) : [])),
  ];
}

/** A counter that is compared with a limit. */
interface Below {
  readonly counter: string;
  readonly limit: SyntaxNode;
}

/** `counter < limit` when `sign` is `<`, `counter >= limit` when it is `>`; either way round. */
function below(node: SyntaxNode, sign: "<" | ">"): readonly Below[] {
  if (node.type !== "binary" || !isNode(node.lhs) || !isNode(node.rhs)) return [];
  const value = String(node.value);
  const [left, right] = sign === "<" ? ["<", ">"] : [">", "<"];
  const found: Below[] = [];
  const take = (counter: SyntaxNode, limit: SyntaxNode): void => {
    if (counter.type === "variable" && counter.value !== "") found.push({ counter: String(counter.value), limit });
  };
  if (value === left || value === `${left}=`) take(node.lhs, node.rhs);
  if (value === right || value === `${right}=`) take(node.rhs, node.lhs);
  return found;
}

/** The operands of a chain of one operator; brackets around one expression are looked through. */
function parts(node: SyntaxNode, operator: "and" | "or"): readonly SyntaxNode[] {
  if (node.type === "block" && Array.isArray(node.expressions) && node.expressions.length === 1) {
    const [only] = node.expressions;
    return isNode(only) ? parts(only, operator) : [];
  }
  if (node.type === "binary" && node.value === operator && isNode(node.lhs) && isNode(node.rhs)) {
    return [...parts(node.lhs, operator), ...parts(node.rhs, operator)];
  }
  return [node];
}

/** A number, or a value of a variable that the cycle does not assign. */
function isFixed(limit: SyntaxNode, assigned: ReadonlySet<string>): boolean {
  if (limit.type === "number") return true;
  const steps = limit.type === "path" && Array.isArray(limit.steps) ? limit.steps.filter(isNode) : [limit];
  const [head, ...rest] = steps;
  if (head?.type !== "variable" || head.value === "states" || head.value === "") return false;
  return !assigned.has(String(head.value)) && rest.every((step) => step.type === "name" && !("predicate" in step));
}

function addsOne(value: unknown, counter: string): boolean {
  const node = syntaxOf(value);
  if (node?.type !== "binary" || node.value !== "+" || !isNode(node.lhs) || !isNode(node.rhs)) return false;
  const [left, right] = [node.lhs, node.rhs];
  const isCounter = (side: SyntaxNode): boolean => side.type === "variable" && side.value === counter;
  const isOne = (side: SyntaxNode): boolean => side.type === "number" && side.value === 1;
  return (isCounter(left) && isOne(right)) || (isOne(left) && isCounter(right));
}

function syntaxOf(value: unknown): SyntaxNode | undefined {
  const source = typeof value === "string" ? expressionIn(value) : undefined;
  if (source === undefined) return undefined;
  try {
    return compile(source).reading.root;
  } catch {
    // The parser of definitions says what is wrong with it; here it bounds nothing.
    return undefined;
  }
}
