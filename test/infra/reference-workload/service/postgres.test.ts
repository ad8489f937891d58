import { PGlite } from "@electric-sql/pglite";
import { silentLogger } from "../../../../functions/shared/logger.ts";
import { NotConnectedError, type SqlRoute } from "../../../../infra/reference-workload/service/database.ts";
import { createPostgresRoute, openPostgresRoute } from "../../../../infra/reference-workload/service/postgres.ts";
import { openPort } from "./postgres-fixture.ts";

/** Opens what `use` needs and closes it again, however it ends. */
async function withRoute(
  onConnection: Parameters<typeof openPort>[0],
  use: (route: SqlRoute) => Promise<void>,
): Promise<void> {
  const server = await openPort(onConnection);
  const route = createPostgresRoute({
    host: "127.0.0.1",
    port: server.port,
    database: "postgres",
    user: "postgres",
    password: () => "token",
    logger: silentLogger,
  });
  try {
    await use(route);
  } finally {
    await route.close();
    await server.close();
  }
}

describe("over the wire", () => {
  let postgres: PGlite;
  beforeAll(async () => {
    postgres = await PGlite.create();
  });
  afterAll(() => postgres.close());

  it("asks a real PostgreSQL and keeps SQLSTATE of what it refuses", async () => {
    // Prepare: PGlite speaks the protocol, message by message; the messages of a connection must stay in order.
    let turn = Promise.resolve();
    const speak: Parameters<typeof openPort>[0] = (socket) =>
      socket.on("data", (bytes) => {
        turn = turn.then(async () => {
          socket.write(await postgres.execProtocolRaw(new Uint8Array(bytes)));
        });
      });

    await withRoute(speak, async (route) => {
      // Act
      const { rows } = await route.query("SELECT $1::int + 1 AS sum", [41]);
      const refused = route.query("SET TRANSACTION READ ONLY; CREATE TABLE t (a int)", []);

      // Assess
      expect(rows).toEqual([{ sum: 42 }]);
      await expect(refused).rejects.toMatchObject({ code: "25006" });
    });
  });

  it("says that nothing was sent when nobody listens", async () => {
    const server = await openPort(() => {});
    await server.close();
    const route = createPostgresRoute({
      host: "127.0.0.1",
      port: server.port,
      database: "postgres",
      user: "postgres",
      password: () => "token",
      logger: silentLogger,
    });
    await expect(route.query("SELECT 1", [])).rejects.toThrow(NotConnectedError);
    await route.close();
  });

  it("says so too when a listener never speaks, instead of waiting for it", async () => {
    await withRoute(
      () => {},
      async (route) => {
        await expect(route.query("SELECT 1", [])).rejects.toThrow(NotConnectedError);
      },
    );
  });

  it("does not take silence after the login for a refusal", async () => {
    // Prepare: "you are in, ask" (AuthenticationOk, ReadyForQuery), and never another word.
    const welcome = Buffer.from("520000000800000000" + "5a0000000549", "hex");
    await withRoute(
      (socket) => socket.once("data", () => socket.write(welcome)),
      async (route) => {
        const answer = route.query("UPDATE mark SET token = $1", ["t"]);
        await expect(answer).rejects.toThrow(expect.not.objectContaining({ name: "NotConnectedError" }));
      },
    );
  });
});

describe("to Aurora", () => {
  it("speaks TLS or not at all: whoever answers that he has none is told nothing", async () => {
    // Prepare: PostgreSQL's "N" to the request for TLS.
    const heard: Buffer[] = [];
    const server = await openPort((socket) =>
      socket.on("data", (bytes) => {
        heard.push(bytes);
        socket.write("N");
      }),
    );
    const route = openPostgresRoute({
      region: "eu-west-1",
      host: "127.0.0.1",
      port: server.port,
      database: "workload",
      user: "workload",
      logger: silentLogger,
    });

    // Act
    const answer = route.query("SELECT 1", []);

    // Assess: eight bytes, the request itself (length 8, code 80877103).
    await expect(answer).rejects.toThrow(NotConnectedError);
    expect(Buffer.concat(heard).toString("hex")).toBe("0000000804d2162f");
    await route.close();
    await server.close();
  });
});
