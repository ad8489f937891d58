import { simulatedAccount } from "../account.ts";
import type { StateMachine } from "./definition.ts";
import { Cancelled, StateFailure } from "./errors.ts";
import type { ExecutionStatus } from "./events.ts";
import type { AslHost } from "./host.ts";
import { describe, type JsonValue, overTheWire } from "./json.ts";
import { jsonBytes, NAME_LENGTH, PAYLOAD_BYTES } from "./limits.ts";
import { Run } from "./run.ts";
import { runGroup } from "./states.ts";
import { Gate, Strand } from "./strand.ts";
import { Variables } from "./variables.ts";

export interface StartOptions {
  readonly machine: StateMachine;
  /** The execution's name: 1 to 80 letters, digits, `-` and `_`. That it is unique is the host's concern. */
  readonly name: string;
  readonly input: JsonValue;
  readonly host: AslHost;
  /** What the context object says of where the machine is. @default a made-up account in us-east-1 */
  readonly identity?: {
    readonly region: string;
    readonly accountId: string;
    readonly stateMachineName: string;
    readonly roleArn: string;
  };
}

export type EndedStatus = Exclude<ExecutionStatus, "RUNNING">;

export interface ExecutionResult {
  readonly status: EndedStatus;
  readonly output: JsonValue | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** StartExecution refused its arguments; `name` is AWS's (API Reference, StartExecution). */
export class StartError extends Error {
  override readonly name: "InvalidName" | "InvalidExecutionInput";

  constructor(name: "InvalidName" | "InvalidExecutionInput", message: string) {
    super(message);
    this.name = name;
  }
}

const SOMEWHERE = {
  region: "us-east-1",
  accountId: simulatedAccount,
  stateMachineName: "failover",
  roleArn: `arn:aws:iam::${simulatedAccount}:role/failover`,
};

/**
 * Starts an execution of a Standard workflow; its first state is entered in a microtask, after this has returned.
 * @throws StartError for a name or an input that StartExecution refuses.
 */
export function startExecution(options: StartOptions): Execution {
  const { name } = options;
  if (!/^[\w-]+$/.test(name) || name.length > NAME_LENGTH) {
    throw new StartError(
      "InvalidName",
      `A name is 1 to ${NAME_LENGTH} of A-Z a-z 0-9 - _. Received: ${describe(name)}`,
    );
  }
  const input = overTheWire(options.input);
  if (jsonBytes(input, PAYLOAD_BYTES) > PAYLOAD_BYTES) {
    throw new StartError("InvalidExecutionInput", `The input is larger than ${PAYLOAD_BYTES} bytes`);
  }
  return new Execution({ ...options, input });
}

/** One execution, from its start to its end. Made by `startExecution`. */
export class Execution {
  readonly name: string;
  readonly arn: string;
  /**
   * Resolves with the end, however the execution ends. Rejects only for a defect: in the interpreter, or an observer
   * that throws.
   */
  readonly done: Promise<ExecutionResult>;
  readonly #run: Run;
  readonly #gate = new Gate();
  readonly #strand: Strand;
  readonly #settle: { resolve(result: ExecutionResult): void; reject(defect: unknown): void };
  readonly #stopTimeout: () => void;
  #result: ExecutionResult | undefined;

  constructor(options: StartOptions) {
    const { machine, name, input, host } = options;
    const { region, accountId, stateMachineName, roleArn } = options.identity ?? SOMEWHERE;
    this.name = name;
    this.arn = `arn:aws:states:${region}:${accountId}:execution:${stateMachineName}:${name}`;
    this.#strand = new Strand(this.#gate);
    this.#run = new Run(machine, host, this.#gate, {
      executionArn: this.arn,
      executionName: name,
      input,
      startedAt: host.clock.now(),
      roleArn,
      stateMachineArn: `arn:aws:states:${region}:${accountId}:stateMachine:${stateMachineName}`,
      stateMachineName,
    });
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
    this.done = promise;
    this.#settle = { resolve, reject };
    this.#stopTimeout =
      machine.timeoutSeconds === undefined
        ? () => {}
        : host.clock.schedule(machine.timeoutSeconds * 1_000, () => this.#gate.deliver(() => this.#timeOut()));
    void this.#go(input);
  }

  get status(): ExecutionStatus {
    return this.#result?.status ?? "RUNNING";
  }

  get output(): JsonValue | undefined {
    return this.#result?.output;
  }

  get error(): string | undefined {
    return this.#result?.error;
  }

  get cause(): string | undefined {
    return this.#result?.cause;
  }

  /** State transitions billed so far: one for the start, one for every state entered, one for every retry. */
  get transitions(): number {
    return this.#run.transitions;
  }

  get historyEvents(): number {
    return this.#run.historyEvents;
  }

  /** Whether the Region that runs it is dark. */
  get paused(): boolean {
    return this.#gate.dark;
  }

  /** StopExecution: what runs is abandoned, late answers are ignored. Does nothing to what has ended. */
  stop(error?: string, cause?: string): void {
    this.#end({ status: "ABORTED", output: undefined, error, cause });
  }

  /**
   * The Region's Step Functions goes dark: no state is entered or left, no function called, no timer heeded, no token
   * answered, until `resume`. Functions in flight run on, and their answers are held for the return. Time passes:
   * what fell due in the dark happens on the return, in the order in which it fell due.
   */
  pause(): void {
    this.#darken("kept");
  }

  /**
   * As `pause`, and the functions in flight are lost with the Region: their answers are ignored, and on the return each
   * of their tasks fails with `error`, for Retry and Catch to handle. A task that waits for a token, its function having
   * answered, goes on waiting.
   */
  crash(error = "Lambda.ServiceException"): void {
    if (!this.#darken("lost")) return;
    const lost = new StateFailure(error, "The Region went dark while the function ran");
    for (const lose of [...this.#run.inFlight]) lose(lost);
  }

  /** The Region returns, and the execution goes on from where it stood. */
  resume(): void {
    if (!this.#gate.dark || this.#result !== undefined) return;
    this.#run.observe({ type: "executionResumed" });
    this.#gate.lighten();
  }

  #darken(inFlight: "kept" | "lost"): boolean {
    if (this.#result !== undefined || (this.#gate.dark && inFlight === "kept")) return false;
    this.#gate.darken();
    this.#run.observe({ type: "executionPaused", inFlight });
    return true;
  }

  async #go(input: JsonValue): Promise<void> {
    const run = this.#run;
    try {
      await Promise.resolve();
      while (this.#strand.blocked) await this.#strand.unblocked();
      run.transitions++;
      run.record(1);
      run.observe({ type: "executionStarted", input });
      const variables = new Variables();
      const output = await runGroup(run.machine, input, { run, strand: this.#strand, variables, item: undefined });
      while (this.#strand.blocked) await this.#strand.unblocked();
      this.#end({ status: "SUCCEEDED", output, error: undefined, cause: undefined });
    } catch (thrown) {
      if (thrown instanceof Cancelled) return;
      if (!(thrown instanceof StateFailure)) {
        this.#strand.cancel();
        this.#stopTimeout();
        this.#settle.reject(thrown);
        return;
      }
      await this.#lit();
      this.#end({ status: "FAILED", output: undefined, error: thrown.error, cause: thrown.explanation });
    }
  }

  /** An execution does not end in the dark either. */
  async #lit(): Promise<void> {
    try {
      while (this.#strand.blocked) await this.#strand.unblocked();
    } catch (thrown) {
      if (!(thrown instanceof Cancelled)) throw thrown;
    }
  }

  #timeOut(): void {
    this.#end({ status: "TIMED_OUT", output: undefined, error: "States.Timeout", cause: undefined });
  }

  #end(result: ExecutionResult): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#stopTimeout();
    this.#strand.cancel();
    this.#run.historyEvents++;
    try {
      this.#run.observe({ type: "executionEnded", ...result });
    } catch (defect) {
      this.#settle.reject(defect);
      return;
    }
    this.#settle.resolve(result);
  }
}
