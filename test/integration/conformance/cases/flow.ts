import { type Case, type Definition, echo, machine, only, task, yields } from "../case.ts";

const done = { Type: "Succeed" } as const;

/** What moves from state to state: Pass, Choice, Wait, Succeed, Fail, and the machine's own time limit. */
export const flowCases: readonly Case[] = [
  {
    title: "Pass hands its input on",
    definition: only({ Type: "Pass" }),
    input: { deep: [1, { two: null }], text: 'é"\\' },
  },
  {
    title: "Pass gives a constant of every JSON type",
    definition: only({ Type: "Pass", Output: { n: 1.5, s: "a", b: false, z: null, l: [1, [2], {}], o: {} } }),
  },
  { title: "Pass with an Output that is a string", definition: only({ Type: "Pass", Output: "plain text" }) },
  { title: "Input that is not an object", definition: yields("$states.input"), input: [1, 2, 3] },
  { title: "Input that is a string", definition: yields("$states.input & '!'"), input: "hello" },
  {
    title: "States follow each other, each with the last one's output",
    definition: machine({
      First: { Type: "Pass", Output: "{% $states.input.n + 1 %}", Next: "Second" },
      Second: { Type: "Pass", Output: "{% $states.input * 10 %}", Next: "Third" },
      Third: { Type: "Succeed", Output: { final: "{% $states.input %}" } },
    }),
    input: { n: 4 },
  },
  { title: "Succeed without Output hands its input on", definition: machine({ Done: done }), input: { a: 1 } },
  {
    title: "Fail names error and cause",
    definition: machine({ Broken: { Type: "Fail", Error: "Custom.Error", Cause: "It was told to" } }),
  },
  {
    title: "Fail computes error and cause",
    definition: machine({
      Broken: { Type: "Fail", Error: "{% 'Bad' & $states.input.kind %}", Cause: "{% $string($states.input) %}" },
    }),
    input: { kind: "Luck" },
  },
  { title: "Fail without error and cause", definition: machine({ Broken: { Type: "Fail" } }) },
  {
    title: "Fail whose cause is no string",
    definition: machine({ Broken: { Type: "Fail", Error: "E", Cause: "{% 1 + 1 %}" } }),
  },
  ...choiceCases(),
  ...waitCases(),
  {
    title: "Context: execution, machine and state",
    definition: only({
      Type: "Pass",
      Output: {
        id: "{% $states.context.Execution.Id %}",
        input: "{% $states.context.Execution.Input %}",
        name: "{% $states.context.Execution.Name %}",
        role: "{% $states.context.Execution.RoleArn %}",
        machine: "{% $states.context.StateMachine.Id %}",
        machineName: "{% $states.context.StateMachine.Name %}",
        state: "{% $states.context.State.Name %}",
      },
    }),
    input: { a: [1] },
  },
  {
    title: "Context: instants are ISO 8601 in UTC with milliseconds",
    definition: only({
      Type: "Pass",
      Output: {
        start:
          "{% $contains($states.context.Execution.StartTime, /^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$/) %}",
        entered:
          "{% $contains($states.context.State.EnteredTime, /^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$/) %}",
        order: "{% $toMillis($states.context.State.EnteredTime) >= $toMillis($states.context.Execution.StartTime) %}",
      },
    }),
  },
  { title: "Context: the redrive count", definition: yields("$states.context.Execution.RedriveCount") },
  {
    title: "The machine's TimeoutSeconds ends the execution as TIMED_OUT",
    definition: machine({ Hold: { Type: "Wait", Seconds: 30, Next: "Done" }, Done: done }, { TimeoutSeconds: 2 }),
  },
  {
    title: "A machine that ends within its TimeoutSeconds succeeds",
    definition: machine(
      { Call: task("f", { Next: "Done" }), Done: done },
      { TimeoutSeconds: 30, Comment: "Said", Version: "1.0" },
    ),
    script: { f: [echo] },
    input: { a: 1 },
  },
];

function choiceCases(): readonly Case[] {
  const rules = {
    Pick: {
      Type: "Choice",
      Choices: [
        {
          Condition: "{% $states.input.n > 10 %}",
          Next: "Big",
          Output: { size: "big" },
          Assign: { seen: "{% $states.input.n %}" },
        },
        { Condition: "{% $states.input.n > 5 and $states.input.n != 7 %}", Next: "Big" },
        { Condition: "{% $states.input.n in [1, 2, 7] %}", Next: "Small", Assign: { seen: "a rule's" } },
      ],
      Default: "Other",
      Assign: { seen: "the default's" },
      Output: { size: "default" },
    },
    Big: {
      Type: "Pass",
      Output: { input: "{% $states.input %}", seen: "{% $exists($seen) ? $seen : null %}" },
      End: true,
    },
    Small: { Type: "Pass", Output: { input: "{% $states.input %}", seen: "{% $seen %}" }, End: true },
    Other: { Type: "Pass", Output: { input: "{% $states.input %}", seen: "{% $seen %}" }, End: true },
  } as const;
  return [
    ...[11, 8, 7, 3].map(
      (n): Case => ({
        title: `Choice takes the first rule that holds: ${n}`,
        definition: machine(rules),
        input: { n },
      }),
    ),
    {
      title: "Choice without a rule that holds, and without Default",
      definition: machine({
        Pick: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "Done" }] },
        Done: done,
      }),
    },
    {
      title: "Choice on what is not boolean fails",
      definition: machine({
        Pick: { Type: "Choice", Choices: [{ Condition: "{% $states.input.n %}", Next: "Done" }] },
        Done: done,
      }),
      input: { n: 1 },
    },
    {
      title: "Choice on what is not there fails",
      definition: machine({
        Pick: {
          Type: "Choice",
          Choices: [{ Condition: "{% $states.input.missing %}", Next: "Done" }],
          Default: "Done",
        },
        Done: done,
      }),
    },
    {
      title: "Choice compares with null",
      definition: machine({
        Pick: {
          Type: "Choice",
          Choices: [{ Condition: "{% $states.input.a = null %}", Next: "Nothing" }],
          Default: "Something",
        },
        Nothing: done,
        Something: { Type: "Fail", Error: "NotNull" },
      }),
      input: { a: null },
    },
    {
      title: "Choice sets a variable that nothing else set",
      definition: machine({
        Pick: {
          Type: "Choice",
          Choices: [{ Condition: "{% true %}", Next: "Read", Assign: { way: { by: "rule", n: "{% 1 + 1 %}" } } }],
        },
        Read: { Type: "Pass", Output: "{% $way %}", End: true },
      }),
    },
    {
      title: "A loop is counted in a variable",
      definition: machine({
        Begin: { Type: "Pass", Assign: { rounds: 0 }, Next: "Look" },
        Look: { Type: "Choice", Choices: [{ Condition: "{% $rounds < 3 %}", Next: "Add" }], Default: "Finish" },
        Add: { Type: "Pass", Assign: { rounds: "{% $rounds + 1 %}" }, Next: "Look" },
        Finish: { Type: "Succeed", Output: "{% $rounds %}" },
      }),
    },
  ];
}

function waitCases(): readonly Case[] {
  /** Whether a wait took at least so long: at most would be said of the machine that the tests run on. */
  const waited = (seconds: number, state: Definition) =>
    machine({
      Hold: { Type: "Wait", ...state, Assign: { since: "{% $states.context.State.EnteredTime %}" }, Next: "Look" },
      Look: {
        Type: "Pass",
        Output: `{% $toMillis($states.context.State.EnteredTime) - $toMillis($since) >= ${seconds * 1_000} %}`,
        End: true,
      },
    });
  return [
    { title: "Wait for a second", definition: waited(1, { Seconds: 1 }) },
    { title: "Wait for no time", definition: waited(0, { Seconds: 0 }) },
    {
      title: "Wait for computed seconds",
      definition: waited(2, { Seconds: "{% $states.input.s %}" }),
      input: { s: 2 },
    },
    { title: "Wait until an instant that has passed", definition: waited(0, { Timestamp: "2020-01-01T00:00:00Z" }) },
    {
      title: "Wait until a computed instant",
      // A second less than is asked for, since moto drops the fraction of the instant.
      definition: waited(1, { Timestamp: "{% $fromMillis($toMillis($states.context.State.EnteredTime) + 2000) %}" }),
    },
    { title: "Wait for what is no number fails", definition: waited(0, { Seconds: "{% 'soon' %}" }) },
    { title: "Wait for fewer than no seconds fails", definition: waited(0, { Seconds: "{% -1 %}" }) },
    { title: "Wait until what is no instant fails", definition: waited(0, { Timestamp: "{% 'noon' %}" }) },
    {
      title: "Wait hands its input on, or its Output",
      definition: only({ Type: "Wait", Seconds: 0, Output: "{% $states.input.a %}" }),
      input: { a: [1] },
    },
  ];
}
