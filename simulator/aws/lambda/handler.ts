import type { Caller } from "../service.ts";

/** What Lambda hands a handler besides the event. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** Makes the handler of one invocation, with dependencies that know who calls. */
export type HandlerFactory = (caller: Caller) => LambdaHandler;

/** An error as Lambda's service reports it (`Lambda.Unknown`), or a function's own as it is carried over the wire. */
export class InvocationError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
