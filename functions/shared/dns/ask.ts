import { isIPv4 } from "node:net";
import type { NameServerAnswer, NameServerClient } from "../clients.ts";
import { errorMessage } from "../errors.ts";
import { integerBetween, type Random } from "../random.ts";
import { askByConnection, askByDatagram, type Endpoint } from "./exchange.ts";
import { encodeQuestion, type Question, type Reading, readMessage } from "./message.ts";

type Query = Parameters<NameServerClient["ask"]>[0];

/** However long whoever asks would wait, one name server gets no more: there are others, and other evidence (FM65). */
const longestAnswerMs = 2_000;

/**
 * What a name server says to one question: by datagram, then over a connection where the answer is cut off or none comes.
 * @throws RangeError when the question cannot be put
 */
export async function askNameServer(query: Query, port: number, random: Random): Promise<NameServerAnswer> {
  const timeoutMs = Math.floor(Math.min(query.timeoutMs, longestAnswerMs));
  const deadline = AbortSignal.timeout(timeoutMs);
  // A name would be looked up first, for as long as that takes.
  if (!isIPv4(query.server.address)) throw new RangeError(`not an IPv4 address: ${query.server.address}`);
  const question = encodeQuestion(query.name, query.subnet, integerBetween(random, 0, 0xffff));
  const server = { address: query.server.address, port };
  // Half of the time: a datagram that was lost is not sent again, the connection is the second try.
  const patience = AbortSignal.any([deadline, AbortSignal.timeout(Math.ceil(timeoutMs / 2))]);
  const first = await askFirst(question, server, patience);
  if (first.kind === "answer") return first.answer;
  try {
    const message = await askByConnection(server, question.message, deadline);
    return settle(readMessage(question, message));
  } catch (error) {
    return { kind: "notShown", reason: first.reason ?? describeFailure(error, deadline) };
  }
}

/** What the datagram brought: the answer, or nothing, so that the connection has to bring it. */
type FirstTry =
  | { readonly kind: "answer"; readonly answer: NameServerAnswer }
  /** `reason` is what was heard instead, if anything was. */
  | { readonly kind: "none"; readonly reason: string | null };

async function askFirst(question: Question, server: Endpoint, signal: AbortSignal): Promise<FirstTry> {
  let reason: string | null = null;
  /** Passes over what answers another question: whoever sent it, the answer may still come. */
  const judge = (message: Buffer): Exclude<Reading, { kind: "stranger" }> | null => {
    const reading = readMessage(question, message);
    if (reading.kind !== "stranger") return reading;
    reason = reading.reason;
    return null;
  };
  try {
    const reading = await askByDatagram(server, question.message, judge, signal);
    return reading.kind === "answer" ? reading : { kind: "none", reason: "the answer is cut off" };
  } catch {
    return { kind: "none", reason };
  }
}

/** Over a connection nobody else's message comes between, and nothing need be cut off. */
function settle(reading: Reading): NameServerAnswer {
  switch (reading.kind) {
    case "answer":
      return reading.answer;
    case "stranger":
      return { kind: "notShown", reason: reading.reason };
    case "truncated":
      return { kind: "notShown", reason: "the answer is cut off" };
  }
}

/** Node's code where it has one, such as `ECONNREFUSED`: short enough for a timeline. */
function describeFailure(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return "the name server does not answer in time";
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? `the name server does not answer: ${code}` : errorMessage(error);
}
