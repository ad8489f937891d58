import { type CallFailure, classifyCallError, errorName } from "../../functions/shared/errors.ts";
import type { Cloud } from "./backend.ts";

/** What the adapters expect of one service, one sentence a case. */
export interface Contract {
  readonly service: string;
  readonly cases: Readonly<Record<string, (cloud: Cloud) => Promise<void>>>;
}

/** How a call was refused, as the adapters see it. */
export interface Refusal {
  readonly name: string;
  readonly sortedAs: CallFailure;
}

/** The refusal of a call that must not succeed. @throws Error when it does */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    return { name: errorName(error), sortedAs: classifyCallError(error) };
  }
  throw new Error(`The call was to be refused: received ${JSON.stringify(answer)?.slice(0, 300)}`);
}
