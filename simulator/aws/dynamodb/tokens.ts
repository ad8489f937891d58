import { ServiceError } from "../service.ts";
import { UnknownToSimulator } from "../unknown.ts";

/** Splits a DynamoDB expression into words, names (`#n`), values (`:v`) and signs, and walks over them. */
export class Tokens {
  readonly expression: string;
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(expression: string) {
    this.expression = expression;
    const pattern = /\s*([:#]?\w+(?:\.#?\w+)*|<>|<=|>=|[=<>(),]|$)/y;
    while (pattern.lastIndex < expression.length) {
      const start = pattern.lastIndex;
      const token = pattern.exec(expression)?.[1];
      if (token === undefined)
        throw new UnknownToSimulator(`${JSON.stringify(expression.slice(start).trim())} in ${expression}`);
      if (token !== "") this.#tokens.push(token);
    }
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw validation(`Syntax error; the expression ends early: ${this.expression}`);
    return token;
  }

  /** Takes the next token if it is `word`, in any case. */
  skip(word: string): boolean {
    if (this.next?.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  expect(word: string): void {
    const found = this.next;
    if (!this.skip(word)) throw validation(`Syntax error; ${word} expected, found ${found}: ${this.expression}`);
  }

  expectEnd(): void {
    if (this.next !== undefined) throw new UnknownToSimulator(`${JSON.stringify(this.next)} in ${this.expression}`);
  }
}

export function validation(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}
