const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs what may hide the terminal's cursor, and gives it back (`giveBack`) whatever ends it: its own end, an error, the
 * exit of the process, or a signal. After a signal the process ends by that very signal, as if nobody had listened, so
 * that whoever started it sees why.
 * @param giveBack is called once or more, and must write synchronously
 */
export async function keepingCursor(giveBack: () => void, run: () => Promise<void>): Promise<void> {
  const stop = (signal: NodeJS.Signals) => {
    forget();
    giveBack();
    process.kill(process.pid, signal);
  };
  const forget = () => {
    for (const signal of signals) process.off(signal, stop);
    process.off("exit", giveBack);
  };
  for (const signal of signals) process.on(signal, stop);
  process.on("exit", giveBack);
  try {
    await run();
  } finally {
    forget();
    giveBack();
  }
}
