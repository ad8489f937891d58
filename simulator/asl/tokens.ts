import type { JsonValue } from "./json.ts";

/** How a token answer is refused (API Reference, SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat). */
export type TokenErrorName = "InvalidToken" | "TaskDoesNotExist" | "TaskTimedOut" | "ServiceUnavailable";

export class TokenError extends Error {
  override readonly name: TokenErrorName;

  constructor(name: TokenErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/** A task that waits for an answer by token. */
export interface WaitingTask {
  succeed(output: JsonValue): void;
  fail(error: string, cause: string): void;
  /** Another HeartbeatSeconds begin. */
  heartbeat(): void;
  /** Whether the Region's Step Functions is dark, so that its API cannot be reached. */
  unreachable(): boolean;
}

/** The task tokens of one Region's Step Functions: minted by the interpreter, answered by the host. */
export class TaskTokens {
  #minted = 0;
  readonly #waiting = new Map<string, WaitingTask>();
  readonly #closed = new Set<string>();

  /** A token no other task has; a retried task gets a new one. */
  mint(executionArn: string): string {
    this.#minted++;
    return Buffer.from(`task/${this.#minted}/${executionArn}`, "utf8").toString("base64url");
  }

  open(token: string, task: WaitingTask): void {
    this.#waiting.set(token, task);
  }

  /** The task has ended: an answer that comes now comes too late. */
  close(token: string): void {
    if (this.#waiting.delete(token)) this.#closed.add(token);
  }

  /** SendTaskSuccess. @throws TokenError */
  succeedTask(token: string, output: JsonValue): void {
    const task = this.#find(token);
    this.close(token);
    task.succeed(output);
  }

  /** SendTaskFailure. @throws TokenError */
  failTask(token: string, error: string, cause: string): void {
    const task = this.#find(token);
    this.close(token);
    task.fail(error, cause);
  }

  /** SendTaskHeartbeat. @throws TokenError */
  heartbeat(token: string): void {
    this.#find(token).heartbeat();
  }

  #find(token: string): WaitingTask {
    const task = this.#waiting.get(token);
    if (task !== undefined) {
      if (task.unreachable()) throw new TokenError("ServiceUnavailable", "The Region's Step Functions does not answer");
      return task;
    }
    if (this.#closed.has(token)) {
      throw new TokenError("TaskTimedOut", "The token has expired, or its task has already been closed");
    }
    if (!Buffer.from(token, "base64url").toString("utf8").startsWith("task/")) {
      throw new TokenError("InvalidToken", `Not a task token: received ${JSON.stringify(token)}`);
    }
    throw new TokenError("TaskDoesNotExist", `No task has this token: received ${JSON.stringify(token)}`);
  }
}
