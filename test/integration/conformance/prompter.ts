import { isObject, type JsonValue } from "../../../simulator/asl/json.ts";
import type { Reply, Script } from "./case.ts";

/** Hands out the replies of a script. */
export class Prompter {
  readonly #script: Script;
  readonly #calls = new Map<string, number>();

  constructor(script: Script) {
    this.#script = script;
  }

  /** The reply to this call of the function. @throws Error when the script does not know it. */
  next(functionName: string): Reply {
    const replies = this.#script[functionName];
    if (replies === undefined) throw new Error(`The script has no function ${functionName}`);
    const made = this.#calls.get(functionName) ?? 0;
    this.#calls.set(functionName, made + 1);
    return replies[made] ?? replies.at(-1) ?? replies[0];
  }
}

/** The task token that a payload carries. */
export function tokenIn(payload: JsonValue): string {
  const token = isObject(payload) ? payload.token : undefined;
  if (typeof token !== "string") throw new Error(`The payload carries no token: ${JSON.stringify(payload)}`);
  return token;
}
