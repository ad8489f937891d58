import { once } from "node:events";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type AddressInfo, createServer, type Socket as Connection } from "node:net";
import { Packet } from "dns2";

/** What a test's name server does with a question. `reply` may be called any number of times, with any bytes. */
export interface NameServerScript {
  readonly datagram?: (question: Buffer, reply: (message: Buffer) => void, asker: RemoteInfo) => void;
  /** A connection, and the question that came in by it. */
  readonly connection?: (question: Buffer, connection: Connection) => void;
}

/** A name server on this machine, for datagrams and connections on one port. What its script leaves out it ignores. */
export interface TestNameServer {
  readonly port: number;
  readonly asked: { datagrams: number; connections: number };
  /** Waits until every connection that was made is closed. */
  readonly closed: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

export async function startNameServer(script: NameServerScript): Promise<TestNameServer> {
  const asked = { datagrams: 0, connections: 0 };
  const connections = new Set<Connection>();
  const tcp = createServer((connection) => {
    asked.connections += 1;
    connections.add(connection);
    connection.on("error", () => {}).once("close", () => connections.delete(connection));
    connection.once("data", (data) => script.connection?.(data.subarray(2), connection));
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = await bind(port);
  udp.on("message", (question, asker) => {
    asked.datagrams += 1;
    script.datagram?.(question, (message) => udp.send(message, asker.port, asker.address), asker);
  });
  return {
    port,
    asked,
    closed: () => Promise.all([...connections].map((connection) => once(connection, "close"))),
    stop: async () => {
      for (const connection of connections) connection.destroy();
      await Promise.all([new Promise((resolve) => tcp.close(resolve)), new Promise<void>((done) => udp.close(done))]);
    },
  };
}

/** A socket for datagrams on this machine. */
export async function bind(port = 0): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => socket.once("error", reject).bind(port, "127.0.0.1", resolve));
  return socket;
}

/** A message with its length before it, as connections carry it. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** What an answer holds; what is left out is as an honest name server has it. */
export interface Answer {
  readonly addresses?: readonly string[];
  readonly timeToLive?: number;
  /** How much of the client's subnet mattered; null: the option is not sent back. */
  readonly scope?: number | null;
  readonly alter?: (packet: Packet) => void;
}

/** The client subnet of a question as `192.0.2.0/24`; null without the option. */
export function subnetOf(question: Buffer): string | null {
  const option = clientSubnet(Packet.parse(question));
  return option === null ? null : `${option.ip}/${option.sourcePrefixLength}`;
}

/** An honest authoritative answer to the question, altered as `answer` says. */
export function answerTo(question: Buffer, answer: Answer = {}): Buffer {
  const { addresses = ["54.74.1.1"], timeToLive = 60, scope = 24, alter = () => {} } = answer;
  const asked = Packet.parse(question);
  const packet = Packet.createResponseFromRequest(asked);
  packet.header.aa = 1;
  packet.header.rd = 0;
  const name = asked.questions[0]?.name ?? "";
  packet.answers = addresses.map((address) => record(name, Packet.TYPE.A, { address, ttl: timeToLive }));
  const option = clientSubnet(asked);
  const options = option === null || scope === null ? [] : [{ ...option, scopePrefixLength: scope }];
  packet.additionals = [Packet.Resource.EDNS(options)];
  alter(packet);
  return packet.toBuffer();
}

export function record(
  name: string,
  type: number,
  rest: Partial<Packet["answers"][number]>,
): Packet["answers"][number] {
  return { name, type, class: Packet.CLASS.IN, ttl: 60, ...rest } as Packet["answers"][number];
}

function clientSubnet(packet: Packet) {
  const [option] = packet.additionals.flatMap(({ rdata }) => rdata ?? []);
  return option === undefined
    ? null
    : (option as typeof option & {
        readonly ip: string;
        readonly sourcePrefixLength: number;
        scopePrefixLength: number;
      });
}
