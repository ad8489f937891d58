import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { eventBridge } from "../shared/aws/eventbridge.ts";
import { parseInstant } from "../shared/clock.ts";
import { describeSeconds, longestTimeToLiveSeconds } from "../shared/plan/duration.ts";
import { pollUntil } from "../shared/poll.ts";
import { createStep, type Handler, type StepDependencies, stepInput } from "../shared/step.ts";
import { createNameServerClient } from "../shared/name-servers.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { lookAgain } from "../watch/dns.ts";
import { readObservations } from "../watch/observations.ts";
import { probePublicName } from "../watch/probes.ts";
import {
  customersSeen,
  type Drain,
  gatherLearned,
  judgeDrain,
  placesShowing,
  type ServedView,
  type TrafficEvidence,
} from "./drain.ts";
import { switchedAfterSeconds } from "./switch-time.ts";

/** Past the time that the switch and the resolvers need, whoever is still sent there is given so much longer. */
const graceSeconds = 30;
/** Resolvers let go of an answer once its time is up, not in that very instant. */
const lettingGoMs = 2_000;
/** Name servers are asked about so many places, of those that show something, on every look. */
const placesAsked = 4;
/** Who was still sent there so lately, at one name server of several perhaps, has not been shown to be gone. */
const seenThereForMs = 60_000;

/** `problems`: the levers that could not be pulled, from the step before. */
const inputSchema = stepInput({ problems: z.array(z.string()) });

/**
 * Verifies that customers are sent to the failed Region no more: by vantages and networks that were sent there in calm
 * times, until resolvers that asked before have let go. Where nobody can show it, it waits for as long as the switch and
 * the resolvers take by their nature, and says that it is not shown (docs/adr/0024).
 */
export function createHandler(deps: StepDependencies): Handler {
  return createStep(deps, inputSchema, async ({ problems }, { deps: scoped, run, guard, journal }) => {
    const { plan, clock, region } = scoped;
    const { failedRegion } = run;
    const began = clock.now();
    const switchedAt = began + switchedAfterSeconds(plan.traffic.switch.kind) * 1_000;
    let goneSince: number | null = null;
    let [looks, looksGone] = [0, 0];
    let timeToLiveSeconds = plan.traffic.timeToLiveSeconds;
    let seenThere: { readonly at: number; readonly drain: Drain } | null = null;
    let last: Drain = { kind: "notShown", reason: "nobody has looked yet" };
    let customers: readonly ServedView[] = [];

    const ended = await pollUntil(
      scoped,
      guard,
      async (): Promise<TrafficEvidence | "timeIsUp" | null> => {
        const observations = await readObservations(scoped);
        const learned = gatherLearned(plan, region, observations);
        const places = placesShowing(learned, failedRegion).slice(0, placesAsked);
        const known = new Set(learned.addresses.map(({ address }) => address));
        const [look, found] = await Promise.all([
          places.length === 0
            ? null
            : lookAgain(
                scoped,
                learned.servers,
                places.map(({ subnet }) => subnet),
                known,
                looks++,
              ),
          probePublicName(scoped),
        ]);
        const now = clock.now();
        const here = { vantage: region, vote: found.vote, servedBy: found.servedBy };
        const patience = now < switchedAt ? "all" : "any";
        last = judgeDrain({
          plan,
          failedRegion,
          observations,
          learned: { ...learned, places },
          here,
          look,
          now,
          since: began,
          failingSince: run.failingSince,
          patience,
        });
        customers = customersSeen({ plan, observations, here, now });
        if (last.kind === "stillThere") seenThere = { at: now, drain: last };
        // Resolvers keep what the name servers told them, whatever the plan says.
        timeToLiveSeconds = Math.min(
          longestTimeToLiveSeconds,
          Math.max(timeToLiveSeconds, learned.timeToLiveSeconds ?? 0, look?.timeToLiveSeconds ?? 0),
        );
        const timeToLiveMs = timeToLiveSeconds * 1_000;
        // What every look from then on has shown, or what somebody has seen for longer.
        const mayBeSince = Math.max(last.kind === "gone" ? last.since : now, seenThere?.at ?? 0);
        goneSince = last.kind === "gone" ? Math.min(goneSince ?? now, mayBeSince) : null;
        looksGone = last.kind === "gone" ? looksGone + 1 : 0;
        // Each name server has its turn: resolvers ask all of them, and one may lag.
        const haveAllSaid = places.length === 0 || looksGone >= learned.servers.length;
        if (goneSince !== null && haveAllSaid && now >= goneSince + timeToLiveMs + lettingGoMs) return "shown";
        const wasThereLately = seenThere !== null && now - seenThere.at <= seenThereForMs;
        const hadItsTime = now >= switchedAt + timeToLiveMs;
        if (last.kind === "notShown" && hadItsTime && !wasThereLately) return "notShown";
        return now >= switchedAt + timeToLiveMs + graceSeconds * 1_000 ? "timeIsUp" : null;
      },
      (switchedAt - began) / 1_000 + longestTimeToLiveSeconds + graceSeconds,
    );

    const evidence: TrafficEvidence = ended === "shown" ? "shown" : "notShown";
    const view = evidence === "shown" ? last : viewOf(last, seenThere, clock.now());
    const detail = { customers, evidence: { traffic: evidence }, ...wordsOf(view) };
    if (evidence === "notShown" && view.kind === "stillThere") {
      const reason = `still sent to ${failedRegion}: ${view.who.join(", ")}`;
      await journal.append({
        step: "traffic",
        kind: "stepEnded",
        summary: `Traffic is switched, but not all of it has left ${failedRegion}: ${reason}`,
        detail: { result: "degraded", reason, ...detail },
      });
      return { result: "degraded", reason, evidence };
    }
    const seconds = Math.round((clock.now() - parseInstant(run.failingSince)) / 1_000);
    const left =
      evidence === "shown"
        ? `DNS sends customers to ${failedRegion} no more`
        : `Traffic is switched, and has had its time; that it has left ${failedRegion} is not shown`;
    if (problems.length > 0) {
      const reason = `the evacuation may not outlive ${region}: ${problems.join("; ")}`;
      await journal.append({
        step: "traffic",
        kind: "stepEnded",
        summary: `${left}, but ${reason}`,
        detail: { result: "degraded", reason, ...detail },
      });
      return { result: "degraded", reason, evidence };
    }
    await journal.append({
      step: "traffic",
      kind: "stepEnded",
      summary: `${left}, ${describeSeconds(seconds)} after the first failing probe`,
      detail: { result: "done", ...detail },
    });
    return { result: "done", reason: null, evidence };
  });
}

/** What the last looks showed: who was still sent there a moment ago counts for more than what the very last one found. */
function viewOf(last: Drain, seenThere: { readonly at: number; readonly drain: Drain } | null, now: number): Drain {
  return seenThere !== null && now - seenThere.at <= seenThereForMs ? seenThere.drain : last;
}

/** For the timeline. */
function wordsOf(view: Drain): Readonly<Record<string, string | readonly string[]>> {
  switch (view.kind) {
    case "gone":
      return { shownBy: view.shownBy };
    case "stillThere":
      return { stillThere: view.who };
    case "notShown":
      return { notShown: view.reason };
  }
}

export const handler: Handler = wire(createHandler, { dynamoDB, eventBridge }, { nameServers: createNameServerClient });
