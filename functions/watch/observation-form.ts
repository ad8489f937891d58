import { isInstant } from "../shared/clock.ts";
import { type Fields, isFields } from "../shared/fields.ts";
import type {
  CanaryWord,
  CapacitySample,
  CustomerView,
  DatabaseSizeSample,
  LagSample,
  Observation,
  RegionVote,
  SwitchWord,
  Vote,
} from "./observation.ts";

/**
 * A stored observation in the form that all reasoning rests on, or null where it is none. Another vantage may run a version
 * older or newer than this one (FM57): what is absent gets the default that claims the least, a vote in a word that this
 * version does not know counts for neither side, and fields that it does not know are left as they are. One vantage that
 * writes nonsense must not blind every controller.
 */
export function readObservation(stored: Fields): Observation | null {
  const {
    vantage,
    at,
    votes,
    customers = {},
    heartbeatAgeSeconds = {},
    sharedSince,
    neverHeardSince,
    ...others
  } = stored;
  if (typeof vantage !== "string" || !isInstant(at) || !Array.isArray(votes)) return null;
  if (!isFields(customers) || !isFields(heartbeatAgeSeconds)) return null;
  const readVotes = votes.map(readVote);
  const readView = readCustomers(customers, at);
  if (!readVotes.every((vote) => vote !== null) || readView === null) return null;
  return {
    ...others,
    vantage,
    at,
    votes: readVotes,
    customers: readView,
    heartbeatAgeSeconds: Object.fromEntries(Object.entries(heartbeatAgeSeconds).filter(isAge)),
    capacity: readCapacity(stored.capacity),
    lag: readLagSample(stored.lag),
    ...(stored.databaseSize === undefined ? {} : { databaseSize: readDatabaseSize(stored.databaseSize) }),
    // What is no instant is no memory.
    ...(isInstant(sharedSince) ? { sharedSince } : {}),
    ...(isFields(neverHeardSince) ? { neverHeardSince: readInstants(neverHeardSince) } : {}),
    ...(stored.takenOut === undefined ? {} : { takenOut: readSwitchWord(stored.takenOut) }),
    ...(stored.canaries === undefined ? {} : { canaries: readCanaryWords(stored.canaries) }),
  };
}

function readInstants(stored: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(stored).filter((entry): entry is [string, string] => isInstant(entry[1])));
}

function readVote(stored: unknown): RegionVote | null {
  if (!isFields(stored)) return null;
  // A streak whose last look is not known has lasted no time at all.
  const { region, since, until = since, changes = [], passesInARow, reason, passedAt, ...others } = stored;
  if (typeof region !== "string" || !isInstant(since) || !isInstant(until)) return null;
  if (!Array.isArray(changes) || !changes.every(isInstant)) return null;
  return {
    ...others,
    region,
    vote: voteOf(stored.vote),
    since,
    until,
    changes,
    passesInARow: isNumber(passesInARow) ? passesInARow : 0,
    ...(isInstant(passedAt) ? { passedAt } : {}),
    reason: typeof reason === "string" ? reason : "",
  };
}

function readCustomers(stored: Fields, at: string): CustomerView | null {
  const { since = at, servedBy } = stored;
  if (!isInstant(since)) return null;
  return { ...stored, vote: voteOf(stored.vote), since, servedBy: typeof servedBy === "string" ? servedBy : null };
}

/** A sample of which a part is missing is none: its Region is asked, or not known. */
function readCapacity(stored: unknown): CapacitySample | null {
  if (!isFields(stored)) return null;
  const { at, inService, desired, minimum, maximum } = stored;
  if (!isInstant(at)) return null;
  if (!isNumber(inService) || !isNumber(desired) || !isNumber(minimum) || !isNumber(maximum)) return null;
  return { ...stored, at, inService, desired, minimum, maximum };
}

function readLagSample(stored: unknown): LagSample | null {
  if (!isFields(stored)) return null;
  const { at, seconds, recent, ...others } = stored;
  if (!isInstant(at) || !isNumber(seconds)) return null;
  return { ...others, at, seconds, ...(Array.isArray(recent) ? { recent: recent.filter(isReading) } : {}) };
}

function isReading(stored: unknown): stored is { readonly at: string; readonly seconds: number } {
  return isFields(stored) && isInstant(stored.at) && isNumber(stored.seconds);
}

function readDatabaseSize(stored: unknown): DatabaseSizeSample | null {
  if (!isFields(stored)) return null;
  const { at, writerClass, instances, serverless = null } = stored;
  if (!isInstant(at) || !isNumber(instances) || !(writerClass === null || typeof writerClass === "string")) return null;
  return { ...stored, at, writerClass, instances, serverless: readRange(serverless) };
}

function readRange(stored: unknown): DatabaseSizeSample["serverless"] {
  if (!isFields(stored)) return null;
  const { minimumUnits, maximumUnits } = stored;
  return isNumber(minimumUnits) && isNumber(maximumUnits) ? { ...stored, minimumUnits, maximumUnits } : null;
}

function readSwitchWord(stored: unknown): SwitchWord | null {
  if (!isFields(stored) || !isInstant(stored.at) || !Array.isArray(stored.regions)) return null;
  return { ...stored, at: stored.at, regions: stored.regions.filter((name) => typeof name === "string") };
}

function readCanaryWords(stored: unknown): readonly CanaryWord[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((word): word is CanaryWord => isFields(word) && isInstant(word.since));
}

function voteOf(word: unknown): Vote {
  return word === "passing" || word === "failing" ? word : "unknown";
}

function isAge(entry: readonly [string, unknown]): entry is [string, number] {
  return isNumber(entry[1]);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
