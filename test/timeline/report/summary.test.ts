import { readFileSync } from "node:fs";
import { loadPlan } from "../../../functions/shared/plan/load.ts";
import { renderHtml } from "../../../functions/timeline/report/html.ts";
import { renderJson } from "../../../functions/timeline/report/json.ts";
import { lossWords } from "../../../functions/timeline/report/loss-words.ts";
import { nextSteps } from "../../../functions/timeline/report/next.ts";
import { summarize } from "../../../functions/timeline/report/summary.ts";
import { chainWords, headline, outcomeTitle, recoveryTimeWords } from "../../../functions/timeline/report/words.ts";
import { Chain, failingSince, instant } from "../../fixtures/chain.ts";
import { approved, degraded, regionOutage, stoodDown, takeover, tampered, unclosed } from "../../fixtures/timeline.ts";

const plan = loadPlan(readFileSync("plans/storefront.yaml", "utf8"), "storefront.yaml");

describe("summarize, region outage", () => {
  const summary = summarize(regionOutage(), plan);

  it("tells the run's instants and figures", () => {
    expect(summary).toMatchObject({
      application: "storefront",
      failedRegion: "us-east-1",
      survivors: ["eu-west-1", "ap-southeast-1"],
      acting: [{ region: "eu-west-1", epoch: 7, how: "opened" }],
      cause: "down",
      outcome: "recovered",
      failingSince,
      decidedAt: instant(72),
      trafficSwitchedAt: instant(75),
      servedSince: instant(240),
      verifiedAt: instant(300),
      recoveryTime: { seconds: 300, objectiveSeconds: 480, verdict: "met" },
      dataLoss: { seconds: 3.2, worstCaseSeconds: 4, objectiveSeconds: 30, budgetSeconds: 10, verdict: "met" },
      warnings: [],
      branchesToRetry: [],
      chain: { state: "holds", events: 22 },
    });
    expect(headline(summary)).toBe(
      "storefront recovered from the loss of us-east-1 in 5 min; eu-west-1 and ap-southeast-1 serve its customers.",
    );
  });

  it("needs no plan", () => {
    const alone = summarize(regionOutage(), null);
    expect(alone).toEqual({ ...summary, dataLoss: { ...summary.dataLoss, budgetSeconds: null } });
  });

  it("gives every step its start, end and result, capacity by Region", () => {
    const steps = Object.fromEntries(summary.steps.map((step) => [step.step, step]));
    expect(steps.traffic).toMatchObject({
      startedAt: instant(73),
      endedAt: instant(141),
      result: "done",
      tone: "good",
    });
    expect(steps.capacity).toMatchObject({ startedAt: instant(73.2), endedAt: instant(236.2), result: "done" });
    expect(steps.capacity?.periods.map(({ region, to }) => [region, to])).toEqual([
      ["eu-west-1", instant(236.2)],
      ["ap-southeast-1", instant(236.2)],
    ]);
    expect(steps.approval).toBeUndefined();
  });

  it("matches each intent with what became of it", () => {
    expect(summary.actions.map(({ step, region, state }) => [step, region, state])).toEqual([
      ["traffic", "eu-west-1", "confirmed"],
      ["capacity", "eu-west-1", "confirmed"],
      ["capacity", "ap-southeast-1", "confirmed"],
      ["database", "eu-west-1", "confirmed"],
    ]);
    expect(summary.actions[0]).toMatchObject({ intendedAt: instant(73), endedAt: instant(75) });
  });

  it("asks a person to account for the loss and to return the Region", () => {
    expect(nextSteps(summary).map(({ title }) => title)).toEqual([
      "Account for the writes that may be missing",
      "Return us-east-1 to service when it is healthy",
    ]);
  });

  it.each([
    [
      "storefront-us-east-1",
      /rds:unplanned-global-failover-storefront-us-east-1-<timestamp>\. Look for it when us-east-1 answers again: aws rds describe-db-cluster-snapshots --region us-east-1 --db-cluster-identifier storefront-us-east-1 --snapshot-type automated\. Copy it/,
    ],
    [null, /rds:unplanned-global-failover-<old cluster>-<timestamp>\. Copy it/],
  ])(
    "FM44: says where the lost writes are, that Aurora only attempts it, and how to find it: %s",
    (oldCluster, text) => {
      const { database } = summary;
      const [account] = nextSteps({ ...summary, database: database === null ? null : { ...database, oldCluster } });

      expect(account?.text).toMatch(text);
      expect(account?.text).toContain("Aurora attempts a snapshot");
      expect(account?.text).toContain('"Writes that were lost" in the runbook');
    },
  );

  it("does not depend on the order in which the events are given", () => {
    expect(summarize(regionOutage().toReversed(), plan)).toEqual(summary);
  });
});

describe("summarize, other courses", () => {
  it("offers the retry of a failed branch, with the input that does it", () => {
    const summary = summarize(degraded(), plan);
    expect(summary).toMatchObject({
      outcome: "degraded",
      branchesToRetry: ["capacity"],
      warnings: ["eu-west-1 runs with 24 of 33 instances."],
      recoveryTime: { seconds: 700, verdict: "missed" },
    });
    expect(recoveryTimeWords(summary)).toEqual({
      value: "11 min 40 s",
      verdict: "until customers were served; objective 8 min: missed by 3 min 40 s",
    });
    const retry = nextSteps(summary).find(({ title }) => title === "Retry capacity");
    expect(JSON.parse(retry?.input ?? "")).toEqual({
      retry: summary.incident,
      branches: ["capacity"],
      reason: "…",
      by: "…",
    });
  });

  it("tells why nothing was done", () => {
    const summary = summarize(stoodDown(), plan);
    expect(summary).toMatchObject({
      outcome: "stoodDown",
      failedRegion: "us-east-1",
      acting: [],
      decision: null,
      recoveryTime: { verdict: "notApplicable" },
      dataLoss: { verdict: "notApplicable" },
      reasons: ["every Region fails from every vantage"],
    });
    expect(summary.notActed).toHaveLength(1);
    expect(summary.notActed[0]?.votes).toHaveLength(4);
  });

  it("checks each decision record as a chain of its own", () => {
    const records = [
      stoodDown()[0],
      ...new Chain("us-east-1", 0, "ap-southeast-1").add(90, "assess", "decision", "No.").events,
    ];
    const events = [...records.flatMap((event) => event ?? []), ...regionOutage()];
    expect(summarize(events, plan)).toMatchObject({
      incident: "storefront-us-east-1-20260314T090119Z",
      outcome: "recovered",
      chain: { state: "holds", events: 24 },
    });
  });

  it("FM62: recovered, but with nothing that says so of traffic, is never recovered alone", () => {
    const events = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failingSince, failedRegion: "us-east-1" })
      .add(9, "timeline", "closed", "Closed.", { outcome: "recovered", rtoSeconds: 9 }).events;
    const unshown = summarize(events, plan);

    expect(headline(unshown)).toMatch(/That traffic has left us-east-1 is not shown\.$/);
    expect(outcomeTitle(unshown)).toBe("Recovered, traffic not shown to have left");
  });

  /** A run whose switch was confirmed, with what its traffic step and its closing event say. */
  function switchedAway(evidence: "shown" | "notShown" | null, outcome: "degraded" | "recovered" | null) {
    const said = evidence === null ? {} : { evidence: { traffic: evidence } };
    const chain = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failingSince, failedRegion: "us-east-1" })
      .add(2, "traffic", "confirmed", "Done.", { resource: "switch" })
      .add(70, "traffic", "stepEnded", "Ended.", { result: outcome === "degraded" ? "degraded" : "done", ...said });
    if (outcome === null)
      return chain.add(71, "approval", "approvalRequested", "Asked.", { question: "Promote?" }).events;
    const branches = { traffic: { result: outcome === "degraded" ? "degraded" : "done", reason: "still sent there" } };
    return chain.add(90, "timeline", "closed", "Closed.", { outcome, rtoSeconds: 90, branches, ...said }).events;
  }

  it.each([
    ["degraded", "notShown", /^application was switched away from us-east-1, and is not shown to have left it: /],
    ["degraded", "shown", /^application left us-east-1 but did not recover in full/],
    [null, "notShown", /^Traffic was switched away from us-east-1, and is not shown to have left it; /],
    [null, null, /^Traffic was switched away from us-east-1, and is not shown to have left it; /],
    [null, "shown", /^Traffic has left us-east-1, but /],
  ] as const)("FM62: no headline says more of traffic than is shown: %s, %s", (outcome, evidence, words) => {
    expect(headline(summarize(switchedAway(evidence, outcome), null))).toMatch(words);
  });

  it("FM62: where it is not shown, somebody is asked to look first, and nothing says that the Region takes no traffic", () => {
    const steps = nextSteps(summarize(switchedAway("notShown", "recovered"), null));

    expect(steps.map(({ title }) => title)).toEqual([
      "See for yourself whether traffic has left us-east-1",
      "Return us-east-1 to service when it is healthy",
    ]);
    expect(steps[1]?.text).not.toContain("takes no traffic");
    expect(nextSteps(summarize(switchedAway("shown", "recovered"), null)).map(({ title }) => title)).toEqual([
      "Return us-east-1 to service when it is healthy",
    ]);
  });

  it("FM62: a recovery that is not shown for traffic is no green badge", () => {
    const page = (evidence: "shown" | "notShown") => {
      const events = switchedAway(evidence, "recovered");
      return renderHtml(summarize(events, null), events);
    };

    expect(page("notShown")).toContain('class="badge warn"');
    expect(page("shown")).toContain('class="badge good"');
  });

  it("has nothing to recover when the approval was declined", () => {
    const events = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failingSince, recoveryTimeObjectiveSeconds: 60 })
      .add(9, "timeline", "closed", "Stood down.", { outcome: "stoodDown", rtoSeconds: null, rpoSeconds: 0 }).events;
    expect(summarize(events, null).recoveryTime).toEqual({
      seconds: null,
      objectiveSeconds: 60,
      verdict: "notApplicable",
    });
  });

  it("tells an observation from a stand-down", () => {
    const events = new Chain("x", 0, "eu-west-1").add(0, "assess", "decision", "Observed.", {
      decision: "observe",
    }).events;
    expect(summarize(events, plan).outcome).toBe("observed");
  });

  it("explains what the plan alone held back, whatever another Region decided later", () => {
    const events = [
      ...new Chain("us-east-1", 0, "eu-west-1").add(0, "assess", "decision", "Observed: us-east-1 is down.", {
        decision: "observed",
        reasons: ["us-east-1 is down"],
        signal: { kind: "watch", region: "us-east-1", source: "watch in eu-west-1" },
      }).events,
      ...new Chain("eu-west-1", 0, "us-west-2").add(9, "assess", "decision", "Stood down: eu-west-1 serves.", {
        decision: "stoodDown",
        reasons: ["eu-west-1 serves"],
        signal: { kind: "watch", region: "eu-west-1", source: "watch in us-west-2" },
      }).events,
    ];

    expect(summarize(events, plan)).toMatchObject({
      outcome: "observed",
      failedRegion: "us-east-1",
      reasons: ["us-east-1 is down"],
      explained: { about: "us-east-1" },
    });
  });

  it("follows a takeover into the next epoch and names the holder that woke late", () => {
    const summary = summarize(takeover(), plan);
    expect(summary.acting).toEqual([
      { region: "eu-west-1", epoch: 7, since: instant(72.4), how: "opened" },
      { region: "ap-southeast-1", epoch: 8, since: instant(170), how: "takenOver" },
    ]);
    expect(summary.chain.state).toBe("holds");
    expect(summary.warnings).toEqual(["eu-west-1 wrote an event under epoch 7 after a newer epoch had begun."]);
    const database = summary.steps.find(({ step }) => step === "database");
    expect(database?.periods.map(({ epoch, result, from, to }) => [epoch, result, from, to])).toEqual([
      [7, "interrupted", instant(78), instant(170)],
      [8, "done", instant(173), instant(230)],
    ]);
    expect(database).toMatchObject({ result: "done", tone: "good" });
  });

  it("calls an unknown loss unknown, and met when the worst case meets the objective", () => {
    const summary = summarize(takeover(), plan);
    const { dataLoss } = summary;
    expect(dataLoss).toMatchObject({ seconds: null, worstCaseSeconds: 9, verdict: "met" });
    expect(lossWords(summary)[0]?.words.value).toBe("unknown, at worst 9 s");
  });

  it("says where a chain is broken", () => {
    const { chain } = summarize(tampered(), plan);
    expect(chain).toMatchObject({
      state: "broken",
      at: "epoch 7, event 5",
      reason: "the event does not match its hash",
    });
    expect(nextSteps(summarize(tampered(), plan))[0]?.title).toBe("Find out who changed the timeline");
  });

  it("is in progress without a closing event, and misses the objective once the timeline is longer", () => {
    expect(summarize(unclosed(), plan)).toMatchObject({
      outcome: "inProgress",
      closedAt: null,
      recoveryTime: { seconds: null, verdict: "unknown" },
    });
    const long = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failingSince })
      .add(481, "capacity", "observed", "Waiting.").events;
    expect(summarize(long, plan).recoveryTime.verdict).toBe("missed");
  });

  it("keeps who approved what, and waits while nobody did", () => {
    const events = approved();
    expect(summarize(events, plan).approvals).toEqual([
      {
        requestedAt: instant(74),
        question: "Promoting eu-west-1 may lose 45 s of writes; the budget is 10 s.",
        answerIn: "eu-west-1",
        deadlineAt: null,
        answeredAt: instant(194),
        answer: "approved",
        by: "dana@example.com",
        reason: "orders can be replayed from the queue",
      },
    ]);
    const asked = events.filter(({ at }) => at < instant(194));
    expect(summarize(asked, plan).outcome).toBe("waitingForApproval");
  });

  it("waits for no answer to what was asked before the run was taken over", () => {
    const disputed = { failingSince, cause: "requested", authority: "automation", failedRegion: "us-east-1" };
    const before = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", disputed)
      .add(5, "approval", "approvalRequested", "Evacuate?", { question: "Evacuate us-east-1?" });
    const taken = new Chain("x", 2, "eu-west-1").add(90, "assess", "takenOver", "Taken over.", {
      ...disputed,
      cause: "down",
    });

    expect(summarize(before.events, plan)).toMatchObject({ outcome: "waitingForApproval", cause: "disputed" });
    const summary = summarize([...before.events, ...taken.events], plan);
    expect(summary).toMatchObject({ outcome: "inProgress", cause: "down", approvals: [{ answer: "noLongerAsked" }] });
    const asked = taken.add(100, "approval", "approvalRequested", "Promote?", {
      question: "Promote eu-west-1?",
      deadlineAt: "2026-03-01T12:30:00.000Z",
    });
    const steps = nextSteps(summarize([...before.events, ...asked.events], plan));
    expect(steps[0]?.text).toContain("The run waits for this answer: Promote eu-west-1?");
    expect(steps[0]?.text).toContain("in eu-west-1 before 12:30:00 UTC");
  });

  it("says of decisions that opened no incident that each holds by itself, and of a run that its events link", () => {
    const alone = [0, 30].flatMap(
      (seconds) => new Chain("x", 0, "eu-west-1").add(seconds, "assess", "decision", "Stood down.").events,
    );

    expect(chainWords(summarize(alone, plan))).toMatch(/^Yes\. All 2 hashes were recomputed and each holds by itself/);
    expect(chainWords(summarize(approved(), plan))).toContain("each event links to the one before it");
  });

  it("does not believe a closing event that the events contradict", () => {
    const events = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failingSince })
      .add(90, "database", "stepEnded", "Done.", { result: "done", kind: "failover", lossSeconds: 20 })
      .add(300, "recovery", "stepEnded", "Served.", {
        result: "done",
        servedSince: instant(240),
        verifiedAt: instant(300),
      })
      .add(301, "timeline", "closed", "Closed.", { outcome: "recovered", rtoSeconds: 60, rpoSeconds: 1 }).events;
    expect(summarize(events, plan).warnings).toEqual([
      "The closing event states a recovery time of 60 s, the events measure 300 s.",
      "The closing event states a data loss of 1 s, the database step states 20 s.",
    ]);
  });

  it("a retry that shows recovery once more leaves the recovery time with the run that showed it first", () => {
    const proof = (seconds: number) => ({
      result: "done",
      servedSince: instant(seconds - 30),
      verifiedAt: instant(seconds),
    });
    const chain = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failingSince, failedRegion: "us-east-1" })
      .add(251, "recovery", "stepEnded", "Served.", proof(251))
      .add(252, "timeline", "closed", "Degraded.", { outcome: "degraded", rtoSeconds: 251 });
    chain.epoch = 2;
    const { events } = chain
      .add(86_400, "assess", "retried", "Retried.")
      .add(86_500, "recovery", "stepEnded", "Served.", proof(86_500))
      .add(86_501, "timeline", "closed", "Recovered.", { outcome: "recovered", rtoSeconds: 251 });

    const summary = summarize(events, plan);

    expect(summary).toMatchObject({ outcome: "recovered", verifiedAt: instant(251), recoveryTime: { seconds: 251 } });
    expect(summary.warnings).toEqual([]);
  });

  it("is open again after a retry", () => {
    const chain = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.", { failedRegion: "us-east-1" })
      .add(10, "capacity", "stepEnded", "Failed.", { result: "failed" })
      .add(11, "timeline", "closed", "Degraded.", { outcome: "degraded" });
    chain.epoch = 2;
    chain.add(7_200, "assess", "retried", "Retried.").add(7_201, "capacity", "intent", "Raise.");
    const summary = summarize(chain.events, plan);
    expect(summary).toMatchObject({ outcome: "inProgress", retriedAt: [instant(7_200)], failedRegion: "us-east-1" });
    expect(summary.steps.find(({ step }) => step === "capacity")?.tone).toBe("running");
  });

  it("does not take a closing event without a known outcome for a recovery", () => {
    const events = new Chain("x", 1, "eu-west-1")
      .add(0, "assess", "opened", "Opened.")
      .add(9, "timeline", "closed", "Closed.", { outcome: "fine" }).events;
    expect(summarize(events, plan).outcome).toBe("degraded");
  });

  it("reads an empty timeline", () => {
    const summary = summarize([], plan);

    expect(summary).toMatchObject({ outcome: "nothingRecorded", chain: { state: "empty" }, origin: null });
    expect(headline(summary)).toBe(
      "Nothing was changed for storefront: nobody had anything to decide, so nothing is recorded.",
    );
    expect(nextSteps(summary)).toEqual([]);
  });
});

describe("renderJson", () => {
  it("gives the same bytes for the same timeline, with sorted keys", () => {
    const text = renderJson(summarize(regionOutage(), plan), regionOutage());
    expect(renderJson(summarize(regionOutage().toReversed(), plan), regionOutage().toReversed())).toBe(text);
    const report = JSON.parse(text);
    expect(Object.keys(report)).toEqual(["events", "nextSteps", "summary", "version"]);
    expect(Object.keys(report.summary)).toEqual(Object.keys(report.summary).toSorted());
    expect(report.events).toEqual(JSON.parse(JSON.stringify(regionOutage())));
  });
});
