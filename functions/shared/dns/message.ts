import type DNS from "dns2";
import { Packet } from "dns2";
import type { NameServerAnswer } from "../clients.ts";
import { describeAddress, findSpecial, parseSubnet, type Subnet, toldBits } from "../subnet.ts";

type EcsOption = DNS.Packet.EcsOption;

/** A question as it is sent. */
export interface Question {
  readonly id: number;
  /** Without the dot that ends it, in small letters. */
  readonly name: string;
  /** Whom the question is asked for; null: whoever asks. */
  readonly subnet: Subnet | null;
  readonly message: Buffer;
}

/** What a message turned out to be. */
export type Reading =
  /** No answer to this question: somebody else's, or no DNS at all. Whoever sent it, the answer may still come. */
  | { readonly kind: "stranger"; readonly reason: string }
  /** The answer did not fit into a datagram: ask again by TCP. */
  | { readonly kind: "truncated" }
  | { readonly kind: "answer"; readonly answer: NameServerAnswer };

/** Answers that fit into this many bytes are not fragmented on their way (dnsflagday.net/2020). */
const longestDatagramBytes = 1_232;

/** An answer of Route 53 holds eight addresses at most; this is no list of servers any more. */
const mostAddresses = 32;

const headerBytes = 12;
const ipv4Family = 1;

/**
 * The question for a name's IPv4 addresses, without recursion: the server is to say what it knows itself. A subnet that is
 * wider than what resolvers tell is asked for by its first part of that size, as a resolver for a customer there would.
 * @throws when the name is none
 */
export function encodeQuestion(name: string, subnet: string | null, id: number): Question {
  const asked = bareName(name);
  const client = subnet === null ? null : toldOf(subnet);
  const options = client === null ? [] : [clientSubnet(client)];
  const packet = new Packet({ id, rd: 0 } as Packet["header"]);
  packet.questions.push(new Packet.Question(asked, Packet.TYPE.A, Packet.CLASS.IN));
  packet.additionals.push(Packet.Resource.EDNS(options, { udpPayloadSize: longestDatagramBytes }));
  return { id, name: asked, subnet: client, message: packet.toBuffer() };
}

function toldOf(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === null) throw new RangeError(`not an IPv4 subnet: ${text}`);
  const prefix = Math.max(subnet.prefix, toldBits);
  return { first: subnet.first, last: subnet.first + 2 ** (32 - prefix) - 1, prefix };
}

function clientSubnet({ first, prefix }: Subnet): EcsOption {
  return {
    ednsCode: Packet.EDNS_OPTION_CODE.ECS,
    family: ipv4Family,
    sourcePrefixLength: prefix,
    scopePrefixLength: 0,
    ip: describeAddress(first),
  };
}

/** Reads what came back. Whatever it is, this does not throw: the codec's errors are a reading as well. */
export function readMessage(question: Question, message: Buffer): Reading {
  const stranger = findStrangeness(question, message);
  if (stranger !== null) return { kind: "stranger", reason: stranger };
  let packet: Packet;
  try {
    packet = Packet.parse(message);
  } catch {
    return notShown("the answer cannot be read");
  }
  if (packet.header.tc === 1) return { kind: "truncated" };
  // The codec goes on after a record that it cannot read. An answer of which a part is nonsense is not half believed.
  if (packet.errors.length > 0) return notShown("the answer cannot be read");
  return { kind: "answer", answer: judge(question, packet) };
}

/**
 * Compared byte by byte, not as the codec reads it: the question comes first, uncompressed, and is echoed as it was sent
 * but for the case of its letters. So a name is never mistaken for another that is written alike.
 */
function findStrangeness({ id, message: sent }: Question, message: Buffer): string | null {
  if (message.length < headerBytes) return "what came is no DNS message";
  if (message.readUInt16BE(0) !== id) return "what came answers another question";
  if ((message.readUInt8(2) & 0x80) === 0) return "what came is a question itself";
  const end = endOfQuestion(sent);
  const echoed = message.readUInt16BE(4) === 1 && message.length >= end;
  if (!echoed || !sameLetters(sent.subarray(headerBytes, end), message.subarray(headerBytes, end))) {
    return "what came answers another question";
  }
  return null;
}

/** Where the only question of a message of our own ends: its name, type and class. */
function endOfQuestion(sent: Buffer): number {
  return sent.indexOf(0, headerBytes) + 5;
}

function sameLetters(one: Buffer, other: Buffer): boolean {
  return one.equals(other) || one.toString("latin1").toLowerCase() === other.toString("latin1").toLowerCase();
}

function judge(question: Question, packet: Packet): NameServerAnswer {
  const { header, answers } = packet;
  if (header.opcode !== 0) return { kind: "notShown", reason: "the answer is to another kind of request" };
  if (header.rcode !== Packet.RCODE.NOERROR) {
    return { kind: "notShown", reason: `the name server answers ${codeName(header.rcode)}` };
  }
  const own = answers.filter((record) => bareName(record.name) === question.name);
  if (own.some((record) => record.type === Packet.TYPE.CNAME)) {
    return { kind: "notShown", reason: "the name is an alias of another name (a CDN perhaps)" };
  }
  if (header.aa !== 1) return { kind: "notShown", reason: "the name server does not speak for the zone" };

  const records = own.filter((record) => record.type === Packet.TYPE.A && record.class === Packet.CLASS.IN);
  const addresses = [...new Set(records.map((record) => record.address ?? ""))];
  if (addresses.length === 0) return { kind: "notShown", reason: "the name has no IPv4 address of its own" };
  if (addresses.length > mostAddresses)
    return { kind: "notShown", reason: `the name has over ${mostAddresses} addresses` };
  // Whoever is asked next is one of these: what leads into our own network is not gone to.
  if (addresses.some(isSpecial))
    return { kind: "notShown", reason: "the name has an address that is not of the internet" };

  const shown = { addresses, timeToLiveSeconds: Math.max(...records.map(({ ttl }) => ttl)) } as const;
  switch (readScope(question, packet)) {
    case "notAsked":
    case "subnet":
      return { kind: "addresses", ...shown };
    case "unknown":
      return { kind: "notShown", reason: "the name server does not answer by the customer's subnet" };
    case "anotherSubnet":
      return { kind: "notShown", reason: "the name server answers for another subnet" };
    case "everybody":
      return { kind: "notShown", reason: "the name server answers everybody the same", everybody: shown };
  }
}

/** For whom an answer is. */
type Scope = "notAsked" | "subnet" | "everybody" | "unknown" | "anotherSubnet";

/**
 * Whoever looks at the subnet says so by sending the option back, with how much of it mattered: nothing, where the answer
 * is the same for everybody (RFC 7871, 7.2.1). Without the option it went by the asker's own place. A longer scope than was
 * told is what resolvers get and keep as well.
 */
function readScope({ subnet }: Question, packet: Packet): Scope {
  if (subnet === null) return "notAsked";
  const options = packet.additionals
    .filter((record) => record.type === Packet.TYPE.EDNS)
    .flatMap((record) => record.rdata ?? [])
    .filter((option): option is EcsOption => option.ednsCode === Packet.EDNS_OPTION_CODE.ECS);
  const [option] = options;
  if (option === undefined) return "unknown";
  const sent = clientSubnet(subnet);
  const same =
    options.length === 1 &&
    option.family === sent.family &&
    option.sourcePrefixLength === sent.sourcePrefixLength &&
    option.ip === sent.ip;
  if (!same || option.scopePrefixLength > 32) return "anotherSubnet";
  return option.scopePrefixLength === 0 ? "everybody" : "subnet";
}

function notShown(reason: string): Reading {
  return { kind: "answer", answer: { kind: "notShown", reason } };
}

function isSpecial(address: string): boolean {
  const subnet = parseSubnet(`${address}/32`);
  return subnet === null || findSpecial(subnet) !== null;
}

function codeName(code: number): string {
  return Object.entries(Packet.RCODE).find(([, value]) => value === code)?.[0] ?? `code ${code}`;
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
