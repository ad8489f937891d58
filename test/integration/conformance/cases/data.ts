import { answer, type Case, type Definition, echo, machine, only, task, yields } from "../case.ts";

const input = {
  items: [
    { name: "a", n: 1, tags: ["x", "y"] },
    { name: "b", n: 2, tags: [] },
    { name: "c", n: 3, tags: ["x"] },
  ],
  text: 'He said "no" \\ twice',
  nothing: null,
  nested: { deep: { value: 42 } },
  float: 2.5,
} as const;

/** Expressions over `input`, each as a machine's only output. */
const expressions: Readonly<Record<string, string>> = {
  "a path": "$states.input.nested.deep.value",
  "a path through a list": "$states.input.items.name",
  "a path that meets one thing is that thing": "$states.input.items[n = 2].name",
  "a list that is kept": "$states.input.items[n = 2].name[]",
  "an index from the end": "$states.input.items[-1].n",
  "a filter by what is inside": "$states.input.items['x' in tags].name",
  null: "$states.input.nothing",
  "null in an object": "{'a': $states.input.nothing, 'b': [null, 1]}",
  "what is not there is left out of an object": "{'a': $states.input.missing, 'b': 1}",
  "a missing member has no existence": "[$exists($states.input.missing), $exists($states.input.nothing)]",
  "text with quotes and backslashes": "$states.input.text",
  "text joined with numbers": "'n=' & $states.input.float & ';' & 3 & ';' & true & ';' & $states.input.missing",
  "whole numbers stay whole": "[4 / 2, 7 % 4, 0.1 + 0.2 < 0.4, 10 / 4, -3]",
  comparisons: "[1 < 2, 'a' < 'b', 1 = '1', [1] = [1], {'a': 1} = {'a': 1}, null = null]",
  logic: "[true and false, true or false, $not(true), $boolean([]), $boolean([0, 1]), $boolean({}), $boolean('')]",
  sums: "[$sum($states.input.items.n), $count($states.input.items), $max($states.input.items.n), $average([1, 2])]",
  "map, filter, reduce": "[$map([1, 2, 3], function($v) { $v * 2 }), $reduce([1, 2, 3], function($a, $b) { $a + $b })]",
  "filter that leaves one": "$filter([1, 2, 3], function($v) { $v > 2 })",
  single: "$single($states.input.items, function($i) { $i.n = 3 }).name",
  "keys and lookup": "{'keys': $keys($states.input.nested), 'value': $lookup($states.input.nested, 'deep')}",
  "merge, spread, each":
    "{'m': $merge([{'a': 1}, {'a': 2, 'b': null}]), 's': $spread({'a': 1, 'b': 2}), 'e': $each({'a': 1, 'b': 2}, function($v, $k) { $k & $v })}",
  "sort, reverse, distinct": "[$sort([3, 1, 2]), $reverse([1, 2]), $distinct([1, 1, 2])]",
  "order by": "$states.input.items^(>n).name",
  "group by": "$states.input.items{name: n}",
  range: "[1..5]",
  append: "[$append([1], [2, 3]), $append([], 1)]",
  zip: "$zip([1, 2], ['a', 'b'])",
  sift: "$sift({'a': 1, 'b': 2}, function($v) { $v > 1 })",
  "text functions":
    "[$uppercase('a'), $trim('  b '), $substring('hello', 1, 3), $substringBefore('a:b', ':'), $substringAfter('a:b', ':'), $pad('x', 3, '-'), $replace('a.b.c', '.', '/'), $join(['a', 'b'], '-')]",
  "split and contains": "[$split('a,b', ','), $contains('abc', 'b'), $contains('abc', /^b/)]",
  "a regular expression": "$match('ab12', /[a-z]+([0-9]+)/).groups",
  numbers: "[$number('12.5'), $floor(1.7), $ceil(1.2), $round(2.5), $abs(-1), $sqrt(9), $power(2, 10)]",
  "formatted numbers": "[$formatNumber(1234.5, '#,##0.00'), $formatBase(255, 16), $string(1.0), $string({'a': [1]})]",
  "base 64 and addresses":
    "[$base64encode('a b'), $base64decode('YSBi'), $encodeUrlComponent('a b/c'), $decodeUrlComponent('a%20b')]",
  "base 64 beyond ASCII": "$base64encode('é')",
  instants: "[$toMillis('2026-11-23T12:00:00.000Z'), $fromMillis(1795435200000)]",
  types: "[$type(1), $type('a'), $type(null), $type([]), $type({}), $type(true)]",
  "condition without else": "[true ? 1, false ? 2, 3]",
  "variables of its own": "($a := 2; $b := function($x) { $x * $a }; $b(21))",
  chaining: "'a,b' ~> $split(',') ~> $count()",
  transform: "$states.input.nested ~> |deep|{'value': 43}|",
  wildcard: "$states.input.nested.*.value",
  descendants: "$states.input.nested.**.value[]",
  parent: "$states.input.items.tags.{'of': %.name}",
  "$ inside a path's step": "$states.input.items.tags.($)",
  partition: "$partition([1, 2, 3, 4, 5], 2)",
  "partition larger than the list": "$partition([1, 2], 5)",
  "range by step": "[$range(0, 6, 2), $range(5, 1, -2)]",
  "range that ends between steps": "$range(0, 5, 2)",
  parse: '$parse(\'{"a": [1, null, "x"]}\')',
  hash: "$hash('failover', 'SHA-256')",
  "hash of every algorithm":
    "$map(['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'], function($a) { $length($hash('x', $a)) })",
  "random is in its bounds": "($r := $random(); $r >= 0 and $r < 1)",
  "random of a seed repeats": "$random(7) = $random(7)",
  "uuid has version 4's form":
    "$contains($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)",
  "now and millis": "$toMillis($now()) <= $millis() + 1000",
};

/** Expressions that fail the execution. */
const failing: Readonly<Record<string, string>> = {
  "nothing (undefined)": "$states.input.missing",
  "a function": "$sum",
  "an error of its own": "$error('told to')",
  "arithmetic on text": "'a' + 1",
  "a call of what is no function": "($f := 1; $f())",
  "division by zero": "1 / 0",
  "a failed assertion": "$assert(false, 'no')",
  "text that is no JSON": "$parse('{')",
  "text that is no number": "$number('abc')",
};

const fixed: readonly Case[] = [
  {
    title: "Output is computed in every corner of a structure",
    definition: only({
      Type: "Pass",
      Output: {
        a: ["{% 1 + 1 %}", { b: "{% $states.input.x %}" }],
        "{% 'key' %}": "keys are never computed",
        plain: "{% 'x' %}",
      },
    }),
    input: { x: null },
  },
  {
    title: "Text that only looks like an expression",
    definition: only({ Type: "Pass", Output: { a: "a {% 1 %", b: "{ % 1 % }", c: "$states.input" } }),
  },
  {
    title: "An expression with spaces and line breaks",
    definition: only({ Type: "Pass", Output: "{%\n  $states.input.a\n   + 1  %}" }),
    input: { a: 1 },
  },
  { title: "An expression with a comment", definition: yields("/* why */ 1") },
  {
    title: "Assign reads the values that were there when the state was entered",
    definition: machine({
      Begin: { Type: "Pass", Assign: { a: 1, b: 2 }, Next: "Swap" },
      Swap: { Type: "Pass", Assign: { a: "{% $b %}", b: "{% $a %}" }, Next: "Read" },
      Read: { Type: "Pass", Output: "{% [$a, $b] %}", End: true },
    }),
  },
  {
    title: "Output does not see what Assign sets",
    definition: machine({
      Begin: { Type: "Pass", Assign: { a: 1, b: 2 }, Next: "Swap" },
      Swap: {
        Type: "Pass",
        Assign: { a: "{% $b %}", b: "{% $a %}" },
        Output: { a: "{% $a %}", b: "{% $b %}" },
        Next: "Read",
      },
      Read: { Type: "Pass", Output: { before: "{% $states.input %}", after: "{% [$a, $b] %}" }, End: true },
    }),
  },
  {
    title: "Assign sets parts that are not computed, and computed ones deep inside",
    definition: machine({
      Set: { Type: "Pass", Assign: { plan: { list: [1, "{% 1 + 1 %}"], none: null, text: "x" } }, Next: "Read" },
      Read: { Type: "Pass", Output: "{% $plan %}", End: true },
    }),
  },
  {
    title: "A variable of each type",
    definition: machine({
      Set: { Type: "Pass", Assign: { n: 1.5, s: "text", b: true, z: null, l: [1, []], o: { a: {} } }, Next: "Read" },
      Read: { Type: "Pass", Output: "{% {'n': $n, 's': $s, 'b': $b, 'z': $z, 'l': $l, 'o': $o} %}", End: true },
    }),
  },
  {
    title: "A variable whose text has quotes",
    definition: machine({
      Set: { Type: "Pass", Assign: { said: "{% $states.input.text %}" }, Next: "Read" },
      Read: { Type: "Pass", Output: "{% $said & '!' %}", End: true },
    }),
    input: { text: 'He said "no"' },
  },
  {
    title: "A variable that no state has set yet",
    definition: machine({
      Look: { Type: "Choice", Choices: [{ Condition: "{% $exists($later) %}", Next: "Done" }], Default: "Set" },
      Set: { Type: "Pass", Assign: { later: 1 }, Next: "Look" },
      Done: { Type: "Succeed", Output: "{% $later %}" },
    }),
  },
  {
    title: "An Assign that fails leaves no variable behind",
    definition: machine({
      Begin: { Type: "Pass", Assign: { a: 1 }, Next: "Call" },
      Call: task("f", {
        Assign: { a: 2, b: "{% $states.result.Payload.missing %}" },
        Catch: [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "Read" }],
        Next: "Read",
      }),
      Read: { Type: "Pass", Output: "{% $a %}", End: true },
    }),
    script: { f: [answer({})] },
  },
  {
    title: "A task's result, whole",
    definition: only(task("f")),
    script: { f: [answer({ a: 1 })] },
  },
  {
    title: "A task's result: status and version",
    definition: only(
      task("f", { Output: { s: "{% $states.result.StatusCode %}", v: "{% $states.result.ExecutedVersion %}" } }),
    ),
    script: { f: [answer(1)] },
  },
  {
    title: "A task's payload is computed, its answer goes into Output and Assign",
    definition: machine({
      Call: {
        ...task("f"),
        Arguments: { FunctionName: "f", Payload: { twice: "{% $states.input.n * 2 %}", fixed: [null, "x"] } },
        Assign: { got: "{% $states.result.Payload.twice + 1 %}" },
        Output: "{% $states.result.Payload %}",
        Next: "Read",
      },
      Read: { Type: "Pass", Output: { input: "{% $states.input %}", got: "{% $got %}" }, End: true },
    }),
    input: { n: 21 },
    script: { f: [echo] },
  },
  {
    title: "A task without Payload sends an empty object",
    definition: only({ ...task("f"), Arguments: { FunctionName: "f" }, Output: "{% $states.result.Payload %}" }),
    script: { f: [echo] },
  },
  {
    title: "A function whose name is computed",
    definition: only({
      ...task("f"),
      Arguments: { FunctionName: "{% 'f' & $states.input.n %}", Payload: {} },
      Output: "{% $states.result.Payload %}",
    }),
    input: { n: 2 },
    script: { f2: [answer("the second")] },
  },
  ...([null, 0, false, "", [], "text", 1.5, { a: null }] as const).map(
    (value): Case => ({
      title: `A function that answers ${JSON.stringify(value)}`,
      definition: only(task("f", { Output: "{% $states.result.Payload %}" })),
      script: { f: [answer(value)] },
    }),
  ),
  ...([null, 0, false, [], "text", { a: null }] as const).map(
    (value): Case => ({
      title: `A function that is given ${JSON.stringify(value)}`,
      definition: only({
        ...task("f"),
        Arguments: { FunctionName: "f", Payload: value } as Definition,
        Output: "{% $states.result.Payload %}",
      }),
      script: { f: [echo] },
    }),
  ),
];

/** How data is computed: JSONata, its functions, those that Step Functions adds, Arguments, Output, Assign. */
export const dataCases: readonly Case[] = [
  ...Object.entries(expressions).map(
    ([title, expression]): Case => ({ title: `JSONata: ${title}`, definition: yields(expression), input }),
  ),
  ...Object.entries(failing).map(
    ([title, expression]): Case => ({ title: `JSONata fails on ${title}`, definition: yields(expression), input }),
  ),
  ...fixed,
];
