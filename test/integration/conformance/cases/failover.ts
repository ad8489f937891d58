import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { JsonValue } from "../../../../simulator/asl/json.ts";
import { projectRoot } from "../../environment.ts";
import {
  answer,
  type Case,
  type Definition,
  fail,
  type Reply,
  type Script,
  silence,
  succeed,
  throws,
  token,
} from "../case.ts";

/** The project's own definition, with its placeholders filled in as a deployment does. */
export const failover: Definition = JSON.parse(
  readFileSync(resolve(projectRoot, "statemachines/failover.asl.json"), "utf8").replaceAll(/\$\{(\w+)\}/g, "$1"),
);

/** How long nobody answers. moto breaks down when a task's time is over before it has worked out what to send. */
const patienceSeconds = 5;
const deadlineAt = "2026-11-23T12:30:00.000Z";
const run = { incident: "storefront-us-east-1-e7", epoch: 7, survivors: ["eu-west-1", "ap-southeast-1"] } as const;
const everyBranch = { traffic: "run", capacity: "run", database: "run", tables: "run" } as const;
const act = {
  decision: "act",
  reasons: ["us-east-1 is down"],
  run,
  branches: everyBranch,
  question: null,
  approvalTimeoutSeconds: 60,
} as const;
const move = {
  result: "moving",
  target: "eu-west-1",
  kind: "failover",
  lossSeconds: 1.3,
  worstCaseLossSeconds: 9.5,
  deadlineAt,
} as const;
const ask = {
  ...move,
  result: "needsApproval",
  lossSeconds: 45,
  question: { covers: "promotion", summary: "Lose 45 s?", detail: "The lag was 45 s" },
} as const;
const capacity = { result: "raised", targets: { "eu-west-1": 14 }, deadlineAt } as const;
const recovery = { soak: null, deadlineAt, verifiedAt: null, reason: null } as const;
const recovered = { ...recovery, result: "recovered", verifiedAt: "2026-11-23T12:08:00.000Z" } as const;

/** All goes well, in one round each. */
const good = {
  AssessSignal: [answer(act)],
  ApprovalRequest: [token(succeed({ approved: true, by: "a person" }))],
  ApprovalRecord: [answer({ approved: true, by: "a person", reason: null })],
  TrafficShift: [answer({ problems: [] })],
  TrafficVerify: [answer({ result: "done", reason: null })],
  CapacityRaise: [answer(capacity)],
  CapacityAwait: [answer({ ...capacity, result: "ready" })],
  DatabasePromote: [answer(move)],
  DatabaseAwait: [answer({ result: "done", reason: null })],
  TablesCheck: [answer({ result: "done", reason: null })],
  RecoveryVerify: [answer(recovered)],
  TimelineClose: [{ kind: "echo" }],
} as const satisfies Script;

type FunctionName = keyof typeof good;

/** What comes of a run of the definition where these functions answer otherwise. */
function path(
  title: string,
  otherwise: { readonly [Name in FunctionName]?: readonly [Reply, ...Reply[]] },
  definition: Definition = failover,
): Case {
  return { title, definition, input: { detail: { region: "us-east-1" } }, script: { ...good, ...otherwise } };
}

const asks = (question: JsonValue, approvalTimeoutSeconds: number): readonly [Reply] => [
  answer({ ...act, question, approvalTimeoutSeconds }),
];
const branches = Object.keys(everyBranch) as (keyof typeof everyBranch)[];
const firstOfBranch = {
  traffic: "TrafficShift",
  capacity: "CapacityRaise",
  database: "DatabasePromote",
  tables: "TablesCheck",
} as const satisfies Record<keyof typeof everyBranch, FunctionName>;
const afterwards = ["TrafficVerify", "CapacityAwait", "DatabaseAwait"] as const;
const transient = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.Unknown",
  "Runtime.ExitError",
  "Runtime.OutOfMemory",
  "Sandbox.Timedout",
  "Transient",
  "LeaseStoreUnreachable",
] as const;

/** The definition, with the time that one of its tasks has cut to what a test can wait for. */
function impatient(state: string, TimeoutSeconds: number): Definition {
  const cut = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(cut);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key === state ? { ...(member as Definition), TimeoutSeconds } : cut(member),
      ]),
    );
  };
  return cut(failover) as Definition;
}

/** Paths through statemachines/failover.asl.json. */
export const failoverCases: readonly Case[] = [
  path("All goes well", {}),
  path("Nothing is done: stood down", { AssessSignal: [answer({ ...act, decision: "stoodDown" })] }),
  path("Nothing is done: observed", { AssessSignal: [answer({ ...act, decision: "observed" })] }),
  path("Nothing is done: refused", { AssessSignal: [answer({ ...act, decision: "refused" })] }),
  path("The assessment fails", { AssessSignal: [throws("PlanInvalid", "no Regions")] }),
  path("The assessment fails, and its error says nothing", { AssessSignal: [throws("PlanInvalid", "")] }),
  path("A person is asked before anything is done, and approves", { AssessSignal: asks("Evacuate us-east-1?", 60) }),
  path("A person is asked before anything is done, and declines", {
    AssessSignal: asks("Evacuate us-east-1?", 60),
    ApprovalRequest: [token(succeed({ approved: false, by: "a person" }))],
    ApprovalRecord: [answer({ approved: false, reason: "Not now" })],
  }),
  path("A person is asked before anything is done, and nobody answers", {
    AssessSignal: asks("Evacuate us-east-1?", patienceSeconds),
    ApprovalRequest: [token()],
    ApprovalRecord: [answer({ approved: false, reason: "Nobody answered" })],
  }),
  path("A person need not be asked any more, and the run is closed", {
    AssessSignal: [answer({ ...act, question: "Evacuate us-east-1?", withdrawn: "All see it serve" })],
  }),
  path("Silence approves, for the survivors of now", {
    AssessSignal: asks("Evacuate us-east-1?", patienceSeconds),
    ApprovalRequest: [token()],
    ApprovalRecord: [answer({ approved: true, by: "nobody", reason: "Nobody answered", survivors: ["eu-west-1"] })],
  }),
  path("A person is asked before anything is done, and silence approves", {
    AssessSignal: asks("Evacuate us-east-1?", patienceSeconds),
    ApprovalRequest: [token()],
  }),
  path("The question cannot be put", {
    AssessSignal: asks("Evacuate us-east-1?", 60),
    ApprovalRequest: [throws("TopicMissing", "nobody listens")],
    ApprovalRecord: [answer({ approved: false, reason: "The question was not put" })],
  }),
  path("The answer is a failure", {
    AssessSignal: asks("Evacuate us-east-1?", 60),
    ApprovalRequest: [token(fail("Withdrawn", "by another"))],
    ApprovalRecord: [answer({ approved: false, reason: "Withdrawn" })],
  }),
  path("The answer is a failure whose cause only begins like JSON", {
    AssessSignal: asks("Evacuate us-east-1?", 60),
    ApprovalRequest: [token(fail("Withdrawn", '{"errorMessage": by another'))],
    ApprovalRecord: [answer({ approved: false, reason: "Withdrawn" })],
  }),
  path("The answer cannot be recorded", {
    AssessSignal: asks("Evacuate us-east-1?", 60),
    ApprovalRecord: [throws("LeaseLost", "epoch 8 holds it")],
  }),
  ...branches.map((branch) =>
    path(`The first step of branch ${branch} fails, and stops nobody`, {
      [firstOfBranch[branch]]: [throws("AccessDenied", `${branch} may not`)],
    }),
  ),
  ...afterwards.map((name) => path(`${name} fails, and stops nobody`, { [name]: [throws("AccessDenied", "may not")] })),
  path(
    "Every branch fails",
    Object.fromEntries(branches.map((name) => [firstOfBranch[name], [throws("LeaseLost", "gone")]])),
  ),
  ...branches.map((branch) =>
    path(`Branch ${branch} alone is repeated`, {
      AssessSignal: [
        answer({
          ...act,
          branches: { traffic: "skip", capacity: "skip", database: "skip", tables: "skip", [branch]: "run" },
        }),
      ],
    }),
  ),
  path("No branch is run", {
    AssessSignal: [
      answer({ ...act, branches: { traffic: "skip", capacity: "skip", database: "skip", tables: "skip" } }),
    ],
  }),
  path("Capacity takes three rounds", {
    CapacityAwait: [
      answer({ ...capacity, result: "waiting" }),
      answer({ ...capacity, result: "waiting" }),
      answer({ ...capacity, result: "ready" }),
    ],
  }),
  path("Capacity never comes, and its rounds are bounded", {
    CapacityAwait: [answer({ ...capacity, result: "waiting" })],
  }),
  path("Capacity falls short", {
    CapacityAwait: [answer({ ...capacity, result: "short", reason: "no instances to be had" })],
  }),
  path("Capacity is not managed", { CapacityRaise: [answer({ result: "notManaged" })] }),
  path("The database is left alone", {
    DatabasePromote: [answer({ result: "notNeeded", reason: null, lossSeconds: 0 })],
  }),
  path("The database is blocked", { DatabasePromote: [answer({ result: "blocked", reason: "two writers" })] }),
  path("The database takes two rounds", {
    DatabaseAwait: [answer({ result: "waiting" }), answer({ result: "done", reason: null })],
  }),
  path("The move of the database vanishes, and is begun again", {
    DatabasePromote: [answer({ ...move, result: "retry" }), answer(move)],
  }),
  path("The move of the database vanishes for ever, and its tries are bounded", {
    DatabasePromote: [answer({ ...move, result: "retry", reason: "it vanished" })],
  }),
  path("The loss is asked about, and accepted", { DatabasePromote: [answer(ask), answer(move)] }),
  path("The loss is asked about, and declined", {
    DatabasePromote: [answer(ask), answer({ ...move, result: "declined", reason: "Too much" })],
    ApprovalRecord: [answer({ approved: false, reason: "Too much" })],
  }),
  path("The loss is asked about, and nobody answers", {
    AssessSignal: asks(null, patienceSeconds),
    ApprovalRequest: [token()],
    DatabasePromote: [answer(ask), answer({ ...move, result: "declined", reason: "Nobody answered" })],
  }),
  path("The loss is asked about again and again, a bounded number of times", { DatabasePromote: [answer(ask)] }),
  path("The loss is asked about, and the question cannot be put", {
    DatabasePromote: [answer(ask), answer({ ...move, result: "declined", reason: "Not asked" })],
    ApprovalRequest: [throws("TopicMissing", "nobody listens")],
  }),
  path("The answer about the loss cannot be recorded", {
    DatabasePromote: [answer(ask)],
    ApprovalRecord: [throws("LeaseLost", "epoch 8 holds it")],
  }),
  path("The tables are degraded", { TablesCheck: [answer({ result: "degraded", reason: "a replica is missing" })] }),
  path("Recovery takes two rounds, and hands on what it saw", {
    RecoveryVerify: [
      answer({
        ...recovery,
        result: "waiting",
        soak: {
          greenSince: "2026-11-23T12:07:00.000Z",
          lastGreenAt: "2026-11-23T12:07:20.000Z",
          vantages: { "us-west-2": "2026-11-23T12:06:59.000Z" },
          turns: 1,
        },
      }),
      answer(recovered),
    ],
  }),
  path("Recovery is never seen, and its rounds are bounded", {
    RecoveryVerify: [answer({ ...recovery, result: "waiting", reason: "one vantage fails" })],
  }),
  path("Recovery cannot be verified", { RecoveryVerify: [throws("LeaseLost", "epoch 8 holds it")] }),
  path("The run was taken over before it could be closed", {
    TimelineClose: [throws("LeaseLost", "epoch 8 holds it")],
  }),
  ...transient.map((name) =>
    path(`A passing ${name} is retried in place`, {
      AssessSignal: [throws(name), answer({ ...act, decision: "stoodDown" })],
    }),
  ),
  path("Every function fails once in passing", {
    ...Object.fromEntries(
      (Object.entries(good) as [FunctionName, readonly [Reply, ...Reply[]]][]).map(([name, replies]) => [
        name,
        [throws("Transient", "in passing"), ...replies],
      ]),
    ),
    AssessSignal: [throws("Transient", "in passing"), ...asks("Evacuate us-east-1?", 60)],
  }),
  path(
    "A function that never answers times out",
    { TablesCheck: [silence] },
    impatient("CheckTables", patienceSeconds),
  ),
];
