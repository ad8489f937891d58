import fc from "fast-check";
import { findPlanProblems, loadPlan } from "../../../functions/shared/plan/load.ts";
import { changeExample, exampleFile } from "./examples.ts";

const storefront = exampleFile("storefront.yaml");

/** What `loadPlan` throws for a text; fails the test when it throws nothing. */
function errorOf(text: string): Error {
  try {
    loadPlan(text, "plan.yaml");
  } catch (error) {
    return error as Error;
  }
  throw new Error("the plan was accepted");
}

describe("A file that is no plan is refused in one line", () => {
  it.each([
    ["empty", "", "(top level): received nothing: must be a plan, and the file is empty"],
    ["only a comment", "# soon\n", "(top level): received nothing: must be a plan, and the file is empty"],
    ["a list", "- storefront", '(top level): received ["storefront"]: must be keys with values'],
    ["a word", "storefront", '(top level): received "storefront": must be keys with values'],
    [
      "not YAML",
      "a: [1",
      "not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 6",
    ],
    ["two documents", `${storefront}---\na: 1\n`, /^not YAML: Source contains multiple documents/],
    ["a key twice", `${storefront}application: other\n`, /^not YAML: Map keys must be unique at line \d+, column 1$/],
    ["an unknown tag", "application: !ref name", /^not YAML: Unresolved tag: !ref at line 1/],
    ["an alias of nothing", "application: *name", /^not YAML: Unresolved alias/],
    [
      "an alias of itself",
      "tables: &tables [*tables]",
      "tables.0: received an alias of what contains it: must be a value",
    ],
    [
      "an alias bomb",
      [
        "a: &a [x, x, x, x, x, x, x, x]",
        "b: &b [*a, *a, *a, *a, *a, *a, *a, *a]",
        "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]",
        "d: [*c, *c, *c, *c, *c, *c, *c, *c]",
      ].join("\n"),
      /^not YAML: Excessive alias count/,
    ],
    ["nested without end", `a: ${"[".repeat(100_000)}`, /^not YAML: /],
    ["huge", `#${"x".repeat(256 * 1024)}`, "(whole file): received 262145 bytes: must be 262144 bytes or less"],
  ])("%s", (_what, text, expected) => {
    const error = errorOf(text);

    expect(error.name).toBe("InvalidPlan");
    expect(error.message).not.toContain("\n");
    const problem = error.message.replace(/^plan\.yaml: /, "");
    if (typeof expected === "string") expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  it("accepts Windows line ends, a byte order mark, and an anchor that is used once or twice", () => {
    const anchored = storefront
      .replace("autoScalingGroup: { name", "autoScalingGroup: &group { name")
      .replace(/(eu-west-1:\n(?:.*\n){2}.*autoScalingGroup:).*/, "$1 *group");

    expect(anchored).toContain("autoScalingGroup: *group");
    expect(findPlanProblems(`\ufeff${anchored.replaceAll("\n", "\r\n")}`, "plan.yaml")).toEqual([]);
  });
});

describe("A field of the wrong form is named with its full path, its value and what is allowed", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ application: undefined }, "application: received nothing: must be text"],
    [
      { application: "Shop" },
      'application: received "Shop": must be 2 to 24 characters: a-z, 0-9 and -, beginning with a letter',
    ],
    [{ stage: "prod" }, 'stage: received "prod": must be left out, there is no such key'],
    [
      { "automation.approval.timout": "PT1H" },
      'automation.approval.timout: received "PT1H": must be left out, there is no such key',
    ],
    [{ "regions.Ireland": {} }, 'regions.Ireland: received "Ireland": must be a Region such as eu-west-1'],
    [{ "regions.us-east-1.demandShare": 1.5 }, "regions.us-east-1.demandShare: received 1.5: must be at most 1"],
    [{ "regions.us-east-1.demandShare": 0 }, "regions.us-east-1.demandShare: received 0: must be more than 0"],
    [{ "regions.us-east-1.demandShare": Number.NaN }, "regions.us-east-1.demandShare: received NaN: must be a number"],
    [{ "detection.quorum": "two" }, 'detection.quorum: received "two": must be a number'],
    [{ "detection.quorum": 1.5 }, "detection.quorum: received 1.5: must be a whole number"],
    [{ "detection.quorum": 0 }, "detection.quorum: received 0: must be at least 1"],
    [{ "detection.confirmFor": 60 }, "detection.confirmFor: received 60: must be an ISO 8601 duration such as PT1M30S"],
    [
      { "detection.confirmFor": "PT" },
      'detection.confirmFor: received "PT": must be an ISO 8601 duration such as PT1M30S',
    ],
    [
      { "automation.traffic": "always" },
      'automation.traffic: received "always": must be one of observe, approve, automatic',
    ],
    [
      { "traffic.switch.kind": "dns" },
      'traffic.switch.kind: received "dns": must be one of healthCheck, routingControl, record',
    ],
    [
      { "traffic.url": "ftp://shop.example.com" },
      'traffic.url: received "ftp://shop.example.com": must be a URL such as https://eu-west-1.example.com/health',
    ],
    [
      { "coordination.regions": ["eu-west-1"] },
      'coordination.regions: received ["eu-west-1"]: must have at least 2 entries',
    ],
    [
      { "coordination.table": "x" },
      'coordination.table: received "x": must be a table\'s name: 3 to 255 characters: A-Z, a-z, 0-9, _, - and .',
    ],
    [{ "capacity.raiseMaximum": "yes" }, 'capacity.raiseMaximum: received "yes": must be true or false'],
    [{ automation: null }, "automation: received nothing: must be keys with values"],
    [{ tables: "UserSessions" }, 'tables: received "UserSessions": must be a list'],
  ])("%j", (changes, problem) => {
    expect(findPlanProblems(changeExample("storefront", changes), "plan.yaml")).toEqual([`plan.yaml: ${problem}`]);
  });

  it.each([
    ["__proto__: { admin: true }\n", '__proto__: received {"admin":true}'],
    ["constructor: 1\n", "constructor: received 1"],
    ["toString: 1\n", "toString: received 1"],
  ])("%j is a key like any other that is unknown", (line, received) => {
    expect(errorOf(storefront + line).message).toBe(`plan.yaml: ${received}: must be left out, there is no such key`);
  });

  it("a Region named __proto__ is not passed over", () => {
    const text = storefront.replace("regions:\n", "regions:\n  __proto__: {}\n");

    expect(errorOf(text).message).toBe(
      "plan.yaml: regions.__proto__: received {}: must be left out, there is no such key",
    );
  });

  it("a long value is cut short", () => {
    const text = changeExample("storefront", { tables: "x".repeat(500) });

    expect(errorOf(text).message.length).toBeLessThan(140);
  });
});

describe("Several problems", () => {
  const text = changeExample("storefront", { stage: "prod", owner: "shop", "detection.quorum": 0 });

  it("are all found", () => {
    expect(findPlanProblems(text, "plan.yaml")).toEqual([
      'plan.yaml: stage: received "prod": must be left out, there is no such key',
      'plan.yaml: owner: received "shop": must be left out, there is no such key',
      "plan.yaml: detection.quorum: received 0: must be at least 1",
    ]);
  });

  it("are an error that names the first", () => {
    expect(errorOf(text).message).toBe('plan.yaml: stage: received "prod": must be left out, there is no such key');
  });

  it("begin with the key that is misspelt, not with the one that is missing for it", () => {
    const misspelt = changeExample("storefront", { "detection.quroum": 2, "detection.quorum": undefined });

    expect(errorOf(misspelt).message).toBe(
      "plan.yaml: detection.quroum: received 2: must be left out, there is no such key",
    );
  });
});

describe("Whatever the text", () => {
  it("it is a plan, or refused as one", () => {
    const paths = [
      "application",
      "regions",
      "regions.eu-west-1",
      "traffic.switch",
      "database.clusters",
      "database.promotionOrder",
      "coordination.lease",
      "detection",
      "detection.alarms",
      "objectives",
    ];
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .tuple(fc.constantFrom(...paths), fc.jsonValue())
        .map(([path, value]) => changeExample("storefront", { [path]: value })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const problems = findPlanProblems(text, "plan.yaml");
        if (problems.length === 0) expect(() => loadPlan(text, "plan.yaml")).not.toThrow();
        else expect(errorOf(text)).toMatchObject({ name: "InvalidPlan", message: problems[0] });
      }),
      { numRuns: 300 },
    );
  });
});
