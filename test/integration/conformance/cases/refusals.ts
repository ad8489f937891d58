import { type Definition, group, machine, only, type Refusal, task, tokenTask } from "../case.ts";

const done: Definition = { Type: "Succeed" };
const ends: Definition = { Type: "Pass", End: true };
const retried = (retrier: Definition): Definition => only(task("f", { Retry: [retrier] }));

/**
 * Definitions that nobody must be able to create. moto 5.2.5 takes many of them and fails when it runs them: it parses, and
 * leaves most of the rules of CreateStateMachine (API Reference, ValidateStateMachineDefinition) unchecked.
 */
export const refusals: readonly Refusal[] = [
  {
    title: "No StartAt",
    definition: { QueryLanguage: "JSONata", States: { Done: done } },
    says: /StartAt/,
    moto: "refuses",
  },
  {
    title: "No states",
    definition: { QueryLanguage: "JSONata", StartAt: "Done", States: {} },
    says: /States/,
    moto: "refuses",
  },
  {
    title: "StartAt that names no state",
    definition: machine({ Done: done }, { StartAt: "Elsewhere" }),
    says: /StartAt names no state/,
    moto: "takes it",
  },
  {
    title: "Next that names no state",
    definition: machine({ Go: { Type: "Pass", Next: "Nowhere" } }),
    says: /leads to "Nowhere"/,
    moto: "takes it",
  },
  {
    title: "A state that nothing leads to",
    definition: machine({ Go: ends, Lost: done }),
    says: /cannot be reached/,
    moto: "takes it",
  },
  {
    title: "A state without Type",
    definition: machine({ Go: { End: true } }),
    says: /Type must be one of/,
    moto: "refuses",
  },
  {
    title: "A Type that there is not",
    definition: machine({ Go: { Type: "Sleep", End: true } }),
    says: /Type must be one of/,
    moto: "refuses",
  },
  {
    title: "A state that neither ends nor goes on",
    definition: machine({ Go: { Type: "Pass" } }),
    says: /"Next" is needed/,
    moto: "takes it",
  },
  {
    title: "A state that ends and goes on",
    definition: machine({ Go: { Type: "Pass", End: true, Next: "Done" }, Done: done }),
    says: /"Next" is needed/,
    moto: "refuses",
  },
  {
    title: "An unknown field of a state",
    definition: only({ Type: "Pass", Outputs: {} }),
    says: /field "Outputs" is not known/,
    moto: "refuses",
  },
  {
    title: "An unknown field of the machine",
    definition: machine({ Done: done }, { Timeout: 1 }),
    says: /field "Timeout" is not known/,
    moto: "refuses",
  },
  {
    title: "A field of another state type",
    definition: only({ Type: "Pass", Seconds: 1 }),
    says: /field "Seconds" is not known/,
    moto: "takes it",
  },
  {
    title: "JSONPath's Parameters",
    definition: only({ Type: "Pass", Parameters: {} }),
    says: /JSONPath/,
    moto: "refuses",
  },
  {
    title: "JSONPath's ResultPath",
    definition: only(task("f", { ResultPath: "$.a" })),
    says: /JSONPath/,
    moto: "refuses",
  },
  {
    title: "JSONPath's OutputPath",
    definition: only({ Type: "Pass", OutputPath: "$" }),
    says: /JSONPath/,
    moto: "refuses",
  },
  {
    title: "An expression that does not parse",
    definition: only({ Type: "Pass", Output: "{% 1 + %}" }),
    says: /not a JSONata expression/,
    moto: "takes it",
  },
  {
    title: "A Choice without rules",
    definition: machine({ Pick: { Type: "Choice", Choices: [], Default: "Done" }, Done: done }),
    says: /Choices/,
    moto: "refuses",
  },
  {
    title: "A rule without Condition",
    definition: machine({ Pick: { Type: "Choice", Choices: [{ Next: "Done" }] }, Done: done }),
    says: /Condition/,
    moto: "refuses",
  },
  {
    title: "A rule in JSONPath",
    definition: machine({
      Pick: { Type: "Choice", Choices: [{ Variable: "$.a", IsNull: true, Next: "Done" }] },
      Done: done,
    }),
    says: /JSONPath/,
    moto: "refuses",
  },
  { title: "A Wait for nothing", definition: only({ Type: "Wait" }), says: /Seconds/, moto: "refuses" },
  {
    title: "A Wait for two things",
    definition: only({ Type: "Wait", Seconds: 1, Timestamp: "2026-01-01T00:00:00Z" }),
    says: /Seconds/,
    moto: "refuses",
  },
  {
    title: "A Wait for fewer than no seconds",
    definition: only({ Type: "Wait", Seconds: -1 }),
    says: /Seconds/,
    moto: "refuses",
  },
  {
    title: "A Parallel without branches",
    definition: only({ Type: "Parallel", Branches: [] }),
    says: /Branches/,
    moto: "refuses",
  },
  {
    title: "A branch that leads out of itself",
    definition: machine({
      Fork: { Type: "Parallel", Branches: [group({ Go: { Type: "Pass", Next: "Done" } })], Next: "Done" },
      Done: done,
    }),
    says: /leads to "Done"/,
    moto: "takes it",
  },
  {
    title: "A state's name twice",
    definition: machine({ Go: { Type: "Parallel", Branches: [group({ Go: ends })], End: true } }),
    says: /used twice/,
    moto: "takes it",
  },
  {
    title: "A branch that assigns a variable around it",
    definition: machine({
      Set: { Type: "Pass", Assign: { a: 1 }, Next: "Fork" },
      Fork: { Type: "Parallel", Branches: [group({ Go: { ...ends, Assign: { a: 2 } } })], End: true },
    }),
    says: /Assign of "a" is refused/,
    moto: "takes it",
  },
  {
    title: "A variable named states",
    definition: only({ Type: "Pass", Assign: { states: 1 } }),
    says: /another meaning/,
    moto: "takes it",
  },
  {
    title: "A variable whose name is no name",
    definition: only({ Type: "Pass", Assign: { "a b": 1 } }),
    says: /a name is letters/,
    moto: "takes it",
  },
  {
    title: "A variable that nothing assigns",
    definition: only({ Type: "Pass", Output: "{% $nobody %}" }),
    says: /neither a variable/,
    moto: "takes it",
  },
  {
    title: "$states.result where there is none",
    definition: only({ Type: "Pass", Output: "{% $states.result %}" }),
    says: /cannot be read here/,
    moto: "takes it",
  },
  {
    title: "$states.errorOutput outside of Catch",
    definition: only(task("f", { Output: "{% $states.errorOutput %}" })),
    says: /cannot be read here/,
    moto: "takes it",
  },
  {
    title: "A name at the top level of an expression",
    definition: only({ Type: "Pass", Output: "{% input.a %}" }),
    says: /nothing to refer to/,
    moto: "takes it",
  },
  { title: "$eval", definition: only({ Type: "Pass", Output: "{% $eval('1') %}" }), says: /\$eval/, moto: "takes it" },
  {
    title: "A Task without Resource",
    definition: only({ Type: "Task", Arguments: { FunctionName: "f" } }),
    says: /Resource/,
    moto: "refuses",
  },
  {
    title: "An argument that Lambda does not have",
    definition: only({ ...task("f"), Arguments: { FunctionName: "f", Pay: 1 } }),
    says: /field "Pay" is not known/,
    moto: "takes it",
  },
  {
    title: "TimeoutSeconds of zero",
    definition: only(task("f", { TimeoutSeconds: 0 })),
    says: /TimeoutSeconds/,
    moto: "takes it",
  },
  {
    title: "A heartbeat longer than the timeout",
    definition: only(tokenTask("f", { TimeoutSeconds: 2, HeartbeatSeconds: 3 })),
    says: /HeartbeatSeconds/,
    moto: "refuses",
  },
  {
    title: "A retrier without ErrorEquals",
    definition: retried({ MaxAttempts: 1 }),
    says: /ErrorEquals/,
    moto: "refuses",
  },
  { title: "A retrier of no error", definition: retried({ ErrorEquals: [] }), says: /ErrorEquals/, moto: "refuses" },
  {
    title: "A BackoffRate below one",
    definition: retried({ ErrorEquals: ["A"], BackoffRate: 0.5 }),
    says: /BackoffRate/,
    moto: "refuses",
  },
  {
    title: "Fewer than no attempts",
    definition: retried({ ErrorEquals: ["A"], MaxAttempts: -1 }),
    says: /MaxAttempts/,
    moto: "refuses",
  },
  {
    title: "An IntervalSeconds of zero",
    definition: retried({ ErrorEquals: ["A"], IntervalSeconds: 0 }),
    says: /IntervalSeconds/,
    moto: "refuses",
  },
  {
    title: "A MaxDelaySeconds below IntervalSeconds",
    definition: retried({ ErrorEquals: ["A"], IntervalSeconds: 5, MaxDelaySeconds: 2 }),
    says: /MaxDelaySeconds/,
    moto: "takes it",
  },
  {
    title: "A JitterStrategy that there is not",
    definition: retried({ ErrorEquals: ["A"], JitterStrategy: "SOME" }),
    says: /JitterStrategy/,
    moto: "refuses",
  },
  {
    title: "States.ALL beside another error",
    definition: retried({ ErrorEquals: ["A", "States.ALL"] }),
    says: /must stand alone/,
    moto: "refuses",
  },
  {
    title: "States.ALL before the last retrier",
    definition: only(task("f", { Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }] })),
    says: /last entry/,
    moto: "takes it",
  },
  {
    title: "A built-in error that there is not",
    definition: retried({ ErrorEquals: ["States.Tiemout"] }),
    says: /States\.Tiemout/,
    moto: "refuses",
  },
  {
    title: "A catcher without Next",
    definition: only(task("f", { Catch: [{ ErrorEquals: ["A"] }] })),
    says: /Next/,
    moto: "refuses",
  },
  {
    title: "A Succeed that goes on",
    definition: machine({ Go: { Type: "Succeed", Next: "Done" }, Done: done }),
    says: /field "Next" is not known/,
    moto: "refuses",
  },
  {
    title: "A Fail that goes on",
    definition: machine({ Go: { Type: "Fail", Next: "Done" }, Done: done }),
    says: /field "Next" is not known/,
    moto: "takes it",
  },
  { title: "A Map without ItemProcessor", definition: only({ Type: "Map" }), says: /ItemProcessor/, moto: "refuses" },
];
