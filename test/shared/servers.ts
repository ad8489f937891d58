import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { certificate, privateKey } from "../fixtures/certificate.ts";

/** A server on this machine that a test starts, asks and stops. */
export interface TestServer {
  readonly url: string;
  /** Connections that were made so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/** Answers HTTP as `listener` says. */
export function startHttpServer(listener: RequestListener): Promise<TestServer> {
  return start(createServer(listener));
}

/** The same over TLS, with the certificate of shop.example.com that test/fixtures holds. */
export function startHttpsServer(listener: RequestListener): Promise<TestServer> {
  return start(createTlsServer({ cert: certificate, key: privateKey }, listener));
}

/** Does with a connection what `accept` does, which may be nothing at all. */
export function startTcpServer(accept: (socket: Socket) => void): Promise<TestServer> {
  return start(createTcpServer((socket) => accept(socket.on("error", () => {}))));
}

/** The address of a port on which nobody listens: it was free a moment ago. */
export async function refusingUrl(): Promise<string> {
  const server = await startTcpServer(() => {});
  await server.stop();
  return server.url;
}

async function start(server: ReturnType<typeof createTcpServer>): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
