import { simulatedAccount } from "../../account.ts";
import type { VirtualClock } from "../../clock.ts";
import type { Processes } from "../processes.ts";
import type { Caller } from "../service.ts";
import { InvocationError, type LambdaContext } from "./handler.ts";

/** How an invocation reports to Lambda's service. */
interface Reports {
  resolve(result: unknown): void;
  reject(error: InvocationError): void;
  release(as: "idle" | "lost"): void;
}

/**
 * One invocation from its request to its end. Two clocks bound it: the service tells the invoker of a timeout by true
 * time, while the process is killed by its own, which stands still with it. A process that froze may so wake after its
 * invoker has given it up, and is then a zombie (FM24).
 */
export class LiveInvocation {
  readonly caller: Caller;
  readonly context: LambdaContext;
  readonly #clock: VirtualClock;
  readonly #processes: Processes;
  readonly #timeoutMs: number;
  readonly #reports: Reports;
  #killAt = Number.POSITIVE_INFINITY;
  #cancelTimeout: () => void = () => {};
  #answered = false;

  constructor(clock: VirtualClock, processes: Processes, caller: Caller, timeoutMs: number, reports: Reports) {
    this.caller = caller;
    this.#clock = clock;
    this.#processes = processes;
    this.#timeoutMs = timeoutMs;
    this.#reports = reports;
    const { region, functionName, invocation } = caller;
    this.context = {
      awsRequestId: invocation,
      functionName,
      invokedFunctionArn: `arn:aws:lambda:${region}:${simulatedAccount}:function:${functionName}`,
      getRemainingTimeInMillis: () => Math.max(0, this.#killAt - clock.now()),
    };
  }

  /** Whether the process has ended, whatever its end was. */
  get over(): boolean {
    return !this.#processes.isRunning(this.caller.invocation);
  }

  begin(): void {
    this.#processes.begin(
      this.caller,
      () => this.#crashed(),
      (milliseconds) => {
        this.#killAt += milliseconds;
      },
    );
  }

  /** The handler begins, and its time to run. */
  start(): void {
    this.#killAt = this.#clock.now() + this.#timeoutMs;
    this.#cancelTimeout = this.#clock.schedule(this.#timeoutMs, () => this.#timedOut());
  }

  succeed(result: unknown): void {
    if (this.over) return;
    this.#end("idle");
    const text = JSON.stringify(result);
    this.#answer(() => this.#reports.resolve(text === undefined ? null : JSON.parse(text)));
  }

  fail(error: InvocationError): void {
    if (this.over) return;
    this.#end("idle");
    this.#answer(() => this.#reports.reject(error));
  }

  #crashed(): void {
    this.#cancelTimeout();
    this.#reports.release("lost");
    const exited = `RequestId: ${this.caller.invocation} Error: Runtime exited with error: signal: killed`;
    this.#answer(() => this.#reports.reject(new InvocationError(...this.#nameOfCrash(exited))));
  }

  /**
   * A process that ends has one of two names, and nobody is told which it will be: the runtime's own word, or, where that
   * was lost with it, Step Functions' guess, whose cause is a sentence with JSON in it and not JSON.
   */
  #nameOfCrash(message: string): readonly [name: string, message: string] {
    const serial = Number.parseInt(this.caller.invocation, 10);
    if (serial % 2 === 0) return ["Runtime.ExitError", message];
    return [
      "Lambda.Unknown",
      `The cause could not be determined because Lambda did not return an error type. Returned payload: ${JSON.stringify({ errorMessage: message })}`,
    ];
  }

  #timedOut(): void {
    if (this.over) return;
    const seconds = (this.#timeoutMs / 1_000).toFixed(2);
    const message = `RequestId: ${this.caller.invocation} Error: Task timed out after ${seconds} seconds`;
    this.#answer(() => this.#reports.reject(new InvocationError("Sandbox.Timedout", message)));
    this.#kill();
  }

  #kill(): void {
    if (this.over) return;
    const restMs = this.#killAt - this.#clock.now();
    if (restMs > 0) {
      this.#clock.schedule(restMs, () => this.#kill());
      return;
    }
    this.#processes.end(this.caller.invocation, "dead");
    this.#reports.release("lost");
  }

  #end(as: "idle" | "lost"): void {
    this.#cancelTimeout();
    this.#processes.end(this.caller.invocation, "over");
    this.#reports.release(as);
  }

  #answer(report: () => void): void {
    if (this.#answered) return;
    this.#answered = true;
    report();
  }
}
