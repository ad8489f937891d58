import { parseDefinition } from "../../simulator/asl/parse.ts";
import { checkDefinition, TRANSIENT_ERRORS } from "../../statemachines/check.ts";

type Editable = Record<string, unknown>;

const retry = {
  ErrorEquals: [...TRANSIENT_ERRORS],
  IntervalSeconds: 1,
  MaxAttempts: 4,
  MaxDelaySeconds: 10,
  JitterStrategy: "FULL",
};

function task(next: object): Editable {
  return {
    Type: "Task",
    Comment: "why",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: "F", Payload: "{% $states.input %}" },
    TimeoutSeconds: 30,
    Retry: [{ ...retry }],
    ...next,
  };
}

/** A machine that keeps every rule: a poll loop in a Parallel branch, a nested loop at the top, a Map in a branch. */
function clean(): { TimeoutSeconds?: number; QueryLanguage: string; States: Record<string, Editable> } & Editable {
  const caught = [{ ErrorEquals: ["States.ALL"], Next: "NoteFailure" }];
  return {
    Comment: "why",
    QueryLanguage: "JSONata",
    StartAt: "StartCounts",
    TimeoutSeconds: 900,
    States: {
      StartCounts: { Type: "Pass", Comment: "why", Assign: { rounds: 0, limit: 3 }, Next: "StartPolls" },
      StartPolls: { Type: "Pass", Comment: "why", Assign: { polls: 0 }, Next: "PollGroup" },
      PollGroup: task({ Assign: { polls: "{% $polls + 1 %}" }, Next: "ChooseNext" }),
      ChooseNext: {
        Type: "Choice",
        Comment: "why",
        Choices: [
          { Condition: "{% $states.input.ready %}", Next: "ConvergeRegions" },
          { Condition: "{% $polls < 5 and $states.input.waiting %}", Next: "WaitBriefly" },
        ],
        Default: "CountRound",
      },
      WaitBriefly: { Type: "Wait", Comment: "why", Seconds: 5, Next: "PollGroup" },
      CountRound: { Type: "Pass", Comment: "why", Assign: { rounds: "{% 1 + $rounds %}" }, Next: "ChooseRound" },
      ChooseRound: {
        Type: "Choice",
        Comment: "why",
        Choices: [{ Condition: "{% $states.input.enough or $rounds >= $limit %}", Next: "ConvergeRegions" }],
        Default: "StartPolls",
      },
      ConvergeRegions: {
        Type: "Parallel",
        Comment: "why",
        Branches: [
          {
            StartAt: "ShiftTraffic",
            States: {
              ShiftTraffic: task({ Catch: caught, End: true }),
              NoteFailure: { Type: "Pass", Comment: "why", End: true },
            },
          },
          {
            StartAt: "GrowRegions",
            States: {
              GrowRegions: {
                Type: "Map",
                Comment: "why",
                ItemProcessor: { StartAt: "GrowRegion", States: { GrowRegion: task({ End: true }) } },
                Catch: [{ ErrorEquals: ["States.ALL"], Next: "NoteGrowth" }],
                End: true,
              },
              NoteGrowth: { Type: "Succeed", Comment: "why" },
            },
          },
        ],
        End: true,
      },
    },
  };
}

/** The clean machine after one change. */
function changed(change: (machine: ReturnType<typeof clean>, states: Record<string, Editable>) => void): unknown {
  const machine = clean();
  const converge = machine.States.ConvergeRegions as { Branches: { States: Record<string, Editable> }[] };
  const all: Record<string, Editable> = { ...machine.States };
  for (const branch of converge.Branches) Object.assign(all, branch.States);
  Object.assign(all, (all.GrowRegions?.ItemProcessor as { States: object } | undefined)?.States);
  change(machine, all);
  return machine;
}

function set(state: string, fields: object) {
  return (_: unknown, states: Record<string, Editable>) => {
    Object.assign(states[state] ?? {}, fields);
  };
}

function drop(state: string, field: string) {
  return (_: unknown, states: Record<string, Editable>) => {
    delete states[state]?.[field];
  };
}

function retrying(fields: object) {
  return set("PollGroup", { Retry: [{ ...retry, ...fields }] });
}

/** The choice between another poll and going on. */
function polling(condition: string) {
  return (_: unknown, states: Record<string, Editable>) => {
    const rules = (states.ChooseNext?.Choices ?? []) as Editable[];
    Object.assign(rules[1] ?? {}, { Condition: condition });
  };
}

describe("a clean definition", () => {
  it("has no findings, and is one that the interpreter takes", () => {
    expect(checkDefinition(clean())).toEqual([]);
    expect(() => parseDefinition(clean())).not.toThrow();
  });

  it.each<[string, Parameters<typeof changed>[0]]>([
    ["a limit written first", polling("{% 5 > $polls %}")],
    ["a limit from a plan that the loop does not touch", polling("{% $limit.polls >= $polls %}")],
    ["brackets", polling("{% ($polls < 5) and ($states.input.waiting) %}")],
    [
      "the count on the way on",
      (_, states) => {
        const rules = (states.ChooseNext?.Choices ?? []) as Editable[];
        Object.assign(rules[1] ?? {}, { Assign: { polls: "{% $polls + 1 %}" } });
        delete states.PollGroup?.Assign;
      },
    ],
  ])("may bound its loop with %s", (_, change) => {
    expect(checkDefinition(changed(change))).toEqual([]);
  });
});

describe("a definition that breaks one rule", () => {
  it.each<[string, string, string, RegExp, Parameters<typeof changed>[0]]>([
    [
      "no TimeoutSeconds at the top",
      "machine-timeout",
      "",
      /TimeoutSeconds/,
      (machine) => delete machine.TimeoutSeconds,
    ],
    [
      "another query language",
      "jsonata-only",
      "",
      /QueryLanguage/,
      (machine) => Object.assign(machine, { QueryLanguage: "JSONPath" }),
    ],
    [
      "JSONPath in one state",
      "jsonata-only",
      "PollGroup",
      /QueryLanguage/,
      set("PollGroup", { QueryLanguage: "JSONPath" }),
    ],
    ["a JSONPath field", "jsonata-only", "ShiftTraffic", /"ResultPath"/, set("ShiftTraffic", { ResultPath: "$.a" })],
    [
      "a JSONPath key",
      "jsonata-only",
      "PollGroup",
      /"a\.\$"/,
      set("PollGroup", { Arguments: { Payload: { "a.$": "$.a" } } }),
    ],
    [
      "a JSONPath rule",
      "jsonata-only",
      "ChooseRound",
      /"Variable"/,
      (_, states) => {
        Object.assign((states.ChooseRound?.Choices as Editable[] | undefined)?.[0] ?? {}, { Variable: "$.a" });
      },
    ],
    ["no Comment", "state-comment", "GrowRegion", /why/, drop("GrowRegion", "Comment")],
    ["an empty Comment", "state-comment", "GrowRegion", /why/, set("GrowRegion", { Comment: " " })],
    [
      "a task without TimeoutSeconds",
      "task-timeout",
      "PollGroup",
      /TimeoutSeconds/,
      drop("PollGroup", "TimeoutSeconds"),
    ],
    [
      "a task without Retry",
      "task-retry",
      "PollGroup",
      /No Retry for .*Lambda.ServiceException.*Sandbox.Timedout/,
      drop("PollGroup", "Retry"),
    ],
    [
      "a transient error not retried",
      "task-retry",
      "PollGroup",
      /No Retry for Lambda.SdkClientException/,
      retrying({ ErrorEquals: TRANSIENT_ERRORS.filter((name) => name !== "Lambda.SdkClientException") }),
    ],
    ["retries without jitter", "task-retry", "PollGroup", /JitterStrategy/, retrying({ JitterStrategy: "NONE" })],
    [
      "retries without MaxDelaySeconds",
      "task-retry",
      "PollGroup",
      /MaxDelaySeconds/,
      retrying({ MaxDelaySeconds: undefined }),
    ],
    [
      "a retry of all errors without MaxAttempts",
      "retry-all-bounded",
      "PollGroup",
      /MaxAttempts/,
      retrying({ ErrorEquals: ["States.ALL"], MaxAttempts: undefined }),
    ],
    [
      "a retry of all errors very often",
      "retry-all-bounded",
      "PollGroup",
      /more than 10/,
      retrying({ ErrorEquals: ["States.ALL"], MaxAttempts: 11 }),
    ],
    [
      "a branch's task without Catch",
      "branch-catches",
      "ShiftTraffic",
      /ConvergeRegions/,
      (_, states) => {
        delete states.ShiftTraffic?.Catch;
        Object.assign(states.ShiftTraffic ?? {}, { End: undefined, Next: "NoteFailure" });
      },
    ],
    [
      "a branch's Map without Catch",
      "branch-catches",
      "GrowRegion",
      /ConvergeRegions/,
      (_, states) => {
        delete states.GrowRegions?.Catch;
      },
    ],
    [
      "a branch's task that catches one error",
      "branch-catches",
      "ShiftTraffic",
      /States.ALL/,
      set("ShiftTraffic", { Catch: [{ ErrorEquals: ["E"], Next: "NoteFailure" }] }),
    ],
    [
      "a loop without a counter",
      "loop-bounded",
      "PollGroup",
      /PollGroup → ChooseNext → WaitBriefly → PollGroup/,
      polling("{% $states.input.waiting %}"),
    ],
    [
      "a counter that only one side of 'or' heeds",
      "loop-bounded",
      "PollGroup",
      /loop/,
      polling("{% $polls < 5 or $states.input.waiting %}"),
    ],
    ["a counter compared the wrong way round", "loop-bounded", "PollGroup", /loop/, polling("{% $polls > 5 %}")],
    [
      "a limit that the input gives",
      "loop-bounded",
      "PollGroup",
      /loop/,
      polling("{% $polls < $states.input.limit %}"),
    ],
    [
      "a limit that moves along",
      "loop-bounded",
      "PollGroup",
      /loop/,
      (machine, states) => {
        polling("{% $polls < $most %}")(machine, states);
        set("WaitBriefly", { Assign: { most: "{% $polls + 2 %}" } })(machine, states);
      },
    ],
    ["a counter that nothing adds to", "loop-bounded", "PollGroup", /loop/, drop("PollGroup", "Assign")],
    [
      "a counter that grows by nothing",
      "loop-bounded",
      "PollGroup",
      /loop/,
      set("PollGroup", { Assign: { polls: "{% $polls + 0 %}" } }),
    ],
    [
      "a counter that is set back inside its loop",
      "loop-bounded",
      "PollGroup",
      /loop/,
      set("WaitBriefly", { Assign: { polls: 0 } }),
    ],
    [
      "counters that set each other back",
      "loop-bounded",
      "StartPolls",
      /loop/,
      set("WaitBriefly", { Assign: { rounds: 0 } }),
    ],
    [
      "a way around the counting",
      "loop-bounded",
      "ChooseNext",
      /loop/,
      (_, states) => {
        Object.assign(states.WaitBriefly ?? {}, { Next: "ChooseNext" });
      },
    ],
    [
      "a Choice that has no way out of the loop",
      "loop-bounded",
      "PollGroup",
      /loop/,
      set("ChooseNext", { Choices: [{ Condition: "{% $polls < 5 %}", Next: "WaitBriefly" }], Default: undefined }),
    ],
    [
      "a Catch that leads back",
      "loop-bounded",
      "PollGroup",
      /PollGroup → PollGroup/,
      set("PollGroup", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "PollGroup" }] }),
    ],
  ])("with %s", (_, rule, state, message, change) => {
    const findings = checkDefinition(changed(change));
    expect(findings.map((finding) => [finding.rule, finding.state])).toEqual([[rule, state]]);
    expect(findings[0]?.message).toMatch(message);
  });

  it.each(["shiftTraffic", "Shift", "Shift_Traffic", "TrafficShift", "Shift Traffic", "SHIFTTraffic"])(
    "with a state named %s",
    (name) => {
      const machine = { ...clean(), StartAt: name, States: { [name]: { Type: "Succeed", Comment: "why" } } };
      expect(checkDefinition(machine)).toMatchObject([{ state: name, rule: "state-name" }]);
    },
  );

  it.each(["ShiftTraffic", "AskPerson", "RunPhase2", "TakeADecision"])("but not with one named %s", (name) => {
    const machine = { ...clean(), StartAt: name, States: { [name]: { Type: "Succeed", Comment: "why" } } };
    expect(checkDefinition(machine)).toEqual([]);
  });

  it.each([undefined, null, 1, "{}", [], {}, { States: [] }, { States: { A: null } }])(
    "finds, and does not throw, for %j",
    (json) => {
      expect(checkDefinition(json).map((finding) => finding.rule)).toContain("machine-timeout");
    },
  );
});
