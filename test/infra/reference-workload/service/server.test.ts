import type { Clock } from "../../../../functions/shared/clock.ts";
import { NoAnswerError } from "../../../../infra/reference-workload/service/deadline.ts";
import { createLineLogger } from "../../../../infra/reference-workload/service/log.ts";
import { createService, livePath } from "../../../../infra/reference-workload/service/server.ts";
import type { Database, Sessions } from "../../../../infra/reference-workload/service/stores.ts";

/** Stands still; sleeps never end, so whatever ends a wait is not the clock. */
const frozenClock: Clock = { now: () => Date.UTC(2026, 10, 1), sleep: () => new Promise(() => {}) };
const region = "eu-west-1";
const mark = { region: "us-east-1", token: "t0", writtenAt: "2026-10-31T23:59:00.000Z" };
const servingSessions: Sessions = { read: async () => null, write: async () => {}, close: () => {} };
const servingDatabase: Database = {
  read: async () => ({ marks: [mark], writer: "elsewhere" }),
  write: async () => "reader",
  close: async () => {},
};

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

/** The service over real HTTP, with the stores given. */
async function serve(stores: { readonly sessions?: Partial<Sessions>; readonly database?: Partial<Database> } = {}) {
  const lines: string[] = [];
  let tokens = 0;
  const service = createService({
    region,
    paths: { health: "/health", write: "/health/write" },
    servedByHeader: "x-served-by-region",
    sessions: { ...servingSessions, ...stores.sessions },
    database: { ...servingDatabase, ...stores.database },
    clock: frozenClock,
    logger: createLineLogger((line) => lines.push(line), frozenClock),
    newToken: () => `token-${++tokens}`,
  });
  const port = await service.listen(0);
  let drained: Promise<void> | null = null;
  const drain = () => {
    drained ??= service.drain(1_000);
    return drained;
  };
  running.push(drain);
  return {
    lines,
    drain,
    ask: (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method, redirect: "manual" }),
  };
}

const refused = Object.assign(new Error("password authentication failed for user workload at 10.40.1.2"), {
  code: "28000",
});
const fail = async () => {
  throw refused;
};

describe("GET /health", () => {
  it("answers 200 and names the Region when both stores answered a read", async () => {
    const { ask } = await serve();
    const response = await ask("/health");
    expect(response.status).toBe(200);
    expect(response.headers.get("x-served-by-region")).toBe(region);
    expect(await response.json()).toMatchObject({ region, status: "serving", database: { state: "serving" } });
  });

  it("answers 200 while the database here is read-only: the loss of the writer is not the loss of every Region", async () => {
    const { ask } = await serve({ database: { write: fail } });
    const response = await ask("/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ database: { found: { writer: "elsewhere" } } });
  });

  it.each([
    ["sessions", { sessions: { read: fail } }],
    ["database", { database: { read: fail } }],
  ] as const)("answers 503 when a read of its %s fails", async (store, stores) => {
    const { ask } = await serve(stores);
    const response = await ask("/health");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: "failing", [store]: { state: "failing" } });
    expect(response.headers.get("x-served-by-region")).toBe(region);
  });
});

describe("POST /health/write", () => {
  it("writes one token to both stores and answers 200", async () => {
    const written: string[] = [];
    const { ask } = await serve({
      sessions: { write: async ({ token, writtenAt }) => void written.push(`${token} ${writtenAt}`) },
      database: {
        write: async (token) => {
          written.push(token);
          return "writer";
        },
      },
    });
    const response = await ask("/health/write", "POST");
    expect(response.status).toBe(200);
    expect(written).toEqual(["token-1 2026-11-01T00:00:00.000Z", "token-1"]);
    expect(await response.json()).toMatchObject({ status: "written", database: { found: "writer" } });
  });

  it.each([
    ["sessions", { sessions: { write: fail } }],
    ["database", { database: { write: fail } }],
  ] as const)("answers 503 when the %s did not take it", async (store, stores) => {
    const { ask } = await serve(stores);
    const response = await ask("/health/write", "POST");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ [store]: { state: "failing", reason: "Error 28000" } });
  });

  it("is not done by a GET", async () => {
    const written: string[] = [];
    const { ask } = await serve({ sessions: { write: async ({ token }) => void written.push(token) } });
    const response = await ask("/health/write");
    expect([response.status, response.headers.get("allow"), written]).toEqual([405, "POST", []]);
  });
});

describe("what leaves the service", () => {
  it("tells customers and logs the kind of an error, never its text", async () => {
    const { ask, lines } = await serve({ database: { read: fail } });
    const body = await (await ask("/health?token=hunter2")).text();
    expect(body).toContain("Error 28000");
    expect(lines).toHaveLength(1);
    expect(`${body}${lines.join("")}`).not.toMatch(/password|10\.40|hunter2/);
  });

  it("says which store gave no answer", async () => {
    const slow = async () => {
      throw new NoAnswerError("The database gave no answer within 1500 ms");
    };
    const { ask } = await serve({ database: { read: slow } });
    expect(await (await ask("/health")).text()).toContain("The database gave no answer within 1500 ms");
  });

  it("shows a person the Region, and escapes what stores say", async () => {
    const { ask } = await serve({
      database: {
        read: async () => ({ marks: [{ ...mark, region: "<script>alert(1)</script>" }], writer: "here" }),
      },
    });
    const response = await ask("/");
    const page = await response.text();
    expect(page).toContain("<h1>Served by eu-west-1</h1>");
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toContain("<script>");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("names the Region where there is nothing, too", async () => {
    const { ask } = await serve();
    const response = await ask("/constructor");
    expect([response.status, response.headers.get("x-served-by-region")]).toEqual([404, region]);
  });
});

describe("the load balancer's check", () => {
  it("asks no store: a database that fails must not cost the Region its instances", async () => {
    const { ask } = await serve({ sessions: { read: fail }, database: { read: fail } });
    expect((await ask(livePath)).status).toBe(200);
  });
});

describe("draining", () => {
  it("lets a request under way finish, takes no new one, then closes the stores", async () => {
    // Prepare: a read that is under way, and stores that say when they are closed.
    const events: string[] = [];
    let answer: () => void = () => {};
    const begun = Promise.withResolvers<void>();
    const { ask, drain } = await serve({
      sessions: { close: () => void events.push("sessions closed") },
      database: {
        read: () => {
          begun.resolve();
          return new Promise((resolve) => {
            answer = () => resolve({ marks: [], writer: "here" });
          });
        },
        close: async () => void events.push("database closed"),
      },
    });
    const underWay = ask("/health").then((response) => {
      events.push(`answered ${response.status}, ${response.headers.get("connection")}`);
    });
    await begun.promise;

    // Act
    const drained = drain();
    const late = await ask(livePath).catch(() => "refused");
    answer();
    await Promise.all([underWay, drained]);

    // Assess
    expect(late).toBe("refused");
    expect(events).toContain("answered 200, close");
    expect(events.slice(-2)).toEqual(expect.arrayContaining(["database closed"]));
    expect(events).toContain("sessions closed");
  });
});
