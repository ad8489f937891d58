import middy, { type MiddlewareObj } from "@middy/core";
import { createGuard, type Guard } from "../coordination/guard.ts";
import type { Authority, Run } from "../coordination/item.ts";
import { runSchema } from "../coordination/schema.ts";
import type { Json } from "../timeline/event.ts";
import { createJournal, type Journal } from "../timeline/journal.ts";
import { describeAllowed } from "./allowed.ts";
import type { AwsService } from "./clients.ts";
import type { Dependencies } from "./dependencies.ts";
import { classifyCallError, errorMessage, errorName, FailoverError, isFault } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { Plan } from "./plan/plan.ts";
import * as z from "./zod.ts";

/** What Lambda gives a handler besides the event; only what this code reads of it. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
}

/** What AWS Lambda, or the simulator in its place, calls. */
export type Handler = (event: unknown, context: InvocationContext) => Promise<Json>;

/** What a step of a run depends on: the tables and the bus for its guard and journal, and the services of its own. */
export type StepDependencies<Own extends AwsService = never> = Dependencies<"dynamoDB" | "eventBridge" | Own>;

/** What a step of a run works with. */
export interface StepContext<Own extends AwsService = never> {
  readonly deps: StepDependencies<Own>;
  readonly run: Run;
  readonly guard: Guard;
  readonly journal: Journal;
  readonly logger: Logger;
}

const framework: unique symbol = Symbol("framework");

/** Carried from middleware to middleware in place of the raw event. */
interface Prepared<Input, Own extends AwsService> {
  readonly [framework]: true;
  readonly input: Input;
  readonly context: StepContext<Own>;
}

/**
 * The strict schema of a step's input: the run and the step's own fields. Made once a module, because a schema is far
 * dearer to make than to use.
 */
export function stepInput<Shape extends z.core.$ZodShape>(fields: Shape) {
  return z.strictObject({ run: runSchema, ...fields });
}

/**
 * A Lambda handler of one step of a run. It checks the input, gives the step its journal and epoch guard, logs with
 * incident and epoch on every line, and turns whatever is thrown into an error whose name the state machine knows.
 */
export function createStep<Input extends { readonly run: Run }, Own extends AwsService = never>(
  deps: StepDependencies<Own>,
  schema: z.ZodMiniType<Input>,
  step: (input: Omit<Input, "run">, context: StepContext<Own>) => Promise<Json>,
): Handler {
  const logs = logging(deps);
  return middy({ timeoutEarlyInMillis: 0 })
    .use(logs.middleware)
    .use(errorMapping(logs))
    .use({
      before: (request) => {
        const { run, ...input } = parseInput(schema, request.event);
        const logger = logs.about(run);
        const scoped = { ...deps, logger, plan: planUnder(deps.plan, run.authority) };
        const guard = createGuard(scoped, run);
        const journal = createJournal(scoped, run.incident, run.epoch);
        request.event = {
          [framework]: true,
          input,
          context: { deps: scoped, run, guard, journal, logger },
        } as Prepared<unknown, Own>;
      },
    })
    .handler(async (event: unknown) => {
      const { input, context } = event as Prepared<Omit<Input, "run">, Own>;
      try {
        return await step(input, context);
      } catch (error) {
        if (errorName(mapError(error)) === "Transient") await keepForNextTry(context);
        throw error;
      }
    }) as unknown as Handler;
}

/**
 * A step that AWS lets wait is tried again, many times over; without a renewal in between its lease would run out, and the
 * next holder would find the same AWS. @throws FailoverError "LeaseLost"
 */
async function keepForNextTry({ guard, logger }: StepContext): Promise<void> {
  try {
    await guard.keep();
  } catch (error) {
    if (errorName(error) === "LeaseLost") throw error;
    logger.warn("The lease could not be renewed before the next try", { error: errorMessage(error) });
  }
}

/** A Lambda handler outside any run (the assessor, the watch): logging and error mapping, the input as it came. */
export function createEntry<Services extends AwsService>(
  deps: Dependencies<Services>,
  entry: (event: unknown, deps: Dependencies<Services>, invocation: InvocationContext) => Promise<Json>,
): Handler {
  const logs = logging(deps);
  return middy({ timeoutEarlyInMillis: 0 })
    .use(logs.middleware)
    .use(errorMapping(logs))
    .handler((event: unknown, invocation: unknown) =>
      entry(event, { ...deps, logger: logs.logger() }, invocation as InvocationContext),
    ) as unknown as Handler;
}

/**
 * Checks an input against its strict schema.
 * @throws FailoverError "InvalidInput" naming key, value received and what is allowed
 */
export function parseInput<Output>(schema: z.ZodMiniType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new FailoverError("InvalidInput", describeInputError(parsed.error, input), { cause: parsed.error });
}

/**
 * One line about the first problem: key, value received, what is allowed.
 * @param whole names the input itself, where no key of it is wrong
 */
export function describeInputError(error: z.core.$ZodError, input: unknown, whole = "input"): string {
  const issue = error.issues[0];
  if (issue === undefined) return "the input is not of the promised form";
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  const key = path.map(String).join(".") || whole;
  const allowed =
    issue.code === "unrecognized_keys" ? "must be left out, there is no such key" : describeAllowed(issue);
  return `${key}: received ${shown.length > 120 ? `${shown.slice(0, 117)}…` : shown}: ${allowed}`;
}

/**
 * The plan as it binds a run. A person who starts one by hand has decided that traffic and capacity move, even where the
 * plan lets automation only observe; promoting the database still asks.
 */
function planUnder(plan: Plan, authority: Authority): Plan {
  if (authority === "automation") return plan;
  const database = plan.automation.database === "observe" ? "approve" : plan.automation.database;
  return { ...plan, automation: { ...plan.automation, traffic: "automatic", capacity: "automatic", database } };
}

interface Logs {
  readonly middleware: MiddlewareObj;
  logger(): Logger;
  about(run: Run): Logger;
}

function logging(deps: Dependencies): Logs {
  let logger = deps.logger;
  return {
    middleware: {
      before: (request) => {
        const context = request.context as unknown as InvocationContext;
        logger = deps.logger.child({ function: context.functionName, request: context.awsRequestId });
      },
    },
    logger: () => logger,
    about(run) {
      logger = logger.child({ incident: run.incident, epoch: run.epoch });
      return logger;
    },
  };
}

/** The last word on every error: logged once, and named as the state machine's Retry and Catch know it. */
function errorMapping(logs: Logs): MiddlewareObj {
  return {
    onError: (request) => {
      const error: unknown = request.error;
      logs.logger().error(errorMessage(error), { error: errorName(error) });
      if (error instanceof FailoverError) return;
      request.error = mapError(error) as Error;
    },
  };
}

/** AWS's errors get this project's names; a fault in the code keeps its own, so that nobody retries a TypeError. */
function mapError(error: unknown): unknown {
  if (isFault(error)) return error;
  const said = errorMessage(error);
  switch (classifyCallError(error)) {
    case "accessDenied":
      return new FailoverError("AccessDenied", said, { cause: error });
    case "rejected":
      return new FailoverError("StepBlocked", said, { cause: error });
    case "throttled":
    case "conflict":
    case "unknownOutcome":
      return new FailoverError("Transient", said, { cause: error });
  }
}
