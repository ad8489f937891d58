import { sealEvent, type TimelineEvent } from "../../functions/timeline/event.ts";
import { createHandler } from "../../functions/timeline/report.handler.ts";
import { FakeAws, invocation, noAnswer } from "../fakes/aws.ts";
import { examplePlan } from "../fakes/plans.ts";

const plan = examplePlan("storefront");
const incident = "storefront-us-east-1-e1";

function event(epoch: number, seq: number, fields: Partial<TimelineEvent>): TimelineEvent {
  return sealEvent({
    incident,
    epoch,
    seq,
    at: `2026-03-14T09:0${epoch}:0${seq}.000Z`,
    region: "eu-west-1",
    step: "timeline",
    kind: "observed",
    summary: "Something was seen",
    detail: {},
    previousHash: "",
    ...fields,
  });
}

const closing = (epoch: number, seq: number, outcome: string) =>
  event(epoch, seq, { kind: "closed", summary: `Ended as ${outcome}`, detail: { outcome, reasons: [] } });

function prepare(events: readonly TimelineEvent[]) {
  const aws = new FakeAws();
  const kept = new Map<string, string>();
  for (const each of events) {
    aws.put(plan.recordsTable, { pk: `incident#${incident}`, sk: `${each.epoch}#${each.seq}`, ...each });
  }
  aws.answers.PutObject = ({ input }) => {
    kept.set(`${input.Bucket}/${input.Key}`, input.Body);
    return {};
  };
  const deps = aws.dependencies(plan, "eu-west-1");
  return {
    aws,
    kept,
    deps,
    report: (epoch: number, handler = createHandler(deps)) =>
      aws.finish(handler({ source: "region-failover", detail: { incident, epoch, kind: "closed" } }, invocation)),
  };
}

it("keeps the report in three forms, made from the timeline", async () => {
  const { report, kept } = prepare([event(1, 1, { kind: "opened" }), closing(1, 2, "recovered")]);

  await expect(report(1)).resolves.toMatchObject({ bucket: "reports-eu-west-1" });

  const path = `reports-eu-west-1/${incident}/epoch-1`;
  expect([...kept.keys()]).toEqual([`${path}.html`, `${path}.md`, `${path}.json`]);
  expect(kept.get(`${path}.html`)).toContain("Ended as recovered");
  expect(kept.get(`${path}.md`)).toContain(incident);
  expect(JSON.parse(kept.get(`${path}.json`) ?? "")).toMatchObject({ summary: { outcome: "recovered" } });
});

it("reports each end of a run that was retried, the first one as it was then", async () => {
  const { report, kept } = prepare([closing(1, 1, "degraded"), closing(2, 1, "recovered")]);

  await report(1);

  const text = kept.get(`reports-eu-west-1/${incident}/epoch-1.json`) ?? "";
  expect(JSON.parse(text)).toMatchObject({ summary: { outcome: "degraded" } });
});

it("FM31: puts again what may not have arrived, with the same bytes", async () => {
  const { aws, report, kept } = prepare([closing(1, 1, "recovered")]);
  let lost = 0;
  aws.after = ({ operation }) => {
    if (operation === "PutObject" && lost++ === 0) throw noAnswer();
  };

  await report(1);

  expect(kept.size).toBe(3);
  expect(aws.made("PutObject").length).toBe(4);
});

it("keeps nothing when the closing event is not there yet, and asks to be tried again", async () => {
  const { report, kept } = prepare([event(1, 1, { kind: "opened" })]);

  await expect(report(1)).rejects.toMatchObject({ name: "Transient", message: expect.stringContaining("epoch 1") });

  expect(kept.size).toBe(0);
});

it("FM6: refuses an event that is not a closing one", async () => {
  const { aws, deps } = prepare([]);

  const answer = aws.finish(createHandler(deps)({ detail: { incident, epoch: 1, kind: "opened" } }, invocation));

  await expect(answer).rejects.toMatchObject({ name: "InvalidInput" });
  expect(aws.calls).toEqual([]);
});

it("says which variable the deployment forgot", async () => {
  const { deps, report } = prepare([closing(1, 1, "recovered")]);

  const answer = report(1, createHandler({ ...deps, reportBucket: null }));

  await expect(answer).rejects.toMatchObject({ message: expect.stringContaining("FAILOVER_REPORT_BUCKET") });
});
