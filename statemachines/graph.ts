/** A definition's JSON read leniently: the checks speak of what is there, whatever the rest is like. */
export type Json = { readonly [key: string]: unknown };

/** A way from one state to another, with what the variables are given on it. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly assign: Json;
  /** Set on the ways out of a Choice state: the index of its rule, or how many rules come before its Default. */
  readonly rule: number | undefined;
}

/** States among which transitions happen, and where they stand. */
export interface Group {
  readonly states: readonly (readonly [string, Json])[];
  readonly edges: readonly Edge[];
  /** The states around the group, outermost first, such as a Parallel's and a Map's names. */
  readonly within: readonly Around[];
}

export interface Around {
  readonly name: string;
  readonly state: Json;
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The machine's own group, then those inside its states, at any depth. */
export function groupsOf(definition: Json, within: readonly Around[] = []): readonly Group[] {
  const states = Object.entries(object(definition.States)).map(([name, state]) => [name, object(state)] as const);
  const edges = states.flatMap(([name, state]) => edgesOf(name, state));
  const inner = states.flatMap(([name, state]) =>
    [...list(state.Branches), object(state.ItemProcessor)].flatMap((group) =>
      "States" in group ? groupsOf(group, [...within, { name, state }]) : [],
    ),
  );
  return [{ states, edges, within }, ...inner];
}

function edgesOf(from: string, state: Json): readonly Edge[] {
  const edges: Edge[] = [];
  const add = (to: unknown, assign: unknown, rule?: number): void => {
    if (typeof to === "string") edges.push({ from, to, assign: object(assign), rule });
  };
  const rules = list(state.Choices);
  add(state.Next, state.Assign);
  for (const catcher of list(state.Catch)) add(catcher.Next, catcher.Assign);
  for (const [index, rule] of rules.entries()) add(rule.Next, rule.Assign, index);
  add(state.Default, state.Assign, rules.length);
  return edges;
}

/** The sets of states that lie on a common cycle (the strongly connected components that have a cycle). */
export function cyclesOf(edges: readonly Edge[]): readonly ReadonlySet<string>[] {
  const reach = new Map<string, Set<string>>();
  const names = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  for (const name of names) {
    const reached = new Set(edges.filter((edge) => edge.from === name).map((edge) => edge.to));
    for (const next of reached) for (const edge of edges) if (edge.from === next) reached.add(edge.to);
    reach.set(name, reached);
  }
  const found: Set<string>[] = [];
  for (const name of names) {
    if (!reach.get(name)?.has(name) || found.some((cycle) => cycle.has(name))) continue;
    found.push(new Set([...names].filter((other) => reach.get(name)?.has(other) && reach.get(other)?.has(name))));
  }
  return found;
}
