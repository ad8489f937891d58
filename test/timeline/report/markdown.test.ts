import { escapeMarkdown, renderMarkdown } from "../../../functions/timeline/report/markdown.ts";
import { summarize } from "../../../functions/timeline/report/summary.ts";
import { hostile } from "../../fixtures/hostile.ts";
import { degraded, regionOutage, stoodDown, takeover, tampered } from "../../fixtures/timeline.ts";

const report = (events: ReturnType<typeof regionOutage>) => renderMarkdown(summarize(events, null), events);

describe("renderMarkdown", () => {
  it("begins with the outcome and the key figures", () => {
    const lines = report(regionOutage()).split("\n");
    expect(lines[0]).toMatch(/^# storefront recovered from the loss of us-east-1 in 5 min/);
    expect(lines).toContain("| Recovery time | 5 min (objective 8 min: met) |");
    expect(lines).toContain("| Database loss | about 3.2 s (objective 30 s: met) |");
    expect(lines).toContain("| Table writes | none missing (as far as heartbeats tell) |");
    expect(lines).toContain("| Traffic switched | 2026-03-14 09:01:22 UTC (+01:15) |");
  });

  it("tells how to retry a failed branch", () => {
    expect(report(degraded())).toContain(
      '```json\n{"retry":"storefront-us-east-1-20260314T090119Z","branches":["capacity"],"reason":"…","by":"…"}\n```',
    );
  });

  it("names every acting Region, and why nothing was done when nothing was", () => {
    expect(report(takeover())).toContain(
      "| Acting Region | eu-west-1 (epoch 7), then ap-southeast-1 (epoch 8) from 09:02:57 UTC |",
    );
    expect(report(stoodDown())).toContain("## Why it did not act");
  });

  it("names the suspect of each decision not to act", () => {
    const [line = ""] = report(stoodDown())
      .split("\n")
      .filter((each) => each.startsWith("- 2026-03-14 "));
    expect(line).toMatch(/^- 2026-03-14 \S+ UTC, \S+ about us-east-1: /);
  });

  it("says whether the timeline is whole", () => {
    expect(report(regionOutage())).toContain("All 22 hashes were recomputed");
    expect(report(tampered())).toContain("No. The chain breaks at epoch 7, event 5");
  });

  it("keeps the columns of each table, whatever the text", () => {
    const rows = report(hostile())
      .split("\n")
      .filter((line) => line.startsWith("|"));
    const widths = rows.map((row) => row.replace(/\\\|/g, "").split("|").length);
    const separators = rows.flatMap((row, index) => (/^\| ---/.test(row) ? [index] : []));
    for (const separator of separators) expect(widths[separator]).toBe(widths[separator - 1]);
    expect(new Set(widths.slice(separators.at(-1)))).toEqual(new Set([widths[separators.at(-1) ?? 0]]));
    expect(report(hostile())).not.toMatch(/<(?:script|img)/);
  });

  it.each([
    ["a|b", "a\\|b"],
    ["<b>", "&lt;b&gt;"],
    ["[x](y)", "\\[x\\](y)"],
    ["one\n\ntwo", "one two"],
    ["`c`", "\\`c\\`"],
  ])("shows %j as it is", (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});
