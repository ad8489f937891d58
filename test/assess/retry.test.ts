import { completed, decided, degraded, retry, suspect } from "./situation.ts";

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
