import { approvalAnswerSchema, type Covers, judgeAnswer } from "../../functions/approval/answer.ts";
import type { Plan } from "../../functions/shared/plan/plan.ts";
import { examplePlan } from "../fakes/plans.ts";

const storefront = examplePlan("storefront");
const twoRegions = examplePlan("two-regions");
const saying = (onNoAnswer: "decline" | "proceed", plan: Plan = storefront): Plan => ({
  ...plan,
  automation: { ...plan.automation, approval: { ...plan.automation.approval, onNoAnswer } },
});

const yes = { approved: true, by: "ada", reason: "customers first" };

describe("judgeAnswer", () => {
  it.each<[Covers, "decline" | "proceed", boolean]>([
    ["run", "decline", false],
    ["run", "proceed", true],
    ["promotion", "decline", false],
    ["promotion", "proceed", true],
    ["dataLoss", "decline", false],
    ["dataLoss", "proceed", false],
  ])("silence about %s, by a plan that says %s, approves: %s", (covers, onNoAnswer, approved) => {
    const answered = judgeAnswer(covers, null, saying(onNoAnswer));

    expect(answered).toMatchObject({ approved, by: "nobody", covers, origin: "silence" });
    expect(answered.reason).toContain("Nobody answered in time");
  });

  it("FM14: silence promotes nothing where two Regions are all that look on, whatever the plan says", () => {
    expect(judgeAnswer("promotion", null, saying("proceed", twoRegions))).toMatchObject({
      approved: false,
      origin: "silence",
    });
    expect(judgeAnswer("promotion", yes, saying("proceed", twoRegions)).approved).toBe(true);
    expect(judgeAnswer("run", null, saying("proceed", twoRegions)).approved).toBe(true);
  });

  it.each([
    ["AccessDenied", "may not write"],
    ["Lambda.Unknown", 'Returned payload: {"errorMessage":"late"}'],
    ["Runtime.ExitError", null],
    ["States.TaskFailed", null],
  ])("takes %s for a question that nobody was asked, and so for no consent by silence", (failed, cause) => {
    const answered = judgeAnswer("run", { failed, cause }, saying("proceed"));

    expect(answered).toMatchObject({ approved: false, by: "nobody", origin: "notAsked" });
    expect(answered.reason).toBe(
      `The question could not be put to anybody: ${cause === null ? failed : `${failed}: ${cause}`}`,
    );
  });

  it.each([
    [{ failed: "TooRisky", cause: "wait for the database team" }, "TooRisky: wait for the database team"],
    [{ failed: null, cause: "{not JSON" }, "{not JSON"],
    [{ failed: null, cause: null }, "no reason given"],
  ])("takes a person's task failure for a no: %j", (answer, said) => {
    expect(judgeAnswer("run", answer, saying("proceed"))).toMatchObject({
      approved: false,
      origin: "person",
      reason: `Answered by a task failure: ${said}`,
    });
  });

  it("takes a person's word, yes or no", () => {
    expect(judgeAnswer("dataLoss", yes, saying("decline"))).toEqual({ ...yes, covers: "dataLoss", origin: "person" });
    expect(judgeAnswer("run", { ...yes, approved: false }, saying("proceed")).approved).toBe(false);
  });

  it.each<[string, unknown]>([
    ["nothing at all", undefined],
    ["a word", "yes"],
    ["true", true],
    ["an empty object", {}],
    ["no name", { approved: true, reason: "customers first" }],
    ["an empty name", { ...yes, by: "  " }],
    ["a name that nobody can see", { ...yes, by: "\u0000" }],
    ["a reason that steers a terminal", { ...yes, reason: "yes\u001b[2J" }],
    ["no reason", { approved: true, by: "ada" }],
    ["an empty reason", { ...yes, reason: "" }],
    ["yes as a word", { ...yes, approved: "true" }],
    ["one as yes", { ...yes, approved: 1 }],
    ["more than was asked", { ...yes, lossSeconds: 0 }],
    ["a list", [yes]],
  ])("never takes %s for a yes, whatever the plan says", (_word, answer) => {
    const answered = judgeAnswer("promotion", answer, saying("proceed"));

    expect(answered).toMatchObject({ approved: false, by: "nobody", origin: "malformed" });
    expect(answered.reason).toContain("malformed");
    expect(approvalAnswerSchema.safeParse(answer).success).toBe(false);
  });
  it("says what is wrong with an answer, and what is allowed", () => {
    expect(judgeAnswer("run", { ...yes, approved: "yes" }, saying("decline")).reason).toBe(
      'The answer was malformed and counts as declined: approved: received "yes": must be true or false',
    );
    expect(judgeAnswer("run", "yes", saying("decline")).reason).toMatch(
      /declined: answer: received "yes": must be keys/,
    );
  });
});
