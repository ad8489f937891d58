import { summarize } from "../../../functions/timeline/report/summary.ts";
import { widthOf } from "../../../simulator/display/screen.ts";
import { renderClosing } from "../../../simulator/display/summary.ts";
import { type DrillRow, renderTable } from "../../../simulator/display/table.ts";
import { hostile } from "../../fixtures/hostile.ts";
import { degraded, regionOutage, stoodDown } from "../../fixtures/timeline.ts";

const options = {
  columns: 90,
  colour: "off",
  reportFiles: ["reports/run.html", "reports/run.md"],
  requests: { lost: 44_100, total: 312_000 },
} as const;

describe("renderClosing", () => {
  it("tells a person how it went, what was done and what is left", () => {
    const text = renderClosing(summarize(regionOutage(), null), options).join("\n");
    expect(text).toContain("Recovery time     5 min (objective 8 min: met)");
    expect(text).toContain("Database loss     about 3.2 s (objective 30 s: met)");
    expect(text).toContain("Requests          44100 of 312000 failed (14.1 %)");
    expect(text).toContain("Traffic switched  +01:15 from the first failing probe");
    expect(text).toContain("  eu-west-1       traffic   Write the object that takes us-east-1 out of DNS.");
    expect(text).toContain("  2. Return us-east-1 to service when it is healthy");
    expect(text).toContain("  reports/run.html");
    expect(text).not.toContain("!");
  });

  it("says what failed and gives the input to retry it, uncut", () => {
    const text = renderClosing(summarize(degraded(), null), { ...options, columns: 60 }).join("\n");
    expect(text.replace(/\n +/g, " ")).toMatch(
      /eu-west-1 +capacity +EC2 has no capacity .* of 33 instances. \(failed\)/,
    );
    expect(text).toContain(
      '{"retry":"storefront-us-east-1-20260314T090119Z","branches":["capacity"],"reason":"…","by":"…"}',
    );
  });

  it("speaks of nothing that did not happen", () => {
    const text = renderClosing(summarize(stoodDown(), null), { ...options, requests: null }).join("\n");
    expect(text).toContain("Nothing was changed for application: the controller stood down.");
    expect(text).not.toContain("Traffic switched");
    expect(text).not.toContain("Requests");
  });

  it("tells what people were paged about", () => {
    const events = regionOutage();
    const about = {
      at: "2026-03-14T09:03:07.000Z",
      from: "ap-southeast-1",
      incident: events[0]?.incident ?? "",
      region: "eu-west-1",
      reason: "otherIncidentInProgress",
      summary: "eu-west-1 fails as well",
      whatToDo: "Look",
    };
    const text = renderClosing(summarize(events, null, [about]), options).join("\n");
    expect(text).toContain("Pages\n  - +03:00, from ap-southeast-1: eu-west-1 fails as well.");
    expect(text).toContain("  1. Look at eu-west-1: it fails too");
  });

  it("keeps to its columns and lets no text drive the terminal", () => {
    const lines = renderClosing(summarize(hostile(), null), options).filter((line) => !line.trim().startsWith("{"));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(90);
    expect(lines.join("")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
  });
});

describe("renderTable", () => {
  const right: DrillRow = {
    scenario: "region-outage",
    expected: "recovered",
    outcome: "recovered",
    rtoSeconds: 300,
    rpoSeconds: 3.2,
    stateTransitions: 41,
    violations: 0,
  };

  it("fits 100 columns and says ok or FAILED", () => {
    const rows: readonly DrillRow[] = [
      right,
      { ...right, outcome: "degraded", rtoSeconds: null, rpoSeconds: null },
      { ...right, violations: 2 },
      { ...right, scenario: "a-scenario-with-a-very-long-name-indeed", outcome: "waitingForApproval" },
    ];
    const lines = renderTable(rows, "off");
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(100);
    expect(lines.join(" ")).toContain("broken: promises broken.");
    expect(lines.slice(1, 5).map((line) => line.split(" ").at(-1))).toEqual(["ok", "FAILED", "FAILED", "FAILED"]);
    expect(lines.at(-1)).toBe("3 of 4 scenarios FAILED.");
    expect(renderTable([right], "off").at(-1)).toBe("All 1 scenarios ended as expected, with no violation.");
  });
});
