import { createSocket } from "node:dgram";
import { connect } from "node:net";

/** A name server as the network knows it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What a message that came is to whoever waits for one; null: nothing, so that the wait goes on. */
type Judge<Found> = (message: Buffer) => Found | null;

/** An answer about one name's addresses is some hundred bytes; whoever announces more than this is not waited for. */
const longestMessageBytes = 4_096;

/**
 * Sends a datagram and waits for one that `judge` takes for the answer. The socket is connected, so that the kernel drops
 * what comes from any other address or port; its own port is the kernel's choice, which nobody guesses.
 * @throws when the signal breaks it off, or the network refuses it
 */
export async function askByDatagram<Found>(
  { address, port }: Endpoint,
  message: Buffer,
  judge: Judge<Found>,
  signal: AbortSignal,
): Promise<Found> {
  signal.throwIfAborted();
  const socket = createSocket("udp4");
  try {
    return await new Promise<Found>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      socket.on("error", reject);
      socket.on("message", (received) => {
        const found = judge(received);
        if (found !== null) resolve(found);
      });
      socket.connect(port, address, (...[error]: readonly Error[]) => {
        if (error !== undefined) reject(error);
        // Given up meanwhile: a closed socket would throw where nobody catches it.
        else if (!signal.aborted) socket.send(message);
      });
    });
  } finally {
    socket.close();
  }
}

/**
 * The same over a connection, where one message comes back, its length before it (RFC 1035, 4.2.2).
 * @throws when the signal breaks it off, the network refuses it, or the server ends it too early or announces too much
 */
export async function askByConnection(
  { address, port }: Endpoint,
  message: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  signal.throwIfAborted();
  const socket = connect({ host: address, port });
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    // Together: some servers want both in one segment.
    socket.write(Buffer.concat([length, message]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length < 2) continue;
      const announced = received.readUInt16BE(0);
      if (announced > longestMessageBytes) throw new Error(`the name server announces ${announced} bytes`);
      if (received.length >= 2 + announced) return received.subarray(2, 2 + announced);
    }
    throw new Error("the name server hangs up");
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}
