import { type Detail, textOf, textsOf } from "./read.ts";
import { listWords, sentence } from "./words.ts";

/**
 * What made the controller look, as a clause that follows "because": one for each kind of signal (`Signal` of
 * functions/assess/signal.ts). A kind of a newer version is named as it is. Null where the record has no signal.
 */
export function signalWords(signal: Detail): string | null {
  const kind = textOf(signal, "kind");
  const source = textOf(signal, "source");
  const region = textOf(signal, "region") ?? "a Region";
  switch (kind) {
    case null:
      return null;
    case "alarm":
      return alarmWords(signal, source, region);
    case "health":
      return `AWS Health reported an issue of ${region}${healthState(signal)}${source === null ? "" : ` (${source})`}`;
    case "request":
      return `${personWords(source)} asked to move customers away from ${region}${reasonWords(signal)}`;
    case "watch":
      return `the ${source ?? "watch"} saw ${region} failing`;
    case "takeover":
      return `the ${source ?? "watch"} saw that nobody went on with ${textOf(signal, "incident") ?? "the run"}`;
    case "retry": {
      const branches = listWords(textsOf(signal, "branches"));
      return `${personWords(source)} asked for a retry of ${branches === "" ? "what had failed" : branches}${reasonWords(signal)}`;
    }
    default:
      return `of a signal “${kind}”${source === null ? "" : ` from ${source}`}`;
  }
}

/** The whole sentence. */
export function lookedBecause(clause: string | null): string | null {
  return clause === null ? null : sentence(`It looked because ${clause}`);
}

function alarmWords(signal: Detail, source: string | null, region: string): string {
  const name = source === null ? "an alarm" : source.startsWith("alarm ") ? `the ${source}` : `the alarm ${source}`;
  const state = textOf(signal, "state");
  return `${name}, which watches over ${region}, ${state === null ? "changed" : `went to ${state}`}`;
}

function healthState(signal: Detail): string {
  switch (textOf(signal, "state")) {
    case "closed":
      return " as over";
    case "upcoming":
      return " as upcoming";
    default:
      return "";
  }
}

/** Who or what started a run, as the incident names it: `watch in eu-west-1`, `alarm A in eu-west-1`, a person's name. */
export function startedByWords(source: string): string {
  return /^(?:watch in|alarm) /.test(source) ? `the ${source}` : personWords(source);
}

/** A person who gave no name is recorded as "operator". */
function personWords(source: string | null): string {
  return source === null || source === "operator" ? "a person who gave no name" : source;
}

function reasonWords(signal: Detail): string {
  const reason = textOf(signal, "reason");
  return reason === null ? "" : `: “${reason}”`;
}
