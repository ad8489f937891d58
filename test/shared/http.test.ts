import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from "node:tls";
import type { Clock } from "../../functions/shared/clock.ts";
import { createHttpProber } from "../../functions/shared/http.ts";
import { certificate } from "../fixtures/certificate.ts";
import { refusingUrl, startHttpServer, startHttpsServer, startTcpServer, type TestServer } from "./servers.ts";

/** Each look at it is seven milliseconds after the one before. */
function tickingClock(): Clock {
  let now = 0;
  return {
    now() {
      now += 7;
      return now;
    },
    sleep: async () => {},
  };
}

let server: TestServer | null = null;

afterEach(async () => {
  await server?.stop();
  server = null;
});

const question = { method: "GET", timeoutMs: 5_000, servedByHeader: "X-Served-By-Region" } as const;
const impatient = { ...question, timeoutMs: 200 } as const;

async function probe(listener: RequestListener, request: typeof question | typeof impatient = question) {
  server = await startHttpServer(listener);
  return createHttpProber(tickingClock()).probe({ ...request, url: `${server.url}/health` });
}

describe("What a probe counts as served", () => {
  it.each([200, 204, 301, 302, 399])("HTTP %i", async (status) => {
    const result = await probe((_request, response) => response.writeHead(status).end());

    expect(result).toEqual({ kind: "served", status, latencyMs: 7, servedBy: null });
  });

  it.each([400, 404, 500, 503])("not HTTP %i", async (status) => {
    const result = await probe((_request, response) => response.writeHead(status).end("sorry"));

    expect(result).toEqual({ kind: "failed", reason: `HTTP ${status}`, latencyMs: 7, status });
  });

  it("a page longer than anybody needs to see, and hangs up", async () => {
    const result = await probe((_request, response) => {
      const pour = () => {
        while (response.write("x".repeat(16_384)));
        response.once("drain", pour);
      };
      pour();
    });

    expect(result.kind).toBe("served");
  });

  it("a redirect without following it", async () => {
    let requests = 0;
    await probe((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });

    expect(requests).toBe(1);
  });
});

describe("Which Region a probe says has answered", () => {
  it.each([
    ["eu-west-1", "eu-west-1"],
    [" eu-west-1 ", "eu-west-1"],
    ["", null],
    ["x".repeat(33), null],
  ])("header %j: %j", async (header, servedBy) => {
    const result = await probe((_request, response) =>
      response.writeHead(200, { "x-served-by-region": header }).end("ok"),
    );

    expect(result).toMatchObject({ kind: "served", servedBy });
  });
});

describe("A probe that fails is an answer, never an exception", () => {
  it("nothing is ever said", async () => {
    server = await startTcpServer(() => {});

    const result = await createHttpProber(tickingClock()).probe({ ...impatient, url: server.url });

    expect(result).toEqual({ kind: "failed", reason: "timed out after 200 ms", latencyMs: 7 });
  });

  it("the page begins and stalls", async () => {
    const result = await probe((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
    }, impatient);

    expect(result).toEqual({ kind: "failed", reason: "timed out after 200 ms", latencyMs: 7 });
  });

  it("the connection is reset", async () => {
    server = await startTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()));

    const result = await createHttpProber(tickingClock()).probe({ ...question, url: server.url });

    expect(result).toEqual({ kind: "failed", reason: "ECONNRESET", latencyMs: 7 });
  });

  it("the page breaks off", async () => {
    const result = await probe((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });

    expect(result).toEqual({ kind: "failed", reason: "ECONNRESET", latencyMs: 7 });
  });

  it("nobody listens", async () => {
    const url = await refusingUrl();

    const result = await createHttpProber(tickingClock()).probe({ ...question, url });

    expect(result).toEqual({ kind: "failed", reason: "ECONNREFUSED", latencyMs: 7 });
  });

  it("the answer is not HTTP", async () => {
    server = await startTcpServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));

    const result = await createHttpProber(tickingClock()).probe({ ...question, url: server.url });

    expect(result).toMatchObject({ kind: "failed", reason: expect.stringMatching(/^HPE_/) });
  });

  it("the server does not speak TLS", async () => {
    server = await startHttpServer((_request, response) => response.end());
    const url = server.url.replace("http:", "https:");

    const result = await createHttpProber(tickingClock()).probe({ ...question, url });

    expect(result).toMatchObject({ kind: "failed" });
  });

  it.each(["no address", "ftp://example.com"])("the address is %j", async (url) => {
    const result = await createHttpProber(tickingClock()).probe({ ...question, url });

    expect(result.kind).toBe("failed");
  });

  it("the time given is none", async () => {
    const result = await createHttpProber(tickingClock()).probe({
      ...question,
      timeoutMs: -1,
      url: "http://127.0.0.1",
    });

    expect(result.kind).toBe("failed");
  });
});

describe("Every probe is a new customer", () => {
  it("with a connection of its own", async () => {
    server = await startHttpServer((_request, response) => response.end("ok"));
    const prober = createHttpProber(tickingClock());

    await prober.probe({ ...question, url: server.url });
    await prober.probe({ ...question, url: server.url });

    expect(server.connections()).toBe(2);
  });

  it("who asks with the method given, past caches", async () => {
    const seen: unknown[] = [];
    server = await startHttpServer((request, response) => {
      seen.push([request.method, request.headers["cache-control"], request.headers["user-agent"]]);
      response.end();
    });

    await createHttpProber().probe({ ...question, method: "POST", url: server.url });

    expect(seen).toEqual([["POST", "no-cache", "region-failover-probe"]]);
  });
});

describe("An address may be given, at which the name is asked for", () => {
  const trusted = getCACertificates("default");

  beforeAll(() => setDefaultCACertificates([...trusted, certificate]));
  afterAll(() => setDefaultCACertificates(trusted));

  async function probeAt(address: string, host: string, start = startHttpsServer) {
    const asked: unknown[] = [];
    server = await start((request, response) => {
      const { servername } = request.socket as Socket & Partial<TLSSocket>;
      asked.push([request.headers.host, servername]);
      response.writeHead(200, { "x-served-by-region": "eu-west-1" }).end("ok");
    });
    const { port, protocol } = new URL(server.url);
    const url = `${start === startHttpsServer ? "https:" : protocol}//${host}:${port}/health`;
    const result = await createHttpProber(tickingClock()).probe({ ...question, url, address });
    return { result, asked, port };
  }

  it("as Host and by SNI, its certificate checked, and never looked up", async () => {
    const { result, asked, port } = await probeAt("127.0.0.1", "shop.example.com");

    expect(result).toEqual({ kind: "served", status: 200, latencyMs: 7, servedBy: "eu-west-1" });
    expect(asked).toEqual([[`shop.example.com:${port}`, "shop.example.com"]]);
  });

  it("without TLS as well", async () => {
    const { result, asked, port } = await probeAt("127.0.0.1", "name.invalid", startHttpServer);

    expect(result).toMatchObject({ kind: "served", servedBy: "eu-west-1" });
    expect(asked).toEqual([[`name.invalid:${port}`, undefined]]);
  });

  it("and whoever has no certificate for that name is not taken for it", async () => {
    const { result, asked } = await probeAt("127.0.0.1", "www.example.com");

    expect(result).toEqual({ kind: "failed", reason: "ERR_TLS_CERT_ALTNAME_INVALID", latencyMs: 7 });
    expect(asked).toEqual([]);
  });

  it.each(["", "localhost", "256.0.0.1"])("and is an address: not %j", async (address) => {
    const { result, asked } = await probeAt(address, "shop.example.com");

    expect(result.kind).toBe("failed");
    expect(asked).toEqual([]);
  });
});
