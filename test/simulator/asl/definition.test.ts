import { DefinitionError } from "../../../simulator/asl/errors.ts";
import { parseDefinition } from "../../../simulator/asl/parse.ts";
import { task, tokenTask } from "./support.ts";

const end = { End: true };

function parse(states: object, more: object = {}) {
  return parseDefinition({ QueryLanguage: "JSONata", StartAt: Object.keys(states)[0], States: states, ...more });
}

/** One state, and one it may lead to. */
function one(state: object) {
  return parse({
    First: { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "Only" }], Default: "Last" },
    Only: state,
    Last: { Type: "Succeed" },
  });
}

describe("a definition is refused", () => {
  it.each<[string, object, string | RegExp]>([
    [
      "JSONPath in a Pass",
      { Type: "Pass", ResultPath: "$.a", ...end },
      /state "Only": field "ResultPath" is JSONPath.*Allowed: Type,/,
    ],
    ["Parameters", { ...task("F", end), Parameters: {} }, 'field "Parameters" is JSONPath'],
    ["a key with .$", { Type: "Pass", Output: { "a.$": "$.a" }, ...end }, '"a.$" is JSONPath'],
    [
      "a state's own JSONPath",
      { Type: "Pass", QueryLanguage: "JSONPath", ...end },
      'field "QueryLanguage" must be one of JSONata',
    ],
    [
      "an unknown field",
      { Type: "Pass", Colour: "red", ...end },
      'state "Only": field "Colour" is not known here. Allowed: Type, Comment',
    ],
    ["a field of another type", { Type: "Wait", Seconds: 1, Retry: [], ...end }, 'field "Retry" is not known here'],
    ["an unknown type", { Type: "Loop", ...end }, 'state "Only": Type must be one of Pass, Task'],
    [
      "another resource",
      { ...task("F", end), Resource: "arn:aws:states:::sqs:sendMessage" },
      'state "Only": field "Resource" must be one of arn:aws:states:::lambda:invoke,',
    ],
    [
      "an unknown argument",
      task("F", { Arguments: { FunctionName: "F", Qualifier: "1" }, ...end }),
      'state "Only", Arguments: field "Qualifier" is not known here. Allowed: FunctionName, Payload',
    ],
    ["no function", task("F", { Arguments: { Payload: 1 }, ...end }), 'field "FunctionName" must be'],
    ["neither Next nor End", { Type: "Pass" }, 'field "Next" is needed, or "End"'],
    ["both Next and End", { Type: "Pass", Next: "Last", End: true }, 'field "Next" is needed, or "End"'],
    ["End: false", { Type: "Pass", End: false }, 'field "End" must be true'],
    ["a dangling Next", { Type: "Pass", Next: "Gone" }, 'state "Only": leads to "Gone", which is not in its group'],
    [
      "ToleratedFailureCount",
      { Type: "Map", ToleratedFailureCount: 1, ItemProcessor: {}, ...end },
      'field "ToleratedFailureCount" is not known here',
    ],
    [
      "a distributed Map",
      {
        Type: "Map",
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, StartAt: "A", States: { A: { Type: "Succeed" } } },
        ...end,
      },
      'ProcessorConfig: field "Mode" must be one of INLINE',
    ],
    [
      "too much concurrency",
      { Type: "Map", MaxConcurrency: 41, ItemProcessor: { StartAt: "A", States: { A: { Type: "Succeed" } } }, ...end },
      'field "MaxConcurrency" must be a whole number from 0 to 40',
    ],
    ["both Seconds and Timestamp", { Type: "Wait", Seconds: 1, Timestamp: "2026-01-01T00:00:00Z", ...end }, "not both"],
    ["a Timestamp that is none", { Type: "Wait", Timestamp: "soon", ...end }, "must be an instant"],
    ["a fraction of a second", { Type: "Wait", Seconds: 0.5, ...end }, "must be a whole number"],
    [
      "a timeout of 0",
      task("F", { TimeoutSeconds: 0, ...end }),
      'field "TimeoutSeconds" must be a whole number from 1',
    ],
    [
      "a heartbeat without a token",
      task("F", { HeartbeatSeconds: 5, ...end }),
      'field "HeartbeatSeconds" needs a task with a token',
    ],
    [
      "a heartbeat no shorter than the timeout",
      tokenTask("F", { HeartbeatSeconds: 5, TimeoutSeconds: 5, ...end }),
      "must be less than TimeoutSeconds (5)",
    ],
    [
      "States.ALL with others",
      task("F", { Retry: [{ ErrorEquals: ["States.ALL", "E"] }], ...end }),
      "must stand alone",
    ],
    [
      "States.ALL before others",
      task("F", {
        Catch: [
          { ErrorEquals: ["States.ALL"], Next: "Last" },
          { ErrorEquals: ["E"], Next: "Last" },
        ],
        ...end,
      }),
      "in the last entry",
    ],
    [
      "States.Runtime",
      task("F", { Retry: [{ ErrorEquals: ["States.Runtime"] }], ...end }),
      'names "States.Runtime", which never reaches it',
    ],
    [
      "a rate below 1",
      task("F", { Retry: [{ ErrorEquals: ["E"], BackoffRate: 0.5 }], ...end }),
      'Retry[0]: field "BackoffRate"',
    ],
    [
      "a MaxDelaySeconds under the interval",
      task("F", { Retry: [{ ErrorEquals: ["E"], IntervalSeconds: 9, MaxDelaySeconds: 9 }], ...end }),
      "greater than IntervalSeconds (9)",
    ],
    [
      "an unknown jitter",
      task("F", { Retry: [{ ErrorEquals: ["E"], JitterStrategy: "HALF" }], ...end }),
      "must be one of FULL, NONE",
    ],
    [
      "a Condition that is no expression",
      { Type: "Choice", Choices: [{ Condition: "true", Next: "Last" }] },
      'Choices[0]: field "Condition"',
    ],
    [
      "a Choice's Output without Default",
      { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "Last" }], Output: 1 },
      'field "Default" is needed',
    ],
    ["a variable named states", { Type: "Pass", Assign: { states: 1 }, ...end }, "cannot give $states another meaning"],
    [
      "a variable named as a function",
      { Type: "Pass", Assign: { count: 1 }, ...end },
      "cannot give $count another meaning",
    ],
    ["a variable that is no name", { Type: "Pass", Assign: { "a-b": 1 }, ...end }, 'names a variable "a-b"'],
    [
      "what is not JSONata",
      { Type: "Pass", Output: "{% 1 + %}", ...end },
      'state "Only", Output: not a JSONata expression',
    ],
    [
      "an expression with something around it",
      { Type: "Pass", Output: " {% 1 %}", ...end },
      "would be taken literally",
    ],
    [
      "$eval",
      { Type: "Pass", Output: "{% $eval('1') %}", ...end },
      "$eval is not available in Step Functions: use $parse",
    ],
    ["$ at the top", { Type: "Pass", Output: "{% $.a %}", ...end }, "'$' has nothing to refer to"],
    ["$$", { Type: "Pass", Output: "{% $states.input[$$.a] %}", ...end }, "'$$' has nothing to refer to"],
    [
      "a bare name",
      { Type: "Pass", Output: "{% a.b %}", ...end },
      "'a' has nothing to refer to at the top level: use $states.input",
    ],
    ["a bare name deep inside", { Type: "Pass", Output: "{% $sum([1, n]) %}", ...end }, "'n' has nothing to refer to"],
    [
      "a bare name in a lambda",
      { Type: "Pass", Output: "{% $map([1], function($x) { n }) %}", ...end },
      "'n' has nothing to refer to",
    ],
    [
      "?? of a newer JSONata",
      { Type: "Pass", Output: "{% $states.input.a ?? 1 %}", ...end },
      "'??' is newer than JSONata 2.0.6",
    ],
    [
      "?: of a newer JSONata",
      { Type: "Pass", Output: "{% $states.input.a ?: 1 %}", ...end },
      "'?:' is newer than JSONata 2.0.6",
    ],
    [
      "$toMillis with a picture",
      { Type: "Pass", Output: "{% $toMillis('1', '[H]') %}", ...end },
      "reads the wall clock",
    ],
    [
      "$states.result where there is none",
      task("F", { Arguments: { FunctionName: "F", Payload: "{% $states.result %}" }, ...end }),
      "$states.result cannot be read here. Allowed: $states.input, $states.context",
    ],
    [
      "$states.errorOutput where there is none",
      task("F", { Output: "{% $states.errorOutput %}", ...end }),
      "$states.errorOutput cannot be read here",
    ],
    [
      "an unknown part of $states",
      { Type: "Pass", Output: "{% $states.inputs %}", ...end },
      "$states.inputs cannot be read here",
    ],
    [
      "a variable nobody assigns",
      { Type: "Pass", Output: "{% $plann %}", ...end },
      'state "Only", Output: $plann is neither a variable that a state assigns nor a function',
    ],
  ])("with %s", (_, state, message) => {
    expect(() => one(state)).toThrow(DefinitionError);
    expect(() => one(state)).toThrow(message);
  });

  it.each<[string, () => unknown, string]>([
    ["not an object", () => parseDefinition("{}"), "the state machine: must be an object"],
    [
      "no QueryLanguage",
      () => parseDefinition({ StartAt: "A", States: { A: { Type: "Succeed" } } }),
      'the state machine: field "QueryLanguage" must be one of JSONata',
    ],
    [
      "an unknown top-level field",
      () => parse({ A: { Type: "Succeed" } }, { Author: "x" }),
      'the state machine: field "Author" is not known here',
    ],
    ["no states", () => parse({}, { StartAt: "A" }), 'field "States" must be an object with a state'],
    [
      "a StartAt that names none",
      () => parse({ A: { Type: "Succeed" } }, { StartAt: "B" }),
      'StartAt names no state of this group: "B"',
    ],
    [
      "a state that cannot be reached",
      () => parse({ A: { Type: "Succeed" }, B: { Type: "Succeed" } }),
      'state "B": cannot be reached from "A"',
    ],
    ["a long name", () => parse({ ["A".repeat(81)]: { Type: "Succeed" } }), "a name has 1 to 80 characters"],
    [
      "a name used twice",
      () =>
        parse({ A: { Type: "Parallel", Branches: [{ StartAt: "A", States: { A: { Type: "Succeed" } } }], End: true } }),
      'state "A": the name is used twice',
    ],
    [
      "a transition out of a branch",
      () =>
        parse({
          A: { Type: "Parallel", Branches: [{ StartAt: "B", States: { B: { Type: "Pass", Next: "C" } } }], Next: "C" },
          C: { Type: "Succeed" },
        }),
      'state "B": leads to "C", which is not in its group',
    ],
    [
      "a branch that assigns a variable from outside",
      () =>
        parse({
          Set: { Type: "Pass", Assign: { shared: 1 }, Next: "Fork" },
          Fork: {
            Type: "Parallel",
            Branches: [{ StartAt: "B", States: { B: { Type: "Pass", Assign: { shared: 2 }, End: true } } }],
            End: true,
          },
        }),
      'state "B": Assign of "shared" is refused',
    ],
    [
      "a reader of another branch's variable",
      () =>
        parse({
          Fork: {
            Type: "Parallel",
            Branches: [
              { StartAt: "B", States: { B: { Type: "Pass", Assign: { mine: 2 }, End: true } } },
              { StartAt: "C", States: { C: { Type: "Pass", Output: "{% $mine %}", End: true } } },
            ],
            End: true,
          },
        }),
      "$mine is neither a variable",
    ],
  ])("with %s", (_, attempt, message) => {
    expect(attempt).toThrow(DefinitionError);
    expect(attempt).toThrow(message);
  });
});

describe("a definition is taken", () => {
  it.each<[string, object]>([
    [
      "comments everywhere",
      task("F", {
        Comment: "x",
        Retry: [{ Comment: "x", ErrorEquals: ["E"] }],
        Catch: [{ Comment: "x", ErrorEquals: ["E"], Next: "Last" }],
        ...end,
      }),
    ],
    [
      "names where there is something to refer to",
      { Type: "Pass", Output: "{% $states.input.list[n > 1].{ 'a': n, 'b': $.n } %}", ...end },
    ],
    [
      "sorting, grouping and binding",
      { Type: "Pass", Output: "{% ($l := $states.input.a@$x.b#$i; $l^(n){n: $x}) %}", ...end },
    ],
    ["$exists before ?", { Type: "Pass", Output: "{% $exists($states.input.a) ? $states.input.a : 1 %}", ...end }],
    ["partial application and chains", { Type: "Pass", Output: "{% 'a' ~> $substring(?, 1) ~> $length %}", ...end }],
    ["a transform", { Type: "Pass", Output: "{% $states.input ~> |a|{'b': c}| %}", ...end }],
  ])("with %s", (_, state) => {
    expect(() => one(state)).not.toThrow();
  });

  it("keeps what the machine says of itself", () => {
    const parsed = parse({ A: { Type: "Succeed" } }, { Comment: "moves traffic", TimeoutSeconds: 60, Version: "1.0" });
    expect(parsed).toMatchObject({ comment: "moves traffic", timeoutSeconds: 60, startAt: "A" });
  });
});
