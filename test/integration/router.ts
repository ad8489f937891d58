import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorMessage } from "../../functions/shared/errors.ts";
import type { JsonValue } from "../../simulator/asl/json.ts";
import { scopeOf } from "./scope.ts";

/** One invocation of a Lambda function. */
export interface Invocation {
  /** As the state machine names it: a name or an ARN. */
  readonly functionName: string;
  readonly region: string;
  readonly payload: JsonValue;
}

/**
 * What a function does. An error that it throws is the function's own, under its `name`; one whose name begins with
 * `Lambda.` is answered as the Lambda service's.
 */
export type RoutedFunction = (invocation: Invocation) => Promise<JsonValue | undefined> | JsonValue | undefined;

/** Lambda's Invoke in this process: a server calls it over HTTP, and functions of the test answer. */
export interface FunctionRouter {
  readonly port: number;
  /** Invocations so far, in the order in which they came. */
  readonly invocations: readonly Invocation[];
  /** From now on `run` answers every invocation. */
  use(run: RoutedFunction): void;
  close(): Promise<void>;
}

const invoke = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?(?:\?.*)?$/;

export async function startFunctionRouter(): Promise<FunctionRouter> {
  const invocations: Invocation[] = [];
  let run: RoutedFunction = ({ functionName }) => {
    throw Object.assign(new Error(`No function was given to the router for ${functionName}`), {
      name: "Lambda.ResourceNotFoundException",
    });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500).end(errorMessage(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, encoded] = invoke.exec(request.url ?? "") ?? [];
    if (request.method !== "POST" || encoded === undefined) {
      fail(response, 501, "NotImplemented", `Only Lambda's Invoke is routed here: ${request.method} ${request.url}`);
      return;
    }
    const body = await textOf(request);
    const invocation: Invocation = {
      functionName: decodeURIComponent(encoded),
      region: scopeOf(request)?.region ?? "",
      payload: body === "" ? {} : JSON.parse(body),
    };
    invocations.push(invocation);
    try {
      const result = await run(invocation);
      response.writeHead(200, { "Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST" });
      response.end(JSON.stringify(result ?? null));
    } catch (error) {
      const name = error instanceof Error ? error.name : "Error";
      if (name.startsWith("Lambda.")) {
        fail(response, 500, name.slice("Lambda.".length), errorMessage(error));
        return;
      }
      response.writeHead(200, { "Content-Type": "application/json", "X-Amz-Function-Error": "Unhandled" });
      response.end(JSON.stringify({ errorType: name, errorMessage: errorMessage(error), trace: [] }));
    }
  }

  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  return {
    port: (server.address() as AddressInfo).port,
    invocations,
    use: (given) => {
      run = given;
    },
    close: () =>
      new Promise((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      }),
  };
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  // moto reads the request's id from the answer, and breaks down where there is none.
  response.writeHead(status, { "Content-Type": "application/json", "X-Amzn-ErrorType": code, "X-Amzn-RequestId": "1" });
  response.end(JSON.stringify({ Type: status < 500 ? "User" : "Service", Message: message, message }));
}

/** The whole body of a request. */
export async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
