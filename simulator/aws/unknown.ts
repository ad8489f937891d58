/** Asked for something that the simulator does not model: it says so instead of answering something plausible. */
export class UnknownToSimulator extends Error {
  override readonly name = "UnknownToSimulator";

  constructor(what: string) {
    super(`The simulator does not know ${what}`);
  }
}

/** @throws UnknownToSimulator naming the first input field that is not among `known` */
export function demandKnownFields(
  input: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  operation: string,
): void {
  for (const field in input) {
    if (input[field] !== undefined && !known.has(field)) throw new UnknownToSimulator(`${field} of ${operation}`);
  }
}
