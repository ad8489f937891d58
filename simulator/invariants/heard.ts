import { howToAnswer } from "../../functions/approval/question.ts";
import { plainItem } from "../aws/dynamodb/item.ts";
import type { AcceptedWrite } from "../aws/dynamodb.ts";
import type { TopicMessage } from "../aws/sns.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";

type Content = Readonly<Record<string, unknown>>;

/** What a message says besides what its record does: by which repeats are folded, and how the record is answered. */
const added = new Set(["dedupKey", "answerIn", "answerBy"]);

/** Whatever a topic got is what a record of the controller says, word for word, but for the token of a question (FM58). */
export class Heard {
  readonly #world: World;
  /** What the controller's own functions have written, by its sentence. */
  readonly #records = new Map<unknown, Content[]>();
  #messagesSeen = 0;

  constructor(world: World) {
    this.#world = world;
    world.dynamoDB.observe((write) => this.#note(write));
  }

  judge(): readonly Violation[] {
    const { messages } = this.#world.sns;
    if (this.#messagesSeen === messages.length) return [];
    const fresh = messages.slice(this.#messagesSeen);
    this.#messagesSeen = messages.length;
    return fresh
      .filter((message) => !this.#isOfRecord(message))
      .map(({ region, text }) => ({
        invariant: "pagesSayRecords",
        message: `people of ${region} were told what no record says: ${text.slice(0, 200)}`,
      }));
  }

  #note({ table, item, request }: AcceptedWrite): void {
    if (table !== this.#world.plan.recordsTable || item === null || request.caller.functionName === "Person") return;
    // Most of what is written says nothing in a sentence.
    const summary = item.summary?.S;
    if (summary === undefined) return;
    const record = plainItem(item);
    const known = this.#records.get(summary);
    if (known === undefined) this.#records.set(summary, [record]);
    else known.push(record);
  }

  #isOfRecord({ content }: TopicMessage): boolean {
    if (content === null || "token" in content) return false;
    return (this.#records.get(content.summary) ?? []).some(
      (record) =>
        Object.entries(content).every(([key, value]) => added.has(key) || isSame(value, record[key])) &&
        this.#isAnsweredAsRecorded(content, record),
    );
  }

  #isAnsweredAsRecorded({ answerIn, answerBy }: Content, record: Content): boolean {
    if (answerBy === undefined) return true;
    const place = { ...record, recordsTable: this.#world.plan.recordsTable } as Parameters<typeof howToAnswer>[0];
    return answerIn === record.region && isSame(answerBy, howToAnswer(place));
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
