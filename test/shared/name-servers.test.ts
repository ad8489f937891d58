import { Packet } from "dns2";
import fc from "fast-check";
import type { NameServerAnswer } from "../../functions/shared/clients.ts";
import { systemClock } from "../../functions/shared/clock.ts";
import { createNameServerClient } from "../../functions/shared/name-servers.ts";
import { seededRandom } from "../../functions/shared/random.ts";
import {
  type Answer,
  answerTo,
  bind,
  framed,
  type NameServerScript,
  record,
  startNameServer,
  subnetOf,
  type TestNameServer,
} from "./dns/server.ts";

const name = "shop.example.com";
const subnet = "52.4.0.0/24";
/** As long as a loaded machine may need; what never comes is waited for no longer than `impatientMs`. */
const patientMs = 2_000;
const impatientMs = 100;

let server: TestNameServer | null = null;

afterEach(async () => {
  await server?.stop();
  server = null;
});

interface Asked {
  readonly name?: string;
  readonly subnet?: string | null;
  readonly timeoutMs?: number;
}

async function ask(script: NameServerScript, asked: Asked = {}): Promise<NameServerAnswer> {
  await server?.stop();
  server = await startNameServer(script);
  return askAgain(asked);
}

function askAgain(asked: Asked = {}): Promise<NameServerAnswer> {
  const client = createNameServerClient(seededRandom(1), { port: server?.port ?? 0, resolvers: null });
  const from = { name: "ns-1.awsdns-00.com", address: "127.0.0.1" };
  return client.ask({ name, subnet, timeoutMs: patientMs, server: from, ...asked });
}

function answering(answer: Answer): NameServerScript {
  return { datagram: (question, reply) => reply(answerTo(question, answer)) };
}

const shown = { kind: "addresses", addresses: ["54.74.1.1"], timeToLiveSeconds: 60 };
const notShown = (reason: string) => ({ kind: "notShown", reason });
const unheard = notShown("the name server does not answer in time");

describe("A name server is asked as a customer's resolver asks it", () => {
  it("for the customer's subnet, and answers by it", async () => {
    const regions: Readonly<Record<string, string>> = { "52.4.0.0/24": "54.144.1.1", "63.32.0.0/24": "54.74.1.1" };
    const script: NameServerScript = {
      datagram: (question, reply) =>
        reply(answerTo(question, { addresses: [regions[subnetOf(question) ?? ""] ?? ""] })),
    };

    const first = await ask(script);
    const second = await askAgain({ subnet: "63.32.0.0/24" });

    expect([first, second]).toEqual([
      { ...shown, addresses: ["54.144.1.1"] },
      { ...shown, addresses: ["54.74.1.1"] },
    ]);
  });

  it.each([
    ["52.4.0.0/14", "52.4.0.0/24"],
    ["52.4.7.0/24", "52.4.7.0/24"],
    ["52.4.7.128/25", "52.4.7.128/25"],
    [null, null],
  ])("with 24 bits at most of what is wider: %s as %s", async (given, told) => {
    let seen: string | null | undefined;
    const answer = await ask(
      {
        datagram: (question, reply) => {
          seen = subnetOf(question);
          reply(answerTo(question));
        },
      },
      { subnet: given },
    );

    expect({ seen, answer }).toEqual({ seen: told, answer: shown });
  });

  it("without recursion, in one question, with an id that is drawn", async () => {
    const seen: unknown[] = [];
    await ask({
      datagram: (question, reply) => {
        const { header, questions } = Packet.parse(question);
        seen.push([header.rd, header.qr, questions, header.id > 0]);
        reply(answerTo(question));
      },
    });

    expect(seen).toEqual([[0, 0, [{ name, type: Packet.TYPE.A, class: Packet.CLASS.IN }], true]]);
  });

  it.each([0, 0.5, 0.999_999])("whatever the id that is drawn: %f of all", async (share) => {
    server = await startNameServer(answering({}));
    const client = createNameServerClient({ next: () => share }, { port: server.port, resolvers: null });

    const answer = await client.ask({
      server: { name: "ns", address: "127.0.0.1" },
      name,
      subnet,
      timeoutMs: patientMs,
    });

    expect(answer).toEqual(shown);
    expect(server.asked).toEqual({ datagrams: 1, connections: 0 });
  });

  it("however the name and its echo are written", async () => {
    const alter = (packet: Packet) => {
      for (const each of [...packet.questions, ...packet.answers]) each.name = each.name.toUpperCase();
    };

    expect(await ask(answering({ alter }), { name: "Shop.Example.COM." })).toEqual(shown);
  });

  it("by connection when the datagram says that it is cut off", async () => {
    const addresses = ["54.74.1.1", "54.74.1.2"];
    const answer = await ask({
      datagram: (question, reply) =>
        reply(answerTo(question, { addresses: [], alter: ({ header }) => Object.assign(header, { tc: 1 }) })),
      connection: (question, connection) => connection.end(framed(answerTo(question, { addresses }))),
    });

    expect(answer).toEqual({ ...shown, addresses });
    expect(server?.asked).toEqual({ datagrams: 1, connections: 1 });
  });

  it("by connection when no datagram comes", async () => {
    const answer = await ask({
      connection: (question, connection) => connection.end(framed(answerTo(question))),
    });

    expect(answer).toEqual(shown);
  });

  it("by connection that brings the answer in single bytes", async () => {
    const answer = await ask({
      connection: (question, connection) => {
        connection.setNoDelay(true);
        for (const byte of framed(answerTo(question))) connection.write(Buffer.of(byte));
      },
    });

    expect(answer).toEqual(shown);
  });

  it("and answers with the longest time that a resolver keeps it", async () => {
    const alter = ({ answers }: Packet) => {
      answers.push(record(name, Packet.TYPE.A, { address: "54.74.1.2", ttl: 300 }));
    };

    expect(await ask(answering({ alter }))).toEqual({
      kind: "addresses",
      addresses: ["54.74.1.1", "54.74.1.2"],
      timeToLiveSeconds: 300,
    });
  });
});

describe("FM65: what does not speak of the customer's subnet is not shown", () => {
  it.each<[string, Answer, object]>([
    [
      "the option does not come back: the answer is for the asker's place",
      { scope: null },
      notShown("the name server does not answer by the customer's subnet"),
    ],
    [
      "the scope is 0: the same for everybody",
      { scope: 0 },
      {
        ...notShown("the name server answers everybody the same"),
        everybody: { addresses: ["54.74.1.1"], timeToLiveSeconds: 60 },
      },
    ],
    ["the scope is no length", { scope: 33 }, notShown("the name server answers for another subnet")],
    [
      "the option comes back for another subnet",
      { alter: ({ additionals }) => Object.assign(additionals[0]?.rdata?.[0] ?? {}, { ip: "52.5.0.0" }) },
      notShown("the name server answers for another subnet"),
    ],
    [
      "the option comes back twice",
      { alter: ({ additionals }) => additionals[0]?.rdata?.push(...(additionals[0]?.rdata ?? [])) },
      notShown("the name server answers for another subnet"),
    ],
  ])("%s", async (_what, answer, expected) => {
    expect(await ask(answering(answer))).toEqual(expected);
  });

  it.each([16, 24, 32])("a scope of %i is: resolvers keep such an answer for the subnet", async (scope) => {
    expect(await ask(answering({ scope }))).toEqual(shown);
  });

  it("and without a subnet the option is not missed", async () => {
    expect(await ask(answering({ scope: null }), { subnet: null })).toEqual(shown);
  });
});

describe("FM65: what is no answer of the zone about the name is not shown, with the reason", () => {
  const rcode = (code: number): Answer => ({
    addresses: [],
    alter: ({ header }) => Object.assign(header, { rcode: code }),
  });

  it.each<[string, Answer, string]>([
    ["refused", rcode(Packet.RCODE.REFUSED), "the name server answers REFUSED"],
    ["no such name", rcode(Packet.RCODE.NXDOMAIN), "the name server answers NXDOMAIN"],
    ["a failure", rcode(Packet.RCODE.SERVFAIL), "the name server answers SERVFAIL"],
    ["a code that nobody knows", rcode(12), "the name server answers code 12"],
    ["nothing", { addresses: [] }, "the name has no IPv4 address of its own"],
    [
      "an alias",
      {
        alter: ({ answers }) => {
          answers.splice(0, 1, record(name, Packet.TYPE.CNAME, { domain: "d111.cloudfront.net" }));
          answers.push(record("d111.cloudfront.net", Packet.TYPE.A, { address: "13.224.1.1" }));
        },
      },
      "the name is an alias of another name (a CDN perhaps)",
    ],
    [
      "addresses of another name",
      { alter: ({ answers }) => void answers.map((each) => Object.assign(each, { name: "www.example.com" })) },
      "the name has no IPv4 address of its own",
    ],
    [
      "addresses of another class",
      { alter: ({ answers }) => void answers.map((each) => Object.assign(each, { class: Packet.CLASS.CH })) },
      "the name has no IPv4 address of its own",
    ],
    [
      "what it has heard elsewhere",
      { alter: ({ header }) => Object.assign(header, { aa: 0 }) },
      "the name server does not speak for the zone",
    ],
    [
      "to a notification",
      { alter: ({ header }) => Object.assign(header, { opcode: 4 }) },
      "the answer is to another kind of request",
    ],
    [
      "a crowd",
      { addresses: Array.from({ length: 33 }, (_each, index) => `54.74.1.${index}`) },
      "the name has over 32 addresses",
    ],
    ...["10.0.0.1", "127.0.0.1", "169.254.169.254"].map((address): [string, Answer, string] => [
      `the address ${address}, which leads nowhere or into our own network`,
      { addresses: ["54.74.1.1", address] },
      "the name has an address that is not of the internet",
    ]),
  ])("%s", async (_what, answer, reason) => {
    expect(await ask(answering(answer))).toEqual(notShown(reason));
  });

  it("a record that is cut short, which the codec passes over", async () => {
    const script: NameServerScript = {
      datagram: (question, reply) => {
        const message = answerTo(question, { addresses: ["54.74.1.1", "54.74.1.2"] });
        // The length of the first address: 4 bytes, said to be 3.
        message.writeUInt16BE(3, message.indexOf(Buffer.of(0, 4, 54, 74, 1, 1)));
        reply(message);
      },
    };

    expect(await ask(script)).toEqual(notShown("the answer cannot be read"));
  });
});

describe("FM65: what answers another question is passed over, and the answer waited for", () => {
  const altered = (change: (message: Buffer) => void) => (question: Buffer) => {
    const message = answerTo(question, { addresses: ["6.6.6.6"] });
    change(message);
    return message;
  };

  it.each<[string, (question: Buffer) => Buffer]>([
    ["with another id", altered((message) => message.writeUInt16BE(message.readUInt16BE(0) ^ 1, 0))],
    ["about another name", altered((message) => message.write("shoq", 13))],
    ["about another type", altered((message) => message.writeUInt16BE(28, 12 + 18))],
    ["about two names", altered((message) => message.writeUInt16BE(2, 4))],
    ["the question itself", (question) => question],
    ["nothing", () => Buffer.alloc(0)],
    ["five bytes", () => Buffer.from("hello")],
  ])("%s", async (_what, strange) => {
    const script: NameServerScript = {
      datagram: (question, reply) => {
        reply(strange(question));
        reply(answerTo(question));
      },
    };

    expect(await ask(script)).toEqual(shown);
  });

  it("from another port", async () => {
    const stranger = await bind();
    const script: NameServerScript = {
      datagram: (question, reply, asker) =>
        stranger.send(answerTo(question, { addresses: ["6.6.6.6"] }), asker.port, asker.address, () =>
          reply(answerTo(question)),
        ),
    };

    const answer = await ask(script);
    stranger.close();

    expect(answer).toEqual(shown);
  });

  it("and it is said what came, when nothing else does", async () => {
    const script: NameServerScript = { datagram: (_question, reply) => reply(Buffer.from("hello")) };

    expect(await ask(script, { timeoutMs: impatientMs })).toEqual(notShown("what came is no DNS message"));
  });
});

/** A hang fails by the test's own timeout, with no look at a clock. */
describe("FM65: a name server that is silent, or never ends, is given up, and its connection closed", () => {
  it.each<[string, NameServerScript["connection"], object]>([
    ["silent", undefined, unheard],
    ["silent after the length", (_question, connection) => void connection.write(Buffer.of(0, 99)), unheard],
    [
      "dripping",
      (question, connection) => {
        const message = framed(answerTo(question));
        // A byte whenever the one before it was taken: never the last one.
        const drip = (index: number) => {
          if (index < message.length - 1) connection.write(message.subarray(index, index + 1), () => drip(index + 1));
        };
        drip(0);
      },
      unheard,
    ],
    [
      "announcing more than anybody needs",
      (_question, connection) => void connection.write(Buffer.of(0xff, 0xff, 0)),
      notShown("the name server announces 65535 bytes"),
    ],
    [
      "announcing nothing",
      (_question, connection) => void connection.write(Buffer.of(0, 0)),
      notShown("what came is no DNS message"),
    ],
    ["hanging up", (_question, connection) => void connection.end(), notShown("the name server hangs up")],
    [
      "resetting the connection",
      (_question, connection) => void connection.resetAndDestroy(),
      notShown("the name server does not answer: ECONNRESET"),
    ],
    [
      "cutting the answer off once more",
      (question, connection) => {
        const alter = ({ header }: Packet) => void Object.assign(header, { tc: 1 });
        connection.end(framed(answerTo(question, { alter })));
      },
      notShown("the answer is cut off"),
    ],
  ])("%s", async (_what, connection, expected) => {
    const script: NameServerScript = connection === undefined ? {} : { connection };

    expect(await ask(script, { timeoutMs: impatientMs * 5 })).toEqual(expected);
    await server?.closed();
  });

  it("and leaves no socket behind, whatever was asked", async () => {
    server = await startNameServer({ datagram: (_question, reply) => reply(Buffer.from("hello")) });
    await onlyTheServersOwnSockets();

    const queries = [{}, { subnet: "here" }, { name: `${"x".repeat(64)}.com` }, { timeoutMs: 0 }];
    await Promise.all(queries.map((query) => askAgain({ timeoutMs: impatientMs, ...query })));

    await onlyTheServersOwnSockets();
  });

  /** Node closes a socket a little later than it is told to. */
  async function onlyTheServersOwnSockets(): Promise<void> {
    const sockets = () => process.getActiveResourcesInfo().filter((each) => /^(UDP|TCP)/.test(each));
    while (sockets().sort().join() !== "TCPServerWrap,UDPWrap") await systemClock.sleep(5);
  }

  it("nobody listens", async () => {
    server = await startNameServer({});
    await server.stop();

    expect(await askAgain()).toEqual(notShown("the name server does not answer: ECONNREFUSED"));
    server = null;
  });

  it.each<[string, Asked & { readonly server?: { readonly name: string; readonly address: string } }]>([
    ["no time at all", { timeoutMs: 0 }],
    ["less than that", { timeoutMs: -5 }],
    ["no number", { timeoutMs: Number.NaN }],
    ["a part of a millisecond", { timeoutMs: 1.5 }],
    ["no subnet", { subnet: "here" }],
    ["a subnet of IPv6", { subnet: "2001:db8::/32" }],
    ["no name", { name: `${"x".repeat(64)}.com` }],
    ["a name for an address", { server: { name: "ns", address: "localhost" } }],
  ])("whoever asks gives %s", async (_what, asked) => {
    expect((await ask({}, asked)).kind).toBe("notShown");
  });
});

describe("FM65: whatever bytes come, the answer is one of this question or not shown", () => {
  /** By datagram and by connection: what is passed over in the first is the end of the matter in the second. */
  const both = (bytesOf: (question: Buffer) => Buffer): NameServerScript => ({
    datagram: (question, reply) => reply(bytesOf(question)),
    connection: (question, connection) => connection.end(framed(bytesOf(question))),
  });
  const flip = (message: Buffer, flips: readonly number[]) => {
    const flipped = Buffer.from(message);
    for (const each of flips) {
      const at = Math.floor(each / 8) % flipped.length;
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (each % 8)), at);
    }
    return flipped;
  };

  it("any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(
          (
            await ask(
              both(() => Buffer.from(bytes)),
              { timeoutMs: 20 },
            )
          ).kind,
        ).toBe("notShown");
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("any bytes after a header and a question that are right", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const answer = await ask(
          both((question) => {
            const head = answerTo(question, { addresses: [] }).subarray(0, 12 + 22);
            head.writeUInt16BE(1, 6);
            return Buffer.concat([head, bytes]);
          }),
          { timeoutMs: 500 },
        );
        expect(answer.kind).toBe("notShown");
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it("an answer to another question, some of its bits flipped", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2_000), { maxLength: 4 }), async (flips) => {
        const other = new Packet();
        other.questions.push(new Packet.Question("shop.example.org", Packet.TYPE.A, Packet.CLASS.IN));
        const strange = (question: Buffer) => {
          const message = answerTo(other.toBuffer());
          message.writeUInt16BE(question.readUInt16BE(0), 0);
          return flip(message, flips);
        };
        expect((await ask(both(strange), { timeoutMs: 20 })).kind).toBe("notShown");
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it("an answer with some of its bits flipped", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2_000), { minLength: 1, maxLength: 4 }), async (flips) => {
        const answer = await ask(
          both((question) => flip(answerTo(question), flips)),
          { timeoutMs: 20 },
        );
        // A flipped address is an address all the same: who sends it is the name server that was asked.
        if (answer.kind === "addresses") expect(answer.addresses).toHaveLength(1);
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});

describe("The name servers of a zone", () => {
  const zones: Readonly<Record<string, readonly string[]>> = {
    "example.com": ["ns-2.awsdns-00.net", "NS-1.awsdns-00.com", "ns-3.awsdns-00.org"],
  };
  const addresses: Readonly<Record<string, string>> = {
    "ns-1.awsdns-00.com": "205.251.192.1",
    "ns-2.awsdns-00.net": "205.251.193.1",
  };
  const resolving: NameServerScript = {
    datagram: (question, reply) => {
      const [asked] = Packet.parse(question).questions;
      const alter = (packet: Packet) => {
        const at = asked?.name.toLowerCase() ?? "";
        const address = addresses[at];
        packet.answers =
          asked?.type === Packet.TYPE.NS
            ? (zones[at] ?? []).map((ns) => record(at, Packet.TYPE.NS, { ns }))
            : address === undefined
              ? []
              : [record(at, Packet.TYPE.A, { address })];
      };
      reply(answerTo(question, { alter }));
    },
  };

  async function find(of: string, script: NameServerScript, timeoutMs = patientMs) {
    server = await startNameServer(script);
    const resolvers = [`127.0.0.1:${server.port}`];
    return createNameServerClient(seededRandom(1), { port: 53, resolvers }).findServers(of, timeoutMs);
  }

  it.each(["example.com", "shop.example.com", "a.b.Shop.example.com."])("are found from %s upwards", async (of) => {
    expect(await find(of, resolving)).toEqual([
      { name: "ns-1.awsdns-00.com", address: "205.251.192.1" },
      { name: "ns-2.awsdns-00.net", address: "205.251.193.1" },
    ]);
  });

  it("are not looked for at the top level, nor beyond eight labels", async () => {
    expect(await find("shop.example.net", resolving)).toEqual([]);
    expect(server?.asked.datagrams).toBe(2);
    await server?.stop();

    expect(await find(`${"a.".repeat(20)}example.com`, resolving)).toEqual([]);
    expect(server?.asked.datagrams).toBe(8);
  });

  it.each<[string, NameServerScript]>([
    ["is silent", {}],
    ["talks nonsense", { datagram: (_question, reply) => reply(Buffer.from("hello")) }],
  ])("are none when the resolver %s", async (_what, script) => {
    expect(await find("shop.example.com", script, impatientMs)).toEqual([]);
  });

  it("are none without any time", async () => {
    expect(await find("shop.example.com", resolving, -1)).toEqual([]);
  });
});
