import { createHash } from "node:crypto";
import jsonata from "jsonata";
import { isoInstant } from "../../functions/shared/clock.ts";
import { integerBetween, pick, type Random, seededRandom } from "../../functions/shared/random.ts";

/**
 * Functions an expression may call besides JSONata's pure ones: those that Step Functions adds (Developer Guide,
 * "Transforming data with JSONata in Step Functions"), and JSONata's that read time or chance, which here read the
 * injected ones.
 */
export type Functions = Readonly<Record<string, (...parameters: never[]) => unknown>>;

/** JSONata 2.0.6's own functions; `$eval` is not among them because Step Functions does not have it. */
const JSONATA_FUNCTIONS: readonly string[] = (
  "sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad " +
  "match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs " +
  "sqrt power boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each " +
  "error assert type sort distinct encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis " +
  "base64encode base64decode"
).split(" ");

const ADDED_FUNCTIONS = ["partition", "range", "hash", "parse", "random", "uuid", "now", "millis", "shuffle"];

/** Every function that an expression can name. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set([...JSONATA_FUNCTIONS, ...ADDED_FUNCTIONS]);

/** Elements that `$range` may make: a bound of this interpreter's own, well above any use. */
const LONGEST_RANGE = 100_000;

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

const formatted = jsonata("$fromMillis($instant, $picture, $zone)");

/** @param instant milliseconds since the Unix epoch at which the expression is evaluated. */
export function functionsAt(instant: number, random: Random): Functions {
  return {
    partition,
    range,
    hash,
    parse: (text: string) => (text === undefined ? undefined : JSON.parse(text)),
    random: (seed?: number) => (seed === undefined ? random : seededRandom(seed)).next(),
    uuid: () => uuid(random),
    shuffle: (items?: readonly unknown[]) => (items === undefined ? undefined : shuffled(items, random)),
    millis: () => instant,
    now: (picture?: string, zone?: string) =>
      picture === undefined && zone === undefined
        ? isoInstant(instant)
        : formatted.evaluate(undefined, { instant, picture, zone }),
  };
}

function partition(items?: readonly unknown[], size?: number): unknown[][] | undefined {
  if (items === undefined) return undefined;
  if (size === undefined || !Number.isInteger(size) || size < 1) {
    throw new RangeError(`$partition needs a size that is a positive whole number: received ${String(size)}`);
  }
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** From `first` to `last`, both included, by `step`. */
function range(first: number, last: number, step: number): number[] {
  const count = Math.floor((last - first) / step) + 1;
  if (!Number.isFinite(count) || count > LONGEST_RANGE) {
    throw new RangeError(
      `$range needs numbers that make at most ${LONGEST_RANGE} elements: received a step of ${step}`,
    );
  }
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
}

function hash(text?: string, algorithm?: string): string | undefined {
  if (text === undefined) return undefined;
  const known = ALGORITHMS.get(algorithm ?? "");
  if (known === undefined) {
    throw new RangeError(`$hash knows ${[...ALGORITHMS.keys()].join(", ")}: received ${String(algorithm)}`);
  }
  return createHash(known).update(text, "utf8").digest("hex");
}

/** Version 4, from the injected source. */
function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => integerBetween(random, 0, 15).toString(16));
  digits[12] = "4";
  digits[16] = pick(random, ["8", "9", "a", "b"]);
  const text = digits.join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

function shuffled(items: readonly unknown[], random: Random): unknown[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = integerBetween(random, 0, index);
    [result[index], result[other]] = [result[other], result[index]];
  }
  return result;
}
