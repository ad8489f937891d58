import type { PublishCommandInput, PublishCommandOutput } from "@aws-sdk/client-sns";
import type { Clock } from "../../functions/shared/clock.ts";
import { simulatedAccount } from "../account.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { UnknownToSimulator } from "./unknown.ts";

/** A message as a topic has taken it, and so as whoever is subscribed got it. */
export interface TopicMessage {
  readonly at: number;
  /** The topic's Region. */
  readonly region: string;
  readonly subject: string | null;
  readonly text: string;
  /** Its JSON; null where it is none. */
  readonly content: Readonly<Record<string, unknown>> | null;
  readonly attributes: Readonly<Record<string, string>>;
}

const publishFields = new Set(["TopicArn", "Subject", "Message", "MessageAttributes"]);
/** "Publish" in the API reference: 256 KiB of UTF-8, and subjects of less than 100 characters without control characters. */
const mostBytes = 256 * 1_024;
const leastTooLongSubject = 100;

/** SNS: standard topics, each in one Region. Every message is delivered at once. */
export class SimulatedSns implements SimulatedService {
  readonly #clock: Clock;
  readonly #topics = new Set<string>();
  readonly #messages: TopicMessage[] = [];
  #count = 0;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  createTopic(region: string, name: string): string {
    const arn = topicArn(region, name);
    this.#topics.add(arn);
    return arn;
  }

  /** What people heard, in the order in which topics took it. */
  get messages(): readonly TopicMessage[] {
    return this.#messages;
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    if (request.operation !== "Publish") throw new UnknownToSimulator(`sns:${request.operation}`);
    const input = readInput<PublishCommandInput>(request, publishFields);
    const { TopicArn: arn = "", Subject: subject, Message: text = "", MessageAttributes: attributes = {} } = input;
    const [, , , region] = arn.split(":");
    if (region !== request.region) throw invalid("TopicArn");
    if (!this.#topics.has(arn)) throw new ServiceError("NotFoundException", "Topic does not exist", 404);
    if (text === "") throw invalid("Empty message");
    const values = Object.entries(attributes).map(([name, { DataType, StringValue }]) => {
      if (DataType !== "String") throw new UnknownToSimulator(`an attribute of type ${DataType}`);
      if (StringValue === undefined || StringValue === "") throw invalid(`The message attribute '${name}' is empty`);
      return [name, StringValue] as const;
    });
    const bytes = [text, ...values.flat()].reduce((sum, each) => sum + Buffer.byteLength(each), 0);
    if (bytes > mostBytes) throw invalid("Message too long");
    if (subject !== undefined && (subject.length >= leastTooLongSubject || /^$|[\p{Cc}]/u.test(subject))) {
      throw invalid("Subject");
    }
    this.#messages.push({
      at: this.#clock.now(),
      region: request.region,
      subject: subject ?? null,
      text,
      content: contentOf(text),
      attributes: Object.fromEntries(values),
    });
    this.#count++;
    return answer<PublishCommandOutput>({ MessageId: `message-${String(this.#count).padStart(6, "0")}` });
  }
}

export function topicArn(region: string, name: string): string {
  return `arn:aws:sns:${region}:${simulatedAccount}:${name}`;
}

function invalid(what: string): ServiceError {
  return new ServiceError("InvalidParameterException", `Invalid parameter: ${what}`);
}

function contentOf(text: string): TopicMessage["content"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
