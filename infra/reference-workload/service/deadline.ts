/** Nothing came back in time. Whether the other side did what was asked is not known. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/**
 * What `work` answers, if it does so within `milliseconds`. The signal tells work that can be broken off to stop; work
 * that cannot is left behind, and its late answer is ignored.
 * @throws NoAnswerError naming `what` when the time is up
 */
export function within<Answer>(
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const deadline = AbortSignal.timeout(milliseconds);
  const expired = new Promise<never>((_, reject) => {
    const expire = () => reject(new NoAnswerError(`${what} gave no answer within ${milliseconds} ms`));
    deadline.addEventListener("abort", expire, { once: true });
  });
  return Promise.race([work(deadline), expired]);
}

/**
 * One run of `work` at a time: whoever asks while one is under way shares its answer. A crowd that asks for the same look
 * costs as much as one.
 */
export function shared<Answer>(work: () => Promise<Answer>): () => Promise<Answer> {
  let underWay: Promise<Answer> | null = null;
  return () => {
    underWay ??= work().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
