import { errorMessage, errorName } from "../../functions/shared/errors.ts";
import { integerBetween, type Random } from "../../functions/shared/random.ts";
import type { VirtualClock } from "../clock.ts";
import { type HandlerFactory, InvocationError } from "./lambda/handler.ts";
import { LiveInvocation } from "./lambda/invocation.ts";
import { Sandboxes } from "./lambda/sandboxes.ts";
import type { Processes } from "./processes.ts";
import type { Regions } from "./regions.ts";
import type { Caller } from "./service.ts";

export interface FunctionConfiguration {
  /** @default 900, the most that AWS allows */
  readonly timeoutSeconds?: number;
  /** Concurrent invocations in a Region. @default without bound */
  readonly reservedConcurrency?: number;
}

/** On whose behalf a function is invoked. */
export interface InvocationOrigin {
  /** ARN of the Step Functions execution; null for a scheduled function. */
  readonly execution: string | null;
  readonly state: string | null;
}

export interface LambdaOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly processes: Processes;
  readonly registry: ReadonlyMap<string, HandlerFactory>;
  /** By function name. @default none configured */
  readonly functions?: Readonly<Record<string, FunctionConfiguration>>;
}

/** Lambda in every Region. */
export class SimulatedLambda {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: Regions;
  readonly #processes: Processes;
  readonly #registry: ReadonlyMap<string, HandlerFactory>;
  readonly #functions: Readonly<Record<string, FunctionConfiguration>>;
  readonly #sandboxes: Sandboxes;
  #invocations = 0;

  constructor(options: LambdaOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#regions = options.regions;
    this.#processes = options.processes;
    this.#registry = options.registry;
    this.#functions = options.functions ?? {};
    this.#sandboxes = new Sandboxes(options.clock, options.random);
    options.regions.subscribe((change) => {
      if (change.kind === "health" && change.after === "dark") this.#sandboxes.lose(change.region);
    });
  }

  /**
   * Runs a function and answers with what it returns, as JSON carries it. Never settles when the Region is or goes dark:
   * whoever invoked it there is gone too.
   * @throws InvocationError named as the function's own error; `Lambda.Unknown` when the process crashed,
   * `Sandbox.Timedout`, `Lambda.TooManyRequestsException`
   */
  invoke(region: string, functionName: string, payload: unknown, origin: InvocationOrigin): Promise<unknown> {
    const factory = this.#registry.get(functionName);
    if (factory === undefined) {
      return Promise.reject(
        new InvocationError("Lambda.ResourceNotFoundException", `Function not found: ${functionName} in ${region}`),
      );
    }
    return new Promise((resolve, reject) => {
      if (!this.#regions.runs(region)) return;
      const { timeoutSeconds = 900, reservedConcurrency } = this.#functions[functionName] ?? {};
      const sandbox = this.#sandboxes.take(region, functionName, reservedConcurrency ?? Number.POSITIVE_INFINITY);
      if (sandbox === null) {
        reject(new InvocationError("Lambda.TooManyRequestsException", `Rate Exceeded: ${functionName} in ${region}`));
        return;
      }
      const event: unknown = JSON.parse(JSON.stringify(payload ?? null));
      const caller: Caller = { region, functionName, invocation: this.#nextRequestId(), ...origin };
      const live = new LiveInvocation(this.#clock, this.#processes, caller, timeoutSeconds * 1_000, {
        resolve,
        reject,
        release: (as) => this.#sandboxes.release(sandbox, as),
      });
      this.#clock.schedule(sandbox.startMilliseconds, () => void this.#run(live, factory, event));
      live.begin();
    });
  }

  async #run(live: LiveInvocation, factory: HandlerFactory, event: unknown): Promise<void> {
    if (live.over) return;
    live.start();
    try {
      const result = await factory(live.caller)(event, live.context);
      live.succeed(result);
    } catch (error) {
      live.fail(new InvocationError(errorName(error), errorMessage(error)));
    }
  }

  #nextRequestId(): string {
    this.#invocations++;
    const noise = integerBetween(this.#random, 0, 0xffffff).toString(16).padStart(6, "0");
    return `${String(this.#invocations).padStart(6, "0")}-${noise}`;
  }
}
