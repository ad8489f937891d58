import fc from "fast-check";
import type { Approval } from "../../functions/approval/answer.ts";
import { decidePromotion, estimateLoss, type GateInput } from "../../functions/database/gate.ts";
import type { LagEvidence } from "../../functions/database/lag.ts";
import type { SignOfLife } from "../../functions/database/life.ts";
import { isoInstant, parseInstant } from "../../functions/shared/clock.ts";
import { findThirdOpinion } from "../../functions/shared/plan/plan.ts";
import { readQuestion } from "../../simulator/people.ts";
import { failingSince, storefront } from "./world.ts";

const dead: SignOfLife = { kind: "none" };
const replicating: SignOfLife = { kind: "replication", reason: "replication from it advances" };
const heard: SignOfLife = { kind: "heartbeat", reason: "its controller was heard" };
const unknownLag: LagEvidence = { kind: "unknown", why: "frozen", last: null };

function lagOf(seconds: number, secondsBefore = 60): LagEvidence {
  const sampledAt = isoInstant(parseInstant(failingSince) - secondsBefore * 1_000);
  return { kind: "known", reading: { seconds, sampledAt, source: "AuroraGlobalDBRPOLag" } };
}

function approvalOf(covers: Approval["covers"], lossSeconds: number | null, about: Partial<Approval> = {}): Approval {
  const target = "eu-west-1";
  return {
    approved: true,
    by: "ada",
    reason: "customers first",
    covers,
    target,
    flavour: "failover",
    lossSeconds,
    ...about,
  };
}

const declined = { approved: false };
const ofSwitchover = { flavour: "switchover" } as const;
const ofAnother = { target: "ap-southeast-1" };

const base: GateInput = {
  primary: "us-east-1",
  target: "eu-west-1",
  life: dead,
  switchover: "untried",
  lag: lagOf(2),
  failingSince,
  budgetSeconds: 10,
  level: "automatic",
  authority: "automation",
  thirdOpinion: "present",
  approval: null,
};

/** Kind, and by which call or about what. */
function outcomeOf(change: Partial<GateInput>): string {
  const decision = decidePromotion({ ...base, ...change });
  switch (decision.kind) {
    case "proceed":
      return `proceed by ${decision.flavour}`;
    case "ask":
      return `ask about ${decision.question.covers}`;
    case "observe":
    case "declined":
    case "blocked":
      return decision.kind;
  }
}

describe("decidePromotion", () => {
  it.each<[string, Partial<GateInput>, string]>([
    ["dead, lag inside the budget", {}, "proceed by failover"],
    ["dead, lag exactly the budget", { lag: lagOf(10) }, "proceed by failover"],
    ["dead, lag beyond the budget", { lag: lagOf(10.001) }, "ask about dataLoss"],
    ["dead, lag unknown", { lag: unknownLag }, "ask about dataLoss"],
    ["replicating", { life: replicating }, "proceed by switchover"],
    ["replicating, lag unknown", { life: replicating, lag: unknownLag }, "proceed by switchover"],
    ["heard", { life: heard }, "proceed by switchover"],
    ["replicating, switchover refused", { life: replicating, switchover: "refused" }, "blocked"],
    ["heard, switchover refused", { life: heard, switchover: "refused" }, "ask about dataLoss"],
    ["dead now, switchover refused before", { switchover: "refused" }, "proceed by failover"],
    ["approve", { level: "approve" }, "ask about promotion"],
    ["approve, replicating", { level: "approve", life: replicating }, "ask about promotion"],
    ["approve, beyond the budget", { level: "approve", lag: lagOf(60) }, "ask about dataLoss"],
    ["observe", { level: "observe" }, "observe"],
    ["observe, beyond the budget", { level: "observe", lag: unknownLag }, "observe"],
    ["observe, started by a person", { level: "observe", authority: "person" }, "ask about promotion"],
    ["automatic, started by a person, lag unknown", { authority: "person", lag: unknownLag }, "ask about dataLoss"],
    ["no third opinion", { thirdOpinion: "absent" }, "ask about promotion"],
    ["no third opinion, replicating", { thirdOpinion: "absent", life: replicating }, "ask about promotion"],
    ["declined", { approval: approvalOf("dataLoss", null, declined) }, "declined"],
    ["declined, nothing to lose", { life: replicating, approval: approvalOf("promotion", 0, declined) }, "declined"],
    ["loss approved", { lag: lagOf(25), approval: approvalOf("dataLoss", 25) }, "proceed by failover"],
    ["a smaller loss approved", { lag: lagOf(25), approval: approvalOf("dataLoss", 24) }, "ask about dataLoss"],
    ["an unknown loss approved", { lag: unknownLag, approval: approvalOf("dataLoss", null) }, "proceed by failover"],
    [
      "a known loss approved, now unknown",
      { lag: unknownLag, approval: approvalOf("dataLoss", 25) },
      "ask about dataLoss",
    ],
    ["only a promotion approved", { lag: lagOf(25), approval: approvalOf("promotion", 2) }, "ask about dataLoss"],
    ["promotion approved", { level: "approve", approval: approvalOf("promotion", 2) }, "proceed by failover"],
    [
      "a promotion without loss approved, now with loss",
      { level: "approve", approval: approvalOf("promotion", 0, ofSwitchover) },
      "ask about promotion",
    ],
    [
      "FM42: a switchover approved, now a failover that loses nothing",
      { level: "approve", lag: lagOf(0), approval: approvalOf("promotion", 0, ofSwitchover) },
      "ask about promotion",
    ],
    [
      "a switchover approved, and still one",
      { level: "approve", life: heard, approval: approvalOf("promotion", 0, ofSwitchover) },
      "proceed by switchover",
    ],
    [
      "FM39: another target's loss approved",
      { lag: lagOf(25), approval: approvalOf("dataLoss", 25, ofAnother) },
      "ask about dataLoss",
    ],
    [
      "FM40: another target's unknown loss approved",
      { lag: unknownLag, approval: approvalOf("dataLoss", null, ofAnother) },
      "ask about dataLoss",
    ],
    [
      "another target approved",
      { level: "approve", approval: approvalOf("promotion", 2, ofAnother) },
      "ask about promotion",
    ],
    [
      "another target approved, by switchover",
      { level: "approve", life: replicating, approval: approvalOf("promotion", 0, { ...ofAnother, ...ofSwitchover }) },
      "ask about promotion",
    ],
    [
      "another target approved where nobody need be asked",
      { approval: approvalOf("dataLoss", null, ofAnother) },
      "proceed by failover",
    ],
    [
      "a loss approved, now none",
      { level: "approve", life: heard, approval: approvalOf("dataLoss", 25) },
      "proceed by switchover",
    ],
    [
      "heard, switchover refused, loss approved",
      { life: heard, switchover: "refused", approval: approvalOf("dataLoss", 2) },
      "proceed by failover",
    ],
    [
      "replicating, switchover refused, loss approved",
      { life: replicating, switchover: "refused", approval: approvalOf("dataLoss", null) },
      "blocked",
    ],
  ])("%s", (_situation, change, expected) => {
    expect(outcomeOf(change)).toBe(expected);
  });

  const lag = fc.oneof(
    fc.constant(unknownLag),
    fc
      .tuple(fc.double({ min: 0, max: 1_000 }), fc.integer({ min: -60, max: 180 }))
      .map(([s, before]) => lagOf(s, before)),
  );
  const input: fc.Arbitrary<GateInput> = fc.record({
    primary: fc.constant("us-east-1"),
    target: fc.constant("eu-west-1"),
    life: fc.constantFrom(dead, replicating, heard),
    switchover: fc.constantFrom("untried", "refused"),
    lag,
    failingSince: fc.constant(failingSince),
    budgetSeconds: fc.integer({ min: 0, max: 100 }),
    level: fc.constantFrom("observe", "approve", "automatic"),
    authority: fc.constantFrom("automation", "person"),
    thirdOpinion: fc.constantFrom("present", "absent"),
    approval: fc.option(
      fc
        .tuple(
          fc.constantFrom("promotion", "dataLoss"),
          fc.option(fc.double({ min: 0, max: 1_000, noNaN: true })),
          fc.boolean(),
          fc.constantFrom("eu-west-1", "ap-southeast-1"),
          fc.constantFrom<Approval["flavour"][]>("switchover", "failover"),
        )
        .map(([covers, seconds, approved, target, flavour]) =>
          approvalOf(covers as Approval["covers"], seconds, { approved, target, flavour }),
        ),
    ),
  });

  it("allows data loss without a person only when the primary is dead and the known loss is inside the budget", () => {
    fc.assert(
      fc.property(input, (drawn) => {
        const decision = decidePromotion({ ...drawn, approval: null });
        if (decision.kind !== "proceed" || decision.flavour !== "failover") return;
        expect(drawn.life.kind).toBe("none");
        expect(drawn.level).toBe("automatic");
        expect(drawn.thirdOpinion).toBe("present");
        expect(drawn.lag.kind === "known" ? drawn.lag.reading.seconds : Number.NaN).toBeLessThanOrEqual(
          drawn.budgetSeconds,
        );
        expect(decision.loss.worstCaseLossSeconds).toBeLessThanOrEqual(drawn.budgetSeconds + 180);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never loses more than a person accepted, nor anything of a primary that replicates", () => {
    fc.assert(
      fc.property(input, (drawn) => {
        const decision = decidePromotion(drawn);
        if (decision.kind !== "proceed") return;
        expect(drawn.approval?.approved ?? true).toBe(true);
        if (decision.flavour === "switchover") {
          expect(drawn.life.kind).not.toBe("none");
          expect(decision.loss).toEqual({ lossSeconds: 0, worstCaseLossSeconds: 0 });
          return;
        }
        expect(drawn.life.kind).not.toBe("replication");
        const { lossSeconds } = decision.loss;
        const beyondBudget = lossSeconds === null || lossSeconds > drawn.budgetSeconds;
        if (!beyondBudget) return;
        expect(drawn.approval).toMatchObject({
          approved: true,
          covers: "dataLoss",
          target: drawn.target,
          flavour: "failover",
        });
        const accepted = drawn.approval?.lossSeconds ?? Number.POSITIVE_INFINITY;
        expect(lossSeconds ?? (accepted === Number.POSITIVE_INFINITY ? 0 : Number.NaN)).toBeLessThanOrEqual(accepted);
      }),
      { numRuns: 2_000 },
    );
  });

  it("asks only what a yes would let through", () => {
    fc.assert(
      fc.property(input, (drawn) => {
        const asked = decidePromotion(drawn);
        if (asked.kind !== "ask") return;
        const covers = asked.question.covers as Approval["covers"];
        const again = decidePromotion({
          ...drawn,
          approval: approvalOf(covers, asked.loss.lossSeconds, { flavour: asked.flavour }),
        });
        expect(again.kind).toBe("proceed");
      }),
      { numRuns: 2_000 },
    );
  });

  it("puts a question that says what is lost and why it is asked", () => {
    const decision = decidePromotion({ ...base, lag: lagOf(25, 60) });

    expect(decision).toMatchObject({
      kind: "ask",
      question: {
        summary: "Promote Aurora in eu-west-1, losing about 25 s (at worst 1 min 25 s) of writes made in us-east-1?",
        detail: expect.stringContaining("beyond the budget"),
      },
    });
  });
});

it("FM39: a question that is asked anew says what was approved instead", () => {
  const decision = decidePromotion({ ...base, lag: unknownLag, approval: approvalOf("dataLoss", 25, ofAnother) });

  expect(decision).toMatchObject({
    question: {
      detail: expect.stringContaining(
        "What ada approved was a failover to ap-southeast-1, losing 25 s: that does not cover this.",
      ),
    },
  });
});

describe("estimateLoss", () => {
  it("FM74: expects what the target heard nothing of to be lost, and not at worst only", () => {
    expect(estimateLoss(lagOf(2, 20), failingSince, 95)).toEqual({ lossSeconds: 97, worstCaseLossSeconds: 97 });
    expect(outcomeOf({ unreceivedSeconds: 95 })).toBe("ask about dataLoss");
  });

  it.each([
    ["a reading before the failure can have grown", lagOf(2, 60), 2, 62],
    ["a reading after it cannot", lagOf(2, -30), 2, 2],
    ["an unknown lag is an unknown loss", unknownLag, null, null],
  ])("%s", (_word, evidence, lossSeconds, worstCaseLossSeconds) => {
    expect(estimateLoss(evidence, failingSince)).toEqual({ lossSeconds, worstCaseLossSeconds });
  });
});

describe("findThirdOpinion", () => {
  it("needs a third Region or a witness", () => {
    const two = storefront.regions.slice(0, 2);
    const noWitness = { ...storefront.detection, witnesses: [] };

    expect(findThirdOpinion({ ...storefront, regions: two, detection: noWitness })).toBe("absent");
    expect(findThirdOpinion({ ...storefront, regions: two })).toBe("present");
    expect(findThirdOpinion({ ...storefront, detection: noWitness })).toBe("present");
  });
});

describe("FM76: beside a cluster that has left the global cluster", () => {
  const outsiders = [{ region: "ap-southeast-1", arn: "arn:ap", kind: "read" }] as const;
  const living = { life: heard, outsiders };
  it.each<[string, Partial<GateInput>, string]>([
    ["nobody has been asked", { outsiders }, "ask about dataLoss"],
    ["nobody has been asked about a switchover", living, "ask about dataLoss"],
    ["a yes knew nothing of it", { outsiders, approval: approvalOf("dataLoss", null) }, "ask about dataLoss"],
    [
      "a yes was of another one",
      { outsiders, approval: approvalOf("dataLoss", null, { beside: "us-west-2" }) },
      "ask about dataLoss",
    ],
    [
      "a yes knew of it",
      { outsiders, approval: approvalOf("dataLoss", null, { beside: "us-west-2,ap-southeast-1" }) },
      "proceed by failover",
    ],
    [
      "a yes to a switchover knew of it",
      { ...living, approval: approvalOf("dataLoss", 0, { ...ofSwitchover, beside: "ap-southeast-1" }) },
      "proceed by switchover",
    ],
  ])("when %s", (_word, change, expected) => {
    expect(outcomeOf(change)).toBe(expected);
  });

  it("says so in the question, which can be read as the world reads it", () => {
    const failover = decidePromotion({ ...base, outsiders });
    const switchover = decidePromotion({ ...base, ...living });

    const summaries = [failover, switchover].map((each) => (each.kind === "ask" ? each.question.summary : ""));
    expect(summaries.map(readQuestion)).toEqual([
      { kind: "failover", target: "eu-west-1", lossSeconds: 2, beside: ["ap-southeast-1"] },
      { kind: "switchover", target: "eu-west-1", beside: ["ap-southeast-1"] },
    ]);
  });
});
