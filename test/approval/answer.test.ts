import { approvalAnswerSchema, type Covers, judgeAnswer } from "../../functions/approval/answer.ts";

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
    const answered = judgeAnswer(covers, null, onNoAnswer);

    expect(answered).toMatchObject({ approved, by: "nobody", covers, origin: "silence" });
    expect(answered.reason).toContain("Nobody answered in time");
  });

  it("takes a person's word, yes or no", () => {
    expect(judgeAnswer("dataLoss", yes, "decline")).toEqual({ ...yes, covers: "dataLoss", origin: "person" });
    expect(judgeAnswer("run", { ...yes, approved: false }, "proceed").approved).toBe(false);
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
    const answered = judgeAnswer("promotion", answer, "proceed");

    expect(answered).toMatchObject({ approved: false, by: "nobody", origin: "malformed" });
    expect(answered.reason).toContain("malformed");
    expect(approvalAnswerSchema.safeParse(answer).success).toBe(false);
  });
  it("says what is wrong with an answer, and what is allowed", () => {
    expect(judgeAnswer("run", { ...yes, approved: "yes" }, "decline").reason).toBe(
      'The answer was malformed and counts as declined: approved: received "yes": must be true or false',
    );
    expect(judgeAnswer("run", "yes", "decline").reason).toMatch(/declined: answer: received "yes": must be keys/);
  });
});
