import { answer, type Case, type Definition, echo, group, machine, silence, task, throws } from "../case.ts";

const done = { Type: "Succeed" } as const;
const pass = (output: Definition | string | number): Definition => ({ Type: "Pass", Output: output, End: true });

/** States that run others side by side: Parallel and Map. */
export const concurrentCases: readonly Case[] = [
  {
    title: "Parallel gives its branches' outputs in their order",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [
          group({ Slow: { Type: "Wait", Seconds: 1, Next: "SlowEnd" }, SlowEnd: pass("{% $states.input.n + 1 %}") }),
          group({ Fast: pass("{% $states.input.n + 2 %}") }),
          group({ Call: task("f", { Output: "{% $states.result.Payload.n %}", End: true }) }),
        ],
        End: true,
      },
    }),
    input: { n: 1 },
    script: { f: [echo] },
  },
  {
    title: "Parallel gives its branches its Arguments",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Arguments: { twice: "{% $states.input.n * 2 %}" },
        Branches: [group({ A: { Type: "Pass", End: true } }), group({ B: pass("{% $states.input.twice %}") })],
        End: true,
      },
    }),
    input: { n: 2 },
  },
  {
    title: "Parallel: Output and Assign read the result",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [group({ A: pass(1) }), group({ B: pass(2) })],
        Output: "{% $sum($states.result) %}",
        Assign: { second: "{% $states.result[1] %}" },
        Next: "Read",
      },
      Read: { Type: "Pass", Output: "{% [$states.input, $second] %}", End: true },
    }),
  },
  {
    title: "Parallel: branches read the variables around them, and have their own",
    definition: machine({
      Begin: { Type: "Pass", Assign: { outer: 10 }, Next: "Fork" },
      Fork: {
        Type: "Parallel",
        Branches: [
          group({ SetA: { Type: "Pass", Assign: { inner: 1 }, Next: "ReadA" }, ReadA: pass("{% $outer + $inner %}") }),
          group({ SetB: { Type: "Pass", Assign: { inner: 2 }, Next: "ReadB" }, ReadB: pass("{% $outer + $inner %}") }),
        ],
        End: true,
      },
    }),
  },
  {
    title: "Parallel: a branch that fails fails the state",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [group({ Good: pass(1) }), group({ Bad: task("f", { End: true }) })],
        Catch: [{ ErrorEquals: ["Broken"], Next: "Caught" }],
        Next: "Done",
      },
      Caught: { Type: "Pass", End: true },
      Done: done,
    }),
    script: { f: [throws("Broken", "in a branch")] },
  },
  {
    title: "Parallel: a branch that fails ends the others, which enter no state any more",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [
          group({ Hold: { Type: "Wait", Seconds: 4, Next: "Never" }, Never: { Type: "Pass", End: true } }),
          group({
            Pause: { Type: "Wait", Seconds: 1, Next: "Bad" },
            Bad: { Type: "Fail", Error: "Broken", Cause: "told to" },
          }),
        ],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
        Next: "Done",
      },
      Caught: { Type: "Wait", Seconds: 5, Next: "Done" },
      Done: done,
    }),
  },
  {
    title: "Parallel: a branch that fails, and nobody catches",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [group({ Good: pass(1) }), group({ Bad: { Type: "Fail", Error: "Broken", Cause: "told to" } })],
        Next: "Done",
      },
      Done: done,
    }),
  },
  {
    title: "Parallel: a branch that catches its own failure stops nobody",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [
          group({
            Try: task("f", {
              Catch: [
                { ErrorEquals: ["States.ALL"], Next: "Report", Output: { reason: "{% $states.errorOutput.Error %}" } },
              ],
              End: true,
            }),
            Report: { Type: "Pass", Output: { result: "degraded", reason: "{% $states.input.reason %}" }, End: true },
          }),
          group({ Hold: { Type: "Wait", Seconds: 1, Next: "Fine" }, Fine: pass("fine") }),
        ],
        End: true,
      },
    }),
    script: { f: [throws("Broken")] },
  },
  {
    title: "Parallel is retried as a whole",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [
          group({ Good: pass(1) }),
          // Branches are threads in moto: the other one must be over before this one fails.
          group({
            Hold: { Type: "Wait", Seconds: 1, Next: "Try" },
            Try: task("f", { Output: "{% $states.result.Payload %}", End: true }),
          }),
        ],
        Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 1 }],
        End: true,
      },
    }),
    script: { f: [throws("Broken"), answer(2)] },
  },
  {
    title: "Parallel in Parallel",
    definition: machine({
      Outer: {
        Type: "Parallel",
        Branches: [
          group({
            Inner: {
              Type: "Parallel",
              Branches: [group({ A: pass("{% $states.input %}") }), group({ B: pass(2) })],
              Next: "Sum",
            },
            Sum: pass("{% $sum($states.input) %}"),
          }),
          group({ C: pass(3) }),
        ],
        End: true,
      },
    }),
    input: 40,
  },
  {
    title: "Parallel whose branch times out",
    definition: machine({
      Fork: {
        Type: "Parallel",
        Branches: [group({ Slow: task("f", { TimeoutSeconds: 2, End: true }) }), group({ Good: pass(1) })],
        Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Caught", Output: "{% $states.errorOutput.Error %}" }],
        Next: "Done",
      },
      Caught: { Type: "Pass", End: true },
      Done: done,
    }),
    script: { f: [silence] },
  },
  ...mapCases(),
];

function map(more: Definition, ...states: readonly Definition[]): Definition {
  const [each = task("f", { Output: "{% $states.result.Payload %}", End: true })] = states;
  return machine({ Each: { Type: "Map", ItemProcessor: group({ Do: each }), End: true, ...more } });
}

function mapCases(): readonly Case[] {
  return [
    { title: "Map goes over its input", definition: map({}), input: [1, 2, 3], script: { f: [echo] } },
    {
      title: "Map goes over its Items",
      definition: map({ Items: "{% $states.input.list %}" }),
      input: { list: ["a", "b"] },
      script: { f: [echo] },
    },
    {
      title: "Map over Items that are written",
      definition: map({ Items: [1, "{% 1 + 1 %}", { n: 3 }] }),
      script: { f: [echo] },
    },
    { title: "Map over nothing", definition: map({ Items: [] }), script: { f: [echo] } },
    { title: "Map over one item still gives a list", definition: map({ Items: "{% [5] %}" }), script: { f: [echo] } },
    {
      title: "Map over what is no list fails",
      definition: map({ Items: "{% $states.input.n %}" }),
      input: { n: 1 },
      script: { f: [echo] },
    },
    {
      title: "Map selects what each iteration gets",
      definition: map(
        {
          Items: "{% $states.input.list %}",
          ItemSelector: {
            index: "{% $states.context.Map.Item.Index %}",
            value: "{% $states.context.Map.Item.Value %}",
            more: "{% $states.input.more %}",
            fixed: 1,
          },
        },
        { Type: "Pass", End: true },
      ),
      input: { list: ["x", "y"], more: true },
    },
    {
      title: "Map with an ItemSelector and no Items",
      definition: map(
        { ItemSelector: { value: "{% $states.context.Map.Item.Value %}", all: "{% $count($states.input) %}" } },
        { Type: "Pass", End: true },
      ),
      input: ["x", "y"],
    },
    {
      title: "Map tells an iteration of its item",
      definition: map(
        {},
        {
          Type: "Pass",
          Output: "{% $string($states.context.Map.Item.Index) & $states.context.Map.Item.Value %}",
          End: true,
        },
      ),
      input: ["x", "y", "z"],
    },
    {
      title: "Map, one at a time",
      definition: map({ MaxConcurrency: 1 }),
      input: [1, 2, 3],
      script: { f: [answer("first"), answer("second"), answer("third")] },
    },
    {
      title: "Map with a computed concurrency",
      definition: map({ MaxConcurrency: "{% 1 %}" }),
      input: [1, 2],
      script: { f: [answer("first"), answer("second")] },
    },
    {
      title: "Map whose iteration fails",
      definition: machine({
        Each: {
          Type: "Map",
          MaxConcurrency: 1,
          ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...group({ Do: task("f", { End: true }) }) },
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
          Next: "Done",
        },
        Caught: { Type: "Pass", End: true },
        Done: done,
      }),
      input: [1, 2, 3],
      script: { f: [answer(1), throws("Broken", "the second"), answer(3)] },
    },
    {
      title: "Map is retried as a whole",
      definition: map({ MaxConcurrency: 1, Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 1 }] }),
      input: [1, 2],
      script: { f: [answer(1), throws("Broken"), answer("again 1"), answer("again 2")] },
    },
    {
      title: "Map whose iterations catch their own failures",
      definition: machine({
        Each: {
          Type: "Map",
          MaxConcurrency: 1,
          ItemProcessor: group({
            Do: task("f", {
              Catch: [{ ErrorEquals: ["States.ALL"], Next: "Report" }],
              End: true,
              Output: "{% $states.result.Payload %}",
            }),
            Report: { Type: "Pass", Output: "{% $states.input.Error %}", End: true },
          }),
          End: true,
        },
      }),
      input: [1, 2],
      script: { f: [throws("Broken"), answer("well")] },
    },
    {
      title: "Map: iterations read the variables around them, and have their own",
      definition: machine({
        Begin: { Type: "Pass", Assign: { outer: 10 }, Next: "Each" },
        Each: {
          Type: "Map",
          Items: [1, 2],
          ItemProcessor: group({
            Keep: { Type: "Pass", Assign: { mine: "{% $states.input %}" }, Next: "Give" },
            Give: pass("{% $outer + $mine %}"),
          }),
          Assign: { got: "{% $states.result %}" },
          Next: "Read",
        },
        Read: { Type: "Pass", Output: "{% $got %}", End: true },
      }),
    },
  ];
}
