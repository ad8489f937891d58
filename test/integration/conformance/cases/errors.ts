import {
  answer,
  type Case,
  type Definition,
  fail,
  heartbeat,
  machine,
  only,
  silence,
  succeed,
  task,
  throws,
  token,
  tokenTask,
} from "../case.ts";

/** The wording of the interpreter's and the Lambda service's errors is their own; what a function said must arrive as it was said. */
const caught = {
  Type: "Pass",
  Output: {
    error: "{% $states.input.Error %}",
    cause: "{% $substringBefore($states.input.Error, '.') in ['States', 'Lambda'] ? 'its own' : $states.input.Cause %}",
  },
  End: true,
} as const;
const now = { IntervalSeconds: 1, BackoffRate: 1 } as const;

/** A task that fails as `name`, caught by whichever of the catchers names it. */
function catching(state: Definition, ...lists: readonly (readonly string[])[]): Definition {
  const catchers = lists.map((ErrorEquals, index) => ({ ErrorEquals, Next: `Caught${index}` }));
  const targets = lists.map((_, index) => [`Caught${index}`, caught] as const);
  return machine({
    Try: { ...state, Catch: catchers, Next: "Done" },
    ...Object.fromEntries(targets),
    Done: { Type: "Succeed" },
  });
}

/** Failure and what becomes of it: Retry, Catch, timeouts, heartbeats, task tokens. */
export const errorCases: readonly Case[] = [
  {
    title: "A function's error fails the execution",
    definition: only(task("f")),
    script: { f: [throws("Broken", "at once")] },
  },
  {
    title: "The Lambda service's error is caught by name",
    definition: catching(task("f"), ["Lambda.ServiceException"]),
    script: { f: [throws("Lambda.ServiceException")] },
  },
  {
    title: "Catch by name, with error and cause",
    definition: catching(task("f"), ["Other"], ["Broken"]),
    script: { f: [throws("Broken", 'said "no"')] },
  },
  {
    title: "Catch: the first that fits",
    definition: catching(task("f"), ["States.TaskFailed"], ["Broken"], ["States.ALL"]),
    script: { f: [throws("Broken")] },
  },
  {
    title: "Catch by one of several names",
    definition: catching(task("f"), ["A", "B", "Broken"]),
    script: { f: [throws("Broken")] },
  },
  {
    title: "Catch by a name that is only similar does not",
    definition: catching(task("f"), ["broken", "Brok", "Broken "]),
    script: { f: [throws("Broken")] },
  },
  { title: "Catch all", definition: catching(task("f"), ["States.ALL"]), script: { f: [throws("Transient")] } },
  {
    title: "Catch gives Output and Assign from the error",
    definition: machine({
      Try: task("f", {
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Next: "Read",
            Output: {
              was: "{% $states.errorOutput.Error %}",
              message: "{% $parse($states.errorOutput.Cause).errorMessage %}",
              input: "{% $states.input %}",
            },
            Assign: { failed: "{% $states.errorOutput.Error %}" },
          },
        ],
        Assign: { failed: "never" },
        Next: "Read",
      }),
      Read: { Type: "Pass", Output: { input: "{% $states.input %}", failed: "{% $failed %}" }, End: true },
    }),
    input: { n: 1 },
    script: { f: [throws("Broken", "pipe")] },
  },
  {
    title: "Catch without Output hands on error and cause",
    definition: catching(task("f"), ["States.ALL"]),
    script: { f: [throws("Broken", "pipe")] },
  },
  {
    title: "What fails in Output is caught",
    definition: catching(task("f", { Output: "{% $states.result.nothing %}" }), ["States.QueryEvaluationError"]),
    script: { f: [answer(1)] },
  },
  {
    title: "What fails in Arguments is caught",
    definition: catching(task("f", { Arguments: { FunctionName: "f", Payload: "{% $states.input.nothing %}" } }), [
      "States.QueryEvaluationError",
    ]),
    script: { f: [answer(1)] },
  },
  {
    title: "What fails in Output is caught as States.ALL",
    definition: catching(task("f", { Output: "{% $states.result.nothing %}" }), ["States.ALL"]),
    script: { f: [answer(1)] },
  },
  {
    title: "What fails in Output counts as States.TaskFailed",
    definition: catching(task("f", { Output: "{% $states.result.nothing %}" }), ["States.TaskFailed"]),
    script: { f: [answer(1)] },
  },
  {
    title: "What fails in a catcher fails the state",
    definition: machine({
      Try: task("f", {
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Done", Output: "{% $states.input.nothing %}" }],
        Next: "Done",
      }),
      Done: { Type: "Succeed" },
    }),
    script: { f: [throws("Broken")] },
  },
  ...retryCases(),
  ...timeoutCases(),
  ...tokenCases(),
];

function retryCases(): readonly Case[] {
  const counts = task("f", {
    Output: { payload: "{% $states.result.Payload %}", retries: "{% $states.context.State.RetryCount %}" },
  });
  return [
    {
      title: "Retry until it goes well",
      definition: only({ ...counts, Retry: [{ ErrorEquals: ["Broken"], ...now, MaxAttempts: 3 }] }),
      script: { f: [throws("Broken"), throws("Broken"), answer("well")] },
    },
    {
      title: "Retry as often as it may, and no more",
      definition: only({ ...counts, Retry: [{ ErrorEquals: ["Broken"], ...now, MaxAttempts: 2 }] }),
      script: { f: [throws("Broken"), throws("Broken"), throws("Broken", "the third"), answer("too late")] },
    },
    {
      title: "Retry of no attempts",
      definition: only({ ...counts, Retry: [{ ErrorEquals: ["Broken"], MaxAttempts: 0 }] }),
      script: { f: [throws("Broken"), answer("too late")] },
    },
    {
      title: "Retry of another error does not",
      definition: only({ ...counts, Retry: [{ ErrorEquals: ["Other"], ...now }] }),
      script: { f: [throws("Broken"), answer("too late")] },
    },
    {
      title: "Each retrier has attempts of its own",
      definition: only({
        ...counts,
        Retry: [
          { ErrorEquals: ["A"], ...now, MaxAttempts: 1 },
          { ErrorEquals: ["B"], ...now, MaxAttempts: 1 },
        ],
      }),
      script: { f: [throws("A"), throws("B"), answer("well")] },
    },
    {
      title: "A retrier that is used up does not hand over to the next that fits",
      definition: only({
        ...counts,
        Retry: [
          { ErrorEquals: ["A"], ...now, MaxAttempts: 1 },
          { ErrorEquals: ["States.ALL"], ...now, MaxAttempts: 5 },
        ],
      }),
      script: { f: [throws("A"), throws("A"), answer("too late")] },
    },
    {
      title: "Retry, then Catch",
      definition: catching(task("f", { Retry: [{ ErrorEquals: ["States.TaskFailed"], ...now, MaxAttempts: 1 }] }), [
        "States.ALL",
      ]),
      script: { f: [throws("Broken", "first"), throws("Broken", "second")] },
    },
    {
      title: "The delay grows by the rate, and no further than its bound",
      definition: machine({
        Begin: { Type: "Pass", Assign: { since: "{% $states.context.State.EnteredTime %}" }, Next: "Try" },
        Try: task("f", {
          Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, BackoffRate: 3, MaxDelaySeconds: 2, MaxAttempts: 3 }],
          Next: "Look",
        }),
        // 1 s, 2 s instead of 3 s, 2 s instead of 9 s; 13 s if nothing bounded them.
        Look: {
          Type: "Pass",
          Output:
            "{% ($ms := $toMillis($states.context.State.EnteredTime) - $toMillis($since); $ms >= 5000 and $ms < 13000) %}",
          End: true,
        },
      }),
      script: { f: [throws("Broken"), throws("Broken"), throws("Broken"), answer("well")] },
    },
    {
      title: "Jitter is never longer than the delay",
      definition: machine({
        Begin: { Type: "Pass", Assign: { since: "{% $states.context.State.EnteredTime %}" }, Next: "Try" },
        Try: task("f", {
          Retry: [
            { ErrorEquals: ["Broken"], IntervalSeconds: 2, BackoffRate: 1, JitterStrategy: "FULL", MaxAttempts: 2 },
          ],
          Next: "Look",
        }),
        Look: {
          Type: "Pass",
          Output: "{% ($toMillis($states.context.State.EnteredTime) - $toMillis($since)) < 10000 %}",
          End: true,
        },
      }),
      script: { f: [throws("Broken"), throws("Broken"), answer("well")] },
    },
    {
      title: "What fails in Output is retried",
      definition: only(
        task("f", {
          Output: "{% $states.result.Payload.there %}",
          Retry: [{ ErrorEquals: ["States.QueryEvaluationError"], ...now, MaxAttempts: 1 }],
        }),
      ),
      script: { f: [answer({}), answer({ there: 1 })] },
    },
  ];
}

function timeoutCases(): readonly Case[] {
  // Two seconds, not one: on a busy machine moto needs a part of them to make the call.
  const slow = task("f", { TimeoutSeconds: 2 });
  return [
    { title: "TimeoutSeconds fails a task that does not answer", definition: only(slow), script: { f: [silence] } },
    {
      title: "A timeout is caught as States.Timeout, not as States.TaskFailed",
      definition: catching(slow, ["States.TaskFailed"], ["States.Timeout"]),
      script: { f: [silence] },
    },
    {
      title: "A timeout is caught as States.ALL",
      definition: catching(slow, ["States.ALL"]),
      script: { f: [silence] },
    },
    {
      title: "A timeout that only States.TaskFailed would catch",
      definition: catching(slow, ["States.TaskFailed"]),
      script: { f: [silence] },
    },
    {
      title: "A timeout is retried, and its time begins anew",
      definition: only({
        ...slow,
        Output: "{% $states.result.Payload %}",
        Retry: [{ ErrorEquals: ["States.Timeout"], ...now, MaxAttempts: 1 }],
      }),
      script: { f: [silence, answer("well")] },
    },
    {
      title: "TimeoutSeconds can be computed",
      definition: catching(task("f", { TimeoutSeconds: "{% $states.input.s %}" }), ["States.Timeout"]),
      input: { s: 2 },
      script: { f: [silence] },
    },
    {
      title: "TimeoutSeconds that is computed to be no number",
      definition: catching(task("f", { TimeoutSeconds: "{% 'long' %}" }), ["States.QueryEvaluationError"]),
      script: { f: [answer(1)] },
    },
  ];
}

function tokenCases(): readonly Case[] {
  return [
    {
      title: "A token's output is the result, as it is",
      definition: only(tokenTask("f")),
      script: { f: [token(succeed({ approved: true, by: "a person" }))] },
    },
    {
      title: "A token's output comes later",
      definition: only(tokenTask("f", { Output: "{% $states.result.n + 1 %}" })),
      script: { f: [token(succeed({ n: 1 }, 1))] },
    },
    {
      title: "A token's failure has its error and cause",
      definition: only(tokenTask("f")),
      script: { f: [token(fail("Declined", "Not today"))] },
    },
    {
      title: "A token's failure is caught by name",
      definition: catching(tokenTask("f"), ["Other"], ["Declined"]),
      script: { f: [token(fail("Declined", "Not today"))] },
    },
    {
      title: "A token's failure counts as States.TaskFailed",
      definition: catching(tokenTask("f"), ["States.TaskFailed"]),
      script: { f: [token(fail("Declined", "Not today"))] },
    },
    {
      title: "A token that nobody answers times out",
      definition: catching(tokenTask("f", { TimeoutSeconds: 2 }), ["States.Timeout"]),
      script: { f: [token()] },
    },
    {
      title: "A token's function that fails fails the task",
      definition: catching(tokenTask("f", { TimeoutSeconds: 20 }), ["Broken"]),
      script: { f: [throws("Broken")] },
    },
    {
      title: "A token is retried with a new one",
      definition: only(
        tokenTask("f", { TimeoutSeconds: 20, Retry: [{ ErrorEquals: ["Declined"], ...now, MaxAttempts: 1 }] }),
      ),
      script: { f: [token(fail("Declined", "Not today")), token(succeed("yes"))] },
    },
    {
      title: "Heartbeats keep a task waiting",
      definition: only(tokenTask("f", { TimeoutSeconds: 60, HeartbeatSeconds: 4 })),
      script: { f: [token(heartbeat(2), heartbeat(2), succeed("alive", 2))] },
    },
    {
      title: "A missed heartbeat fails the task",
      definition: only(tokenTask("f", { TimeoutSeconds: 30, HeartbeatSeconds: 2 })),
      script: { f: [token()] },
    },
    {
      title: "A missed heartbeat is caught as States.HeartbeatTimeout",
      definition: catching(tokenTask("f", { TimeoutSeconds: 30, HeartbeatSeconds: 2 }), ["States.HeartbeatTimeout"]),
      script: { f: [token()] },
    },
    {
      title: "A missed heartbeat is caught as States.Timeout",
      definition: catching(tokenTask("f", { TimeoutSeconds: 30, HeartbeatSeconds: 2 }), ["States.Timeout"]),
      script: { f: [token()] },
    },
    {
      title: "HeartbeatSeconds can be computed",
      definition: catching(tokenTask("f", { TimeoutSeconds: 30, HeartbeatSeconds: "{% 1 + 1 %}" }), [
        "States.HeartbeatTimeout",
      ]),
      script: { f: [token()] },
    },
    {
      title: "The token is not in the context afterwards",
      definition: machine({
        Ask: tokenTask("f", { Next: "Look" }),
        Look: { Type: "Pass", Output: "{% $exists($states.context.Task) %}", End: true },
      }),
      script: { f: [token(succeed(1))] },
    },
  ];
}
