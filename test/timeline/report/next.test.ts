import { readFileSync } from "node:fs";
import { maximumTakeovers } from "../../../functions/coordination/rules.ts";
import type { Json } from "../../../functions/timeline/event.ts";
import { adviceOn } from "../../../functions/timeline/report/advice.ts";
import { nextSteps } from "../../../functions/timeline/report/next.ts";
import { type PageTold, summarize } from "../../../functions/timeline/report/summary.ts";
import { headline, recoveryTimeWords, regionTitle, regionWords } from "../../../functions/timeline/report/words.ts";
import { Chain, failingSince, instant } from "../../fixtures/chain.ts";
import { approved, degraded } from "../../fixtures/timeline.ts";

const about = { region: "us-east-1", suspects: ["us-east-1"] };

/** Every reason to do nothing with what the runbook says to do. */
function runbook(): readonly (readonly [string, string])[] {
  const text = readFileSync("docs/runbook.md", "utf8");
  const section = /\n## Why it stood down\n([\s\S]*?)\n## /.exec(text)?.[1] ?? "";
  return [...section.matchAll(/^\| `(\w+)` \|.*\| (.*) \|$/gm)].map(([, reason = "", todo = ""]) => [reason, todo]);
}

describe("advice on each reason to do nothing", () => {
  const union = /export type NoReason =([^;]+);/.exec(readFileSync("functions/assess/decision.ts", "utf8"))?.[1] ?? "";
  const reasons = [...union.matchAll(/"(\w+)"/g)].map(([, reason = ""]) => reason);
  /** What the runbook says of them elsewhere than in the table. */
  const below: Readonly<Record<string, string>> = {
    takeoversExhausted: "offered",
    leaseStoreUnreachable: "notOffered",
  };

  it("is there for each, and the runbook knows the same ones", () => {
    expect(reasons.length).toBeGreaterThan(20);
    expect(
      runbook()
        .map(([reason]) => reason)
        .sort(),
    ).toEqual(reasons.toSorted());
    expect(reasons.filter((reason) => adviceOn(reason, about) === null)).toEqual([]);
    expect(adviceOn("aReasonOfANewerVersion", about)).toBeNull();
  });

  it.each(runbook())("%s: a start is offered where the runbook speaks of one, and nowhere else: %s", (reason, todo) => {
    const wanted = below[reason] ?? (/\b(?:start|request)\b/i.test(todo) ? "offered" : "notOffered");

    expect({ todo, start: adviceOn(reason, about)?.start }).toEqual({ todo, start: wanted });
  });

  it.each(runbook().filter(([, todo]) => /Do not evacuate|Nothing overrides/.test(todo)))(
    "%s: warns as the runbook does: %s",
    (reason, todo) => {
      const { title = "", text = "" } = adviceOn(reason, about) ?? {};
      const warning = /Do not evacuate|Nothing overrides/.exec(todo)?.[0] ?? "";
      expect(`${title}. ${text}`.toLowerCase()).toContain(warning.toLowerCase());
    },
  );
});

/** A decision record of its own, as every "no" has one. */
function no(seconds: number, region: string, assessment: string, reason: string) {
  return new Chain(region, 0, "ap-southeast-1").add(seconds, "assess", "decision", `Stood down: ${reason}.`, {
    decision: "stoodDown",
    reason,
    reasons: [`${reason}.`],
    assessment,
    signal: { kind: "alarm", region, source: `alarm storefront-${region}-customers` },
  }).events;
}

describe("what to do after a stand-down", () => {
  it("FM26: without a lease nobody is sent to start the machine, and the suspect is the Region that is down", () => {
    const summary = summarize(
      [
        ...no(80, "us-east-1", "down", "leaseStoreUnreachable"),
        ...no(200, "eu-west-1", "unconfirmed", "leaseStoreUnreachable"),
      ],
      null,
    );

    expect(summary).toMatchObject({ failedRegion: "us-east-1", suspects: ["us-east-1"], outcome: "stoodDown" });
    expect(nextSteps(summary)).toEqual([
      {
        title: "Act by hand if customers wait",
        text: expect.stringMatching(/customers of us-east-1 wait.*"The lease store is unreachable" in the runbook/),
        input: null,
      },
    ]);
  });

  it("FM13: where every Region looks bad each is named, and no start is offered", () => {
    const summary = summarize(
      ["us-east-1", "eu-west-1"].flatMap((region, index) =>
        no(60 + index, region, "everythingFailing", "everythingFailing"),
      ),
      null,
    );

    expect([regionTitle(summary), regionWords(summary)]).toEqual(["Suspected Regions", "us-east-1 and eu-west-1"]);
    expect(nextSteps(summary)).toMatchObject([{ title: expect.stringMatching(/^Do not evacuate/), input: null }]);
  });

  it("a person who may overrule it gets the input that does", () => {
    const summary = summarize(no(60, "us-east-1", "down", "cooldown"), null);

    const [step] = nextSteps(summary);
    expect(step?.text).toContain("A person's request does not wait for evidence.");
    expect(JSON.parse(step?.input ?? "")).toEqual({ region: "us-east-1", reason: "…", by: "…" });
  });

  it("what the suspect's own controller said does not stand for the others' reason", () => {
    const summary = summarize(
      [...no(60, "us-east-1", "gray", "overloadSuspected"), ...no(90, "us-east-1", "down", "observerIsSuspect")],
      null,
    );

    expect(nextSteps(summary)).toMatchObject([{ title: "Give us-east-1 capacity, or shed load", input: null }]);
  });
});

function opened(takeovers = 0): Chain {
  return new Chain("storefront-us-east-1-e1", 1, "eu-west-1").add(70, "assess", "opened", "Opened.", {
    failedRegion: "us-east-1",
    failingSince,
    takeovers,
    recoveryTimeObjectiveSeconds: 480,
  });
}

function page(reason: string, region: string, seconds: number): PageTold {
  return {
    at: instant(seconds),
    from: "ap-southeast-1",
    incident: "storefront-us-east-1-e1",
    region,
    reason,
    summary: `${region} is the matter`,
    whatToDo: "See to it",
  };
}

const titles = (summary: Parameters<typeof nextSteps>[0]) => nextSteps(summary).map(({ title }) => title);

describe("what to do while a run goes on", () => {
  it("a watch takes over, until it has done so five times", () => {
    const text = (takeovers: number) => nextSteps(summarize(opened(takeovers).events, null))[0]?.text;

    expect(text(maximumTakeovers - 1)).toContain("the watch in a survivor takes the run over");
    expect(text(maximumTakeovers)).not.toContain("the watch in a survivor takes the run over");
    expect(text(maximumTakeovers)).toContain('"A run that never ends"');
  });

  it("FM12: once people were paged that it never ends, nobody is said to go on with it", () => {
    const summary = summarize(opened(maximumTakeovers).events, null, [page("takeoversExhausted", "us-east-1", 700)]);

    expect(summary).toMatchObject({ outcome: "degraded", branchesToRetry: [], reasons: ["us-east-1 is the matter"] });
    expect(headline(summary)).toContain("automation gave it up after 5 takeovers, and people were paged");
    const [step] = nextSteps(summary);
    expect(step).toMatchObject({
      title: "End the run that automation has given up",
      text: expect.stringMatching(/after 5 takeovers, and people were paged at 09:11:47 UTC.*"A run that never ends"/),
    });
    expect(JSON.parse(step?.input ?? "")).toMatchObject({ region: "us-east-1" });
  });

  it("FM39: a second Region that fails comes first, and again where the open question names it", () => {
    const events = approved().filter(({ at }) => at < instant(194));
    const about = { ...page("otherIncidentInProgress", "eu-west-1", 180), incident: events[0]?.incident ?? "" };
    const [first, second] = nextSteps(summarize(events, null, [about]));

    expect(first).toMatchObject({
      title: "Look at eu-west-1: it fails too",
      text: expect.stringContaining("paged about it at 09:03:07 UTC"),
      input: null,
    });
    expect(second?.text).toMatch(/The run waits for this answer: .* Mind that eu-west-1, which the question names/);
  });

  it("a page about another incident is none of this run's", () => {
    const other = { ...page("otherIncidentInProgress", "eu-west-1", 180), incident: "another" };
    expect(summarize(opened().events, null, [other]).pages).toEqual([]);
  });
});

/** A run whose database branch left no single writer. */
function withoutWriter(database: Readonly<Record<string, Json>>) {
  const reason = "reads have been served since 09:04:07; writes were not tried";
  return opened()
    .add(75, "database", "stepEnded", "No writer.", { result: "degraded", reason: "no writer", ...database })
    .add(270, "recovery", "stepEnded", `Recovery is not shown: ${reason}`, {
      result: "degraded",
      reason,
      servedSince: null,
      verifiedAt: null,
      reads: { servedSince: instant(240), verifiedAt: instant(270) },
    })
    .add(271, "timeline", "closed", "Degraded.", {
      outcome: "degraded",
      rtoSeconds: null,
      reasons: ["database: no writer", `recovery: ${reason}`],
      branches: { database: { result: "degraded" } },
    }).events;
}

describe("what to do after a run that ended degraded", () => {
  it("FM43: reads alone meet no objective, and whoever reads it is sent to see about writes", () => {
    const summary = summarize(withoutWriter({}), null);

    expect(summary).toMatchObject({
      recoveryTime: { seconds: null, verdict: "missed" },
      verifiedAt: null,
      reads: { since: instant(240), seconds: 270 },
    });
    expect(recoveryTimeWords(summary)).toEqual({
      value: "not recovered",
      verdict: "reads served after 4 min 30 s; writes are not served: no writer; objective 8 min: missed",
    });
    expect(titles(summary)).toEqual(["Retry database", "See that writes are served"]);
  });

  it("FM45: of two writers one is stopped before anything else is done", () => {
    const summary = summarize(withoutWriter({ writers: ["arn:one", "arn:two"] }), null);

    expect(recoveryTimeWords(summary).verdict).toContain("writes go to more than one writer");
    const [stop, retry] = nextSteps(summary);
    expect(stop).toMatchObject({ title: "Stop writes to one of the two writers now", input: null });
    expect(stop?.text).toMatch(/^arn:one and arn:two take writes at once\. .*snapshot of each/);
    expect(retry?.text).toMatch(/^When one writer is left/);
  });

  it("FM76: of clusters that may take writes nobody is told to stop one before it is known which of them does", () => {
    const summary = summarize(withoutWriter({ writers: [], mayWrite: ["arn:one", "arn:two"] }), null);

    expect(recoveryTimeWords(summary).verdict).toContain("writes may go to more than one writer, or to none");
    const [find, retry] = nextSteps(summary);
    expect(find).toMatchObject({ title: "Find out which cluster takes writes", input: null });
    expect(find?.text).toMatch(/arn:one and arn:two.* not to the only one that does/);
    expect(retry?.text).toMatch(/^When one writer is left/);
  });

  it("a reason of the recovery has its step beside the retry of a branch", () => {
    const events = opened()
      .add(200, "capacity", "stepEnded", "Short.", { result: "degraded", reason: "11 short" })
      .add(600, "recovery", "stepEnded", "Not shown.", { result: "degraded", reason: "us-west-2 is not served" })
      .add(601, "timeline", "closed", "Degraded.", {
        outcome: "degraded",
        branches: { capacity: { result: "degraded" } },
      }).events;
    const steps = nextSteps(summarize(events, null));

    expect(steps.map(({ title }) => title)).toEqual(["Retry capacity", "See who is not served"]);
    expect(steps[1]?.text).toContain("us-west-2 is not served");
    expect(titles(summarize(degraded(), null))).not.toContain("See who is not served");
  });
});
