import type { Detail } from "../../../functions/timeline/report/read.ts";
import { lookedBecause, signalWords, startedByWords } from "../../../functions/timeline/report/signal-words.ts";

const region = "us-east-1";

describe("why it looked, for each kind of signal", () => {
  it.each<[Detail, string]>([
    [
      { kind: "watch", region, source: "watch in eu-west-1" },
      "It looked because the watch in eu-west-1 saw us-east-1 failing.",
    ],
    [
      { kind: "alarm", region, source: "alarm shop-customers in eu-west-1", state: "ALARM", silenced: null },
      "It looked because the alarm shop-customers in eu-west-1, which watches over us-east-1, went to ALARM.",
    ],
    [
      { kind: "health", region, source: "arn:aws:health:x", state: "open" },
      "It looked because AWS Health reported an issue of us-east-1 (arn:aws:health:x).",
    ],
    [
      { kind: "health", region, source: "arn:aws:health:x", state: "closed" },
      "It looked because AWS Health reported an issue of us-east-1 as over (arn:aws:health:x).",
    ],
    [
      { kind: "request", region, source: "ana", reason: "customers cannot pay" },
      "It looked because ana asked to move customers away from us-east-1: “customers cannot pay”.",
    ],
    [
      { kind: "request", region, source: "operator", reason: "drill" },
      "It looked because a person who gave no name asked to move customers away from us-east-1: “drill”.",
    ],
    [
      { kind: "takeover", incident: "shop-us-east-1-e1", epoch: 1, source: "watch in eu-west-1" },
      "It looked because the watch in eu-west-1 saw that nobody went on with shop-us-east-1-e1.",
    ],
    [
      {
        kind: "retry",
        incident: "shop-us-east-1-e1",
        branches: ["database", "tables"],
        source: "ana",
        reason: "fixed",
      },
      "It looked because ana asked for a retry of database and tables: “fixed”.",
    ],
    [{ kind: "tide", source: "the sea" }, "It looked because of a signal “tide” from the sea."],
  ])("%j", (signal, expected) => {
    expect(lookedBecause(signalWords(signal))).toBe(expected);
  });

  it("says nothing where no signal is recorded", () => {
    expect(lookedBecause(signalWords({}))).toBeNull();
  });

  it.each([
    ["watch in eu-west-1", "the watch in eu-west-1"],
    ["alarm shop-customers in eu-west-1", "the alarm shop-customers in eu-west-1"],
    ["operator", "a person who gave no name"],
    ["ana", "ana"],
  ])("started by %s: %s", (source, expected) => {
    expect(startedByWords(source)).toBe(expected);
  });
});
