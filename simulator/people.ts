import { requestedEventSource, requestedEventType } from "../functions/assess/signal.ts";
import { parseInstant } from "../functions/shared/clock.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { simulatedAccount } from "./account.ts";
import { plainItem } from "./aws/dynamodb/item.ts";
import type { AcceptedWrite } from "./aws/dynamodb.ts";
import type { CallRecord } from "./aws/network.ts";

/** A start by a person or their tooling, and the execution that it made. */
export interface PersonStart {
  readonly at: number;
  readonly execution: string;
  readonly asks:
    | { readonly kind: "failover"; readonly region: string }
    | { readonly kind: "retry"; readonly incident: string };
}

/** What a question's own sentence says would be done. */
export type Stated =
  | { readonly kind: "evacuation" }
  | { readonly kind: "switchover"; readonly target: string; readonly beside?: readonly string[] }
  /** `lossSeconds` null: an unknown amount. `beside`: Regions whose clusters may take writes as well. */
  | {
      readonly kind: "failover";
      readonly target: string;
      readonly lossSeconds: number | null;
      readonly beside?: readonly string[];
    };

/** A question as it lay before people. */
export interface PutQuestion {
  readonly at: number;
  readonly token: string;
  readonly incident: string;
  readonly epoch: number;
  /** Null: a sentence that says none of what can be asked; no answer to it allows anything. */
  readonly stated: Stated | null;
  /** Whether its sentence says that the Region serves its customers, or that it does not. */
  readonly says: "itServes" | "itFails";
}

/** An answer that Step Functions has taken. */
export interface GivenAnswer {
  readonly at: number;
  readonly question: PutQuestion;
  readonly approved: boolean;
}

/** The world's own record of what people did and said, and of what they had been asked; nobody else writes in it. */
export class People {
  readonly starts: PersonStart[] = [];
  readonly questions: PutQuestion[] = [];
  readonly answers: GivenAnswer[] = [];
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** A person has started an execution with this input. */
  noteStart(at: number, execution: string, input: unknown): void {
    const { region, reason, retry } = (input ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof reason !== "string") return;
    if (typeof retry === "string") this.starts.push({ at, execution, asks: { kind: "retry", incident: retry } });
    else this.#noteRequest(at, execution, region);
  }

  /**
   * A rule of the bus has started an execution with this event: a person's word where tooling of the own account asks in a
   * person's name.
   */
  noteEvent(at: number, execution: string, event: unknown): void {
    const said = event as Readonly<Record<string, unknown>>;
    if (
      said.account !== simulatedAccount ||
      said.source !== requestedEventSource ||
      said["detail-type"] !== requestedEventType
    )
      return;
    const { application, region } = (said.detail ?? {}) as Readonly<Record<string, unknown>>;
    const ageMs = at - parseInstant(String(said.time));
    if (application !== this.#plan.application || said["replay-name"] !== undefined) return;
    if (ageMs <= this.#plan.detection.maximumEventAgeSeconds * 1_000) this.#noteRequest(at, execution, region);
  }

  noteWrite(write: AcceptedWrite): void {
    if (write.item === null || !write.key.pk.startsWith("approval#") || write.table !== this.#plan.recordsTable) return;
    const { token, incident, epoch, summary } = plainItem(write.item);
    this.questions.push({
      at: write.at,
      token: String(token),
      incident: String(incident),
      epoch: Number(epoch),
      stated: readQuestion(String(summary)),
      says: serving.test(String(summary)) ? "itServes" : "itFails",
    });
  }

  noteCall({ service, operation, performed, performedAt, at, caller, input }: CallRecord): void {
    if (service !== "states" || operation !== "SendTaskSuccess" || !performed || caller.execution !== null) return;
    const question = this.questions.find(({ token }) => token === input.taskToken);
    if (question === undefined) return;
    this.answers.push({ at: performedAt ?? at, question, approved: isYes(input.output) });
  }

  #noteRequest(at: number, execution: string, region: unknown): void {
    if (typeof region !== "string" || !this.#plan.regions.some(({ name }) => name === region)) return;
    this.starts.push({ at, execution, asks: { kind: "failover", region } });
  }
}

/** A yes that names who says it and why; anything else is none. */
function isYes(output: unknown): boolean {
  const { approved, by, reason } = (JSON.parse(String(output)) ?? {}) as Readonly<Record<string, unknown>>;
  return approved === true && typeof by === "string" && typeof reason === "string";
}

const serving = /\bis seen to serve again\b/;
const evacuation = /\bEvacuate \S+( to [\w, -]+| all the same)?\?$/;
const beside = "(?:, although (.+?) (?:is|are) outside the global cluster and may take writes)?";
const switchover = new RegExp(`^Switch the Aurora writer over from \\S+ to (\\S+), losing nothing${beside}\\?$`);
const failover = new RegExp(
  `^Promote Aurora in (\\S+), losing (an unknown amount|.+?) of writes made in [\\w-]+${beside}\\?$`,
);
const seconds: Readonly<Record<string, number>> = { h: 3_600, min: 60, s: 1 };

/** Reads a question as a person would: by its sentence alone. */
export function readQuestion(sentence: string): Stated | null {
  const [, switchedTo, besideIt] = switchover.exec(sentence) ?? [];
  if (switchedTo !== undefined) return { kind: "switchover", target: switchedTo, ...besides(besideIt) };
  const [, target, loss, others] = failover.exec(sentence) ?? [];
  if (target !== undefined && loss !== undefined) {
    if (loss === "an unknown amount") return { kind: "failover", target, lossSeconds: null, ...besides(others) };
    const likely = loss.replace(/ \(at worst .*\)$/, "").replace(/^about /, "");
    const parts = [...likely.matchAll(/([\d.]+) (h|min|s)\b/g)];
    if (parts.length === 0) return null;
    const lossSeconds = parts.reduce((sum, [, value, unit = ""]) => sum + Number(value) * (seconds[unit] ?? 0), 0);
    return { kind: "failover", target, lossSeconds, ...besides(others) };
  }
  return evacuation.test(sentence) ? { kind: "evacuation" } : null;
}

function besides(named: string | undefined): { readonly beside?: readonly string[] } {
  return named === undefined ? {} : { beside: named.split(/, | and /) };
}
