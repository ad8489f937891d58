import { dynamoDB } from "../shared/aws/dynamodb.ts";
import { s3 } from "../shared/aws/s3.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { FailoverError } from "../shared/errors.ts";
import { createEntry, type Handler, parseInput } from "../shared/step.ts";
import { wire } from "../shared/wire.ts";
import * as z from "../shared/zod.ts";
import { readTimeline } from "./journal.ts";
import { renderHtml } from "./report/html.ts";
import { renderJson } from "./report/json.ts";
import { renderMarkdown } from "./report/markdown.ts";
import { summarize } from "./report/summary.ts";
import { keepReport } from "./reports.ts";

/** The closing event of a run, as the bus brings it; of its detail only the names are needed. */
const closedSchema = z.looseObject({
  detail: z.looseObject({ incident: z.nonEmpty, epoch: z.int().check(z.minimum(1)), kind: z.literal("closed") }),
});

/**
 * Makes the report of a run that has closed, from its timeline and nothing else, and keeps it in this Region's report
 * bucket as HTML, Markdown and JSON. Started by the closing event on the bus, so that it is off the failover path: a report
 * that fails hides no result and is tried again by itself.
 */
export function createHandler(deps: Dependencies<"dynamoDB" | "s3">): Handler {
  return createEntry(deps, async (input, scoped) => {
    const { detail } = parseInput(closedSchema, input);
    const bucket = deps.reportBucket;
    if (bucket === null) {
      throw new FailoverError("InvalidPlan", "FAILOVER_REPORT_BUCKET is not set; the deployment must set it");
    }
    const events = await readTimeline(scoped, detail.incident);
    const closed = events.some(({ kind, epoch }) => kind === "closed" && epoch === detail.epoch);
    if (!closed) {
      throw new FailoverError(
        "Transient",
        `The timeline of ${detail.incident} in ${deps.region} lacks the closing event of epoch ${detail.epoch}`,
      );
    }
    // A run that was retried in place has a report for each of its ends.
    const told = events.filter(({ epoch }) => epoch <= detail.epoch);
    const summary = summarize(told, deps.plan);
    const keys = await keepReport(scoped, bucket, detail, [
      { extension: "html", contentType: "text/html; charset=utf-8", body: renderHtml(summary, told) },
      { extension: "md", contentType: "text/markdown; charset=utf-8", body: renderMarkdown(summary, told) },
      { extension: "json", contentType: "application/json", body: renderJson(summary, told) },
    ]);
    scoped.logger.info("The report is kept", { incident: detail.incident, bucket, keys: [...keys] });
    return { bucket, keys };
  });
}

export const handler: Handler = wire(createHandler, { dynamoDB, s3 });
