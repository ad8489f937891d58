import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { scenarios } from "../simulator/scenarios/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...globSync("{docs,infra,test}/**/*.md", { cwd: root }),
].sort();

/** Prose alone: code blocks (fenced or indented) and inline code left out. */
function proseOf(text: string): string {
  return text
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/^ {4,}.*$/gm, "")
    .replace(/`[^`\n]*`/g, "");
}

/** A heading as its anchor. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function anchorsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading as string)));
}

/** Cells of a table's rows, the head and its rule left out. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| |"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function sectionOf(text: string, heading: string): string {
  const from = text.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`There is no section ${heading}`);
  const to = text.indexOf("\n## ", from + 4);
  return text.slice(from, to < 0 ? undefined : to);
}

const names = scenarios.map(({ name }) => name);
const given = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `FM${from + index}`);
const failureModes = given(1, 86);

describe.each(documents)("%s", (path) => {
  const text = read(path);

  it("links to what exists", () => {
    const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
    const broken = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : join(dirname(path), file);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
      });
    expect(broken).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script as string);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it("names scripts whose files exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    const files = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].flatMap(
      ([, script]) => scripts[script as string]?.match(/^node (\S+\.ts)$/)?.[1] ?? [],
    );
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("uses the field's own words, calmly", () => {
    expect(text.match(/\b(standby|master|slave)\b/gi) ?? []).toEqual([]);
    expect(proseOf(text).match(/!(?!\[)/g) ?? []).toEqual([]);
  });
});

describe("scenarios", () => {
  it("stand in the simulator's table, in order, and no others do", () => {
    const rows = rowsOf(sectionOf(read("docs/simulator.md"), "Scenarios"));
    expect(rows.map(([name]) => name).filter((name) => name?.startsWith("`"))).toEqual(
      names.map((name) => `\`${name}\``),
    );
  });

  it("are expected to end as their file says", () => {
    const rows = rowsOf(sectionOf(read("docs/simulator.md"), "Scenarios"));
    const expected = Object.fromEntries(rows.map(([name = "", , end]) => [name.replaceAll("`", ""), end]));
    for (const scenario of scenarios)
      expect([scenario.name, expected[scenario.name]]).toEqual([scenario.name, scenario.expected]);
  });

  it("are as many as the README says", () => {
    expect(read("README.md")).toContain(`names the ${scenarios.length} stories`);
  });
});

describe("failure modes", () => {
  const rows = new Map(
    rowsOf(read("docs/failure-modes.md"))
      .filter(([number = ""]) => /^FM\d+$/.test(number))
      .map((cells) => [cells[0] as string, cells[3] as string]),
  );
  const tests = globSync("test/**/*.test.ts", { cwd: root }).filter((path) => path !== "test/docs.test.ts");
  const namesIt = (text: string, number: string) => new RegExp(`\\b${number}\\b`).test(text);

  it("are all there, once each", () => {
    const numbers = rowsOf(read("docs/failure-modes.md")).flatMap(([number = ""]) =>
      /^FM\d+$/.test(number) ? number : [],
    );

    // By subject, not by number: a new one stands with its kind.
    expect(numbers.toSorted((one, other) => Number(one.slice(2)) - Number(other.slice(2)))).toEqual(failureModes);
  });

  it.each(failureModes)("%s: what shows it, shows it", (number) => {
    const shownBy = rows.get(number) ?? "";
    const files = [...shownBy.matchAll(/\(\.\.\/(test\/[^)]+)\)/g)].map(([, file]) => file as string);
    const stories = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, story]) => story as string);
    expect(stories.filter((story) => !names.includes(story))).toEqual([]);
    const silent = shownBy.startsWith("no test yet");
    const tested =
      scenarios.some((scenario) => scenario.failureModes.includes(number)) ||
      tests.some((file) => namesIt(read(file), number));
    expect({ number, silent }).toEqual({ number, silent: !tested });
    if (silent) return;
    expect(files.filter((file) => !namesIt(read(file), number))).toEqual([]);
    for (const story of stories) {
      expect([story, scenarios.find(({ name }) => name === story)?.failureModes.includes(number)]).toEqual([
        story,
        true,
      ]);
    }
  });
});

it("the runbook says what to do about every reason to do nothing", () => {
  const union = /export type NoReason =([^;]+);/.exec(read("functions/assess/decision.ts"))?.[1] ?? "";
  const reasons = [...union.matchAll(/"(\w+)"/g)].map(([, reason]) => reason as string);
  expect(reasons.length).toBeGreaterThan(20);
  const rows = rowsOf(sectionOf(read("docs/runbook.md"), "Why it stood down")).map(([reason = ""]) => reason);
  expect(rows.filter((reason) => reason.startsWith("`"))).toEqual(reasons.map((reason) => `\`${reason}\``));
  expect(read("README.md")).toContain(`one of ${reasons.length} reasons`);
});

it("the README lists every assessment", () => {
  const union = /export type Assessment =([\s\S]+?);\n\n/.exec(read("functions/assess/assessment.ts"))?.[1] ?? "";
  const kinds = [...union.matchAll(/kind: "(\w+)"/g)].map(([, kind]) => kind as string);
  expect(kinds.length).toBeGreaterThan(5);
  expect(kinds.filter((kind) => !read("README.md").includes(`\`${kind}\``))).toEqual([]);
});

it("the simulator's page names every invariant", () => {
  const source = globSync("simulator/{invariants/*,play}.ts", { cwd: root }).map(read).join("\n");
  const known = [...source.matchAll(/#report\(\s*"(\w+)"/g), ...source.matchAll(/invariant: "(\w+)"/g)].map(
    ([, invariant]) => invariant as string,
  );
  const rows = rowsOf(sectionOf(read("docs/simulator.md"), "Invariants")).map(([name = ""]) =>
    name.replaceAll("`", ""),
  );
  expect(known.length).toBeGreaterThan(5);
  expect([...new Set(known)].sort()).toEqual(rows.filter((name) => name !== "Invariant").sort());
});

describe("the plan reference", () => {
  interface Schema {
    readonly default?: unknown;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: Schema | boolean;
    readonly items?: Schema;
    readonly anyOf?: readonly Schema[];
    readonly oneOf?: readonly Schema[];
  }
  type Leaf = readonly [path: string, schema: Schema];

  /** Leaves alone: a section is named by what is in it. Maps by Region and lists of plain values are leaves. */
  function leavesOf(path: string, schema: Schema): readonly Leaf[] {
    const { properties, additionalProperties, items } = schema;
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return choices.flatMap((choice) => leavesOf(path, choice));
    if (properties !== undefined) {
      return Object.entries(properties).flatMap(([key, member]) =>
        leavesOf(path === "" ? key : `${path}.${key}`, member),
      );
    }
    if (typeof additionalProperties === "object" && additionalProperties.properties !== undefined) {
      return leavesOf(`${path}.<Region>`, additionalProperties);
    }
    // One row stands for the five endpoints of an ARC cluster.
    if (items?.properties !== undefined && path !== "traffic.switch.endpoints") return leavesOf(`${path}[]`, items);
    return [[path, schema]];
  }

  const leaves = leavesOf("", JSON.parse(read("plans/plan.schema.json")) as Schema);
  const rows = rowsOf(sectionOf(read("docs/plan.md"), "Keys"))
    .filter(([key]) => key !== "Key" && key?.startsWith("-") === false)
    .map(([key = "", said = ""]) => [key.replaceAll("`", ""), said] as const);

  it("has every key of the schema, once, and no other", () => {
    expect(rows.map(([key]) => key).sort()).toEqual([...new Set(leaves.map(([path]) => path))].sort());
  });

  it("has the schema's defaults", () => {
    const defaults = leaves.flatMap(([path, schema]) =>
      schema.default === undefined || typeof schema.default === "object"
        ? []
        : [[path, `\`${schema.default}\``] as const],
    );
    expect(defaults.length).toBeGreaterThan(15);
    const said = new Map(rows);
    expect(defaults.map(([path]) => [path, said.get(path)])).toEqual(defaults);
  });
});

it("the README and the guide to deployment name the same cost", () => {
  const [, dollars] = /\*\*Together\*\* \| \| \*\*about (\d+)\*\*/.exec(read("docs/deploy.md")) ?? [];

  expect(read("README.md")).toContain(`about ${dollars} dollars a month`);
});
