import { PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { approvalEventType, sendQuestion } from "../../../functions/approval/events.ts";
import type { Logger } from "../../../functions/shared/logger.ts";
import { silentLogger } from "../../../functions/shared/logger.ts";
import { timelineEventSource } from "../../../functions/timeline/event.ts";
import { createJournal } from "../../../functions/timeline/journal.ts";
import { type Cloud, home } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { storefront } from "../plan.ts";

const good: PutEventsRequestEntry = {
  Source: timelineEventSource,
  DetailType: approvalEventType,
  Detail: JSON.stringify({ incident: "1" }),
};

const putEvents = (cloud: Cloud, entries: readonly PutEventsRequestEntry[]) =>
  cloud.aws.eventBridge(home).send(new PutEventsCommand({ Entries: [...entries] }));

export const eventBridge: Contract = {
  service: "EventBridge",
  cases: {
    "a question goes out": async (cloud) => {
      await expect(sendQuestion(cloud.dependencies(storefront), { incident: "1" })).resolves.toBeUndefined();
    },

    "a timeline event goes out without a warning": async (cloud) => {
      const recordsTable = cloud.unique("records");
      await cloud.prepare.table(recordsTable, "eventual", [home]);
      const warnings: string[] = [];
      const logger: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
      const deps = { ...cloud.dependencies({ ...storefront, recordsTable }), logger };

      await createJournal(deps, "1", 1).append({ step: "traffic", kind: "observed", summary: "seen" });

      expect(warnings).toEqual([]);
    },

    "an event that is taken has an id, and nothing failed": async (cloud) => {
      const { FailedEntryCount, Entries } = await putEvents(cloud, [good]);

      expect(FailedEntryCount).toBe(0);
      expect(Entries).toEqual([{ EventId: expect.stringMatching(/^\S{8,}$/) }]);
    },

    "two events have two ids": async (cloud) => {
      const { Entries } = await putEvents(cloud, [good, good]);

      expect(new Set(Entries?.map(({ EventId }) => EventId)).size).toBe(2);
    },

    "a detail that is no JSON fails in the answer, not as an error": async (cloud) => {
      const { FailedEntryCount, Entries } = await putEvents(cloud, [{ ...good, Detail: "{not json" }]);

      expect(FailedEntryCount).toBe(1);
      expect(Entries).toMatchObject([{ ErrorCode: "MalformedDetail" }]);
    },

    "an entry without a type fails in the answer, not as an error": async (cloud) => {
      const { DetailType: _left, ...untyped } = good;

      const { FailedEntryCount, Entries } = await putEvents(cloud, [untyped]);

      expect(FailedEntryCount).toBe(1);
      expect(Entries).toMatchObject([{ ErrorCode: "InvalidArgument" }]);
    },

    "of several entries each has its own answer, in order": async (cloud) => {
      const { FailedEntryCount, Entries } = await putEvents(cloud, [good, { ...good, Detail: "{not json" }, good]);

      expect(FailedEntryCount).toBe(1);
      expect(Entries?.map(({ EventId, ErrorCode }) => (EventId === undefined ? ErrorCode : "taken"))).toEqual([
        "taken",
        "MalformedDetail",
        "taken",
      ]);
    },

    "more than a call may carry is refused": async (cloud) => {
      const Detail = JSON.stringify({ filler: "x".repeat(1_200_000) });

      const refusal = await refusalOf(putEvents(cloud, [{ ...good, Detail }]));

      expect(refusal.sortedAs).toBe("rejected");
    },

    "more than ten entries are refused": async (cloud) => {
      const refusal = await refusalOf(
        putEvents(
          cloud,
          Array.from({ length: 11 }, () => good),
        ),
      );

      expect(refusal).toEqual({ name: "ValidationException", sortedAs: "rejected" });
    },
  },
};
