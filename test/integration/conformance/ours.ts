import { seededRandom } from "../../../functions/shared/random.ts";
import { startExecution } from "../../../simulator/asl/execution.ts";
import type { AslHost, TaskCall } from "../../../simulator/asl/host.ts";
import type { JsonValue } from "../../../simulator/asl/json.ts";
import { parseDefinition } from "../../../simulator/asl/parse.ts";
import { TaskTokens } from "../../../simulator/asl/tokens.ts";
import { VirtualClock } from "../../../simulator/clock.ts";
import type { Case, Outcome, TokenStep } from "./case.ts";
import { identity, nameOf } from "./identity.ts";
import { Prompter, tokenIn } from "./prompter.ts";
import { outcomeOf } from "./trace.ts";

const start = Date.parse("2026-11-23T12:00:00Z");
const horizonMs = 1_000_000_000;

/** Plays a case on this project's interpreter, in simulated time. @throws Error when it does not end. */
export async function playOnOurs(index: number, { definition, input, script }: Case): Promise<Outcome> {
  const clock = new VirtualClock(start);
  const tokens = new TaskTokens();
  const prompter = new Prompter(script ?? {});
  const names: string[] = [];
  const host: AslHost = {
    clock,
    tokens,
    random: seededRandom(1),
    invoke: (call) => reply(call),
    observe: (event) => {
      if (event.type === "stateEntered") names.push(event.state);
    },
  };

  async function reply({ functionName, payload }: TaskCall): Promise<JsonValue> {
    const next = prompter.next(functionName);
    switch (next.kind) {
      case "answer":
        return next.value;
      case "echo":
        return payload;
      case "throw":
        throw Object.assign(new Error(next.message), { name: next.name });
      case "silence":
        return new Promise(() => {});
      case "token":
        void answerToken(tokenIn(payload), next.steps);
        return null;
    }
  }

  async function answerToken(token: string, steps: readonly TokenStep[]): Promise<void> {
    for (const step of steps) {
      await clock.sleep(step.afterSeconds * 1_000);
      switch (step.kind) {
        case "succeed":
          tokens.succeedTask(token, step.output);
          break;
        case "fail":
          tokens.failTask(token, step.error, step.cause);
          break;
        case "heartbeat":
          tokens.heartbeat(token);
          break;
      }
    }
  }

  const execution = startExecution({
    machine: parseDefinition(definition),
    name: nameOf(index),
    input: input ?? {},
    host,
    identity: { ...identity, stateMachineName: nameOf(index) },
  });
  execution.done.catch(() => {});
  await clock.run({ deadline: start + horizonMs, until: () => execution.status !== "RUNNING" });
  if (execution.status === "RUNNING") throw new Error("The execution did not end on this project's interpreter");
  const { status, output, error, cause } = await execution.done;
  return outcomeOf(definition, { status, output, error, cause }, names);
}
