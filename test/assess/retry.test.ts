import { completed, decided, degraded, plan, retry, suspect } from "./situation.ts";

it("a retry repeats the named branches of the same incident, with today's survivors and no question", () => {
  const record = { ...completed({ outcome: "degraded" }).record, question: "Evacuate?", survivors: ["ap-southeast-1"] };
  const item = { ...degraded, completed: [completed({ outcome: "degraded", record })] };

  expect(decided({ item, signal: retry })).toMatchObject({
    kind: "act",
    incident: {
      id: "storefront-us-east-1-e1",
      failedRegion: suspect,
      failingSince: record.failingSince,
      survivors: ["eu-west-1", "ap-southeast-1"],
      branches: ["database"],
      question: null,
      authority: "person",
      startedBy: "ada",
    },
  });
});

it("FM77: a retry may name who is to become the writer, and the next one that does not has forgotten it", () => {
  const named = decided({ item: degraded, signal: { ...retry, target: "ap-southeast-1" } });
  const [run] = degraded.completed;
  const record = { ...run?.record, promotionTarget: "ap-southeast-1" };
  const item = { ...degraded, completed: [{ ...run, record }] } as typeof degraded;

  expect(named).toMatchObject({ kind: "act", incident: { promotionTarget: "ap-southeast-1", branches: ["database"] } });
  expect(named.explanation).toContain("ap-southeast-1 to become the writer");
  expect(decided({ item, signal: retry })).not.toHaveProperty("incident.promotionTarget");
});

it.each<[string, Partial<Parameters<typeof decided>[0]>, Partial<typeof retry>, string]>([
  ["the Region that failed", {}, { target: suspect }, "it is no survivor of this run"],
  ["no Region of the plan", {}, { target: "mars-east-1" }, "the plan names no cluster there"],
  ["one, of another branch", {}, { target: "eu-west-1", branches: ["traffic"] }, 'unless branches names "database"'],
  [
    "one, without a database",
    { plan: { ...plan, database: null } },
    { target: "eu-west-1" },
    "the plan has no database",
  ],
])("FM77: refuses a retry that wants as the writer %s", (_word, situation, change, why) => {
  const answer = decided({ item: degraded, ...situation, signal: { ...retry, ...change } });

  expect(answer).toMatchObject({ kind: "refused", reason: "invalidInput" });
  expect(answer.explanation).toContain(`target: received "${change.target}"`);
  expect(answer.explanation).toContain(why);
  if (why.includes("survivor") || why.includes("cluster there")) {
    expect(answer.explanation).toContain("must be one of eu-west-1, ap-southeast-1");
  }
});
