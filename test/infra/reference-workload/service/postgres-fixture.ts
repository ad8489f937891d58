import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { renderSchema } from "../../../../infra/reference-workload/schema.ts";
import { NotConnectedError, type SqlRoute } from "../../../../infra/reference-workload/service/database.ts";

export const regions = ["us-east-1", "eu-west-1"];

/** A real PostgreSQL, in this process, with the schema that the stack applies and what only Amazon's has. */
export async function startPostgres(): Promise<PGlite> {
  const postgres = await PGlite.create();
  await postgres.exec("CREATE ROLE rds_iam");
  await postgres.exec(renderSchema(regions));
  return postgres;
}

/** A way to it that remembers what was sent. `readOnly` is how an instance behaves that cannot, or may not, write. */
export function routeTo(
  postgres: PGlite,
  instance: "writable" | "readOnly" | "unreachable" | "losesAnswers",
): SqlRoute & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    async query(text, values) {
      if (instance === "unreachable") throw new NotConnectedError("No connection");
      sent.push(text);
      await postgres.exec(`SET default_transaction_read_only = ${instance === "readOnly" ? "on" : "off"}`);
      const answer = await postgres.query(text, [...values]);
      if (instance === "losesAnswers") throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
      return answer;
    },
    close: async () => {},
  };
}

/** A port whose connections are handed to `onConnection`. */
export async function openPort(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
