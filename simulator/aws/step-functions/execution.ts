import type { ExecutionEvent, ExecutionStatus } from "../../asl/events.ts";
import type { Execution } from "../../asl/execution.ts";
import type { JsonValue } from "../../asl/json.ts";

/** A state that an execution has entered. */
export interface VisitedState {
  readonly state: string;
  /** Which Parallel branch or Map iteration, such as `Converge[1]`; empty at the top. */
  readonly branch: string;
  readonly enteredAt: number;
}

/** One execution as an onlooker sees it. */
export class ExecutionRecord {
  readonly name: string;
  readonly arn: string;
  readonly machine: string;
  readonly region: string;
  readonly input: JsonValue;
  readonly startedAt: number;
  /** Who started it: a caller of StartExecution, or a rule of the event bus. */
  readonly startedBy: "api" | "event";
  readonly states: VisitedState[] = [];
  endedAt: number | null = null;
  readonly #lastOfBranch = new Map<string, string>();
  #execution: Execution | null = null;

  constructor(fields: {
    readonly name: string;
    readonly arn: string;
    readonly machine: string;
    readonly region: string;
    readonly input: JsonValue;
    readonly startedAt: number;
    readonly startedBy: "api" | "event";
  }) {
    this.name = fields.name;
    this.arn = fields.arn;
    this.machine = fields.machine;
    this.region = fields.region;
    this.input = fields.input;
    this.startedAt = fields.startedAt;
    this.startedBy = fields.startedBy;
  }

  attach(execution: Execution): void {
    this.#execution = execution;
  }

  note(event: ExecutionEvent): void {
    if (event.type === "stateEntered") {
      this.states.push({ state: event.state, branch: event.branch, enteredAt: event.at });
      this.#lastOfBranch.set(event.branch, event.state);
    } else if (event.type === "executionEnded") {
      this.endedAt = event.at;
    }
  }

  /** Whether the state that some branch entered last is one of `names`. */
  isIn(names: ReadonlySet<string>): boolean {
    for (const state of this.#lastOfBranch.values()) if (names.has(state)) return true;
    return false;
  }

  get status(): ExecutionStatus {
    return this.#execution?.status ?? "RUNNING";
  }

  get output(): JsonValue | undefined {
    return this.#execution?.output;
  }

  get error(): string | undefined {
    return this.#execution?.error;
  }

  get cause(): string | undefined {
    return this.#execution?.cause;
  }

  /** State transitions as AWS bills them. */
  get transitions(): number {
    return this.#execution?.transitions ?? 0;
  }

  get historyEvents(): number {
    return this.#execution?.historyEvents ?? 0;
  }

  /** Whether its Region is dark. */
  get paused(): boolean {
    return this.#execution?.paused ?? false;
  }

  stop(error: string | undefined, cause: string | undefined): void {
    this.#execution?.stop(error, cause);
  }

  crash(): void {
    this.#execution?.crash();
  }

  resume(): void {
    this.#execution?.resume();
  }
}
