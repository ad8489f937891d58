import { readCurve } from "../../../functions/timeline/report/curve.ts";
import { axisTicks, layoutGantt } from "../../../functions/timeline/report/html/gantt.ts";
import { escapeHtml, prose } from "../../../functions/timeline/report/html/markup.ts";
import { stackedLayers } from "../../../functions/timeline/report/html/traffic-chart.ts";
import { renderHtml } from "../../../functions/timeline/report/html.ts";
import { summarize } from "../../../functions/timeline/report/summary.ts";
import { Chain, failingSince, instant } from "../../fixtures/chain.ts";
import { hostile } from "../../fixtures/hostile.ts";
import { degraded, measuredOutage, regionOutage, stoodDown, takeover, tampered } from "../../fixtures/timeline.ts";

const page = (events: ReturnType<typeof regionOutage>) => renderHtml(summarize(events, null), events);

describe("renderHtml", () => {
  it.each([
    ["region outage", regionOutage()],
    ["measured", measuredOutage()],
    ["degraded", degraded()],
    ["stood down", stoodDown()],
    ["takeover", takeover()],
    ["hostile", hostile()],
    ["empty", []],
  ])("%s: one file that loads nothing and runs nothing", (_, events) => {
    const html = page(events);
    const tags = html.match(/<[a-z][^>]*>/gi) ?? [];
    expect(html).not.toMatch(/<(?:script|img|link|iframe|object|embed|base|use|image|a)[\s>]/i);
    expect(tags.filter((tag) => /\s(?:src|href|xlink:href|on[a-z]+|srcset|action)=/i.test(tag))).toEqual([]);
    expect(html).not.toMatch(/@import|@font-face|url\((?!#)/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("closes every element that it opens, whatever the text", () => {
    const html = page(hostile());
    for (const tag of ["section", "table", "tr", "td", "svg", "title", "p", "ul", "dl", "h2", "details", "pre"]) {
      const opened = html.match(new RegExp(`<${tag}[\\s>]`, "g"))?.length ?? 0;
      expect([tag, html.match(new RegExp(`</${tag}>`, "g"))?.length ?? 0]).toEqual([tag, opened]);
    }
  });

  it("escapes what others wrote and drops what would reorder or colour a line", () => {
    const html = page(hostile());
    expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    expect(html).not.toContain("\u001b");
    expect(html).not.toContain("\u202e");
    expect(escapeHtml(`<&>"'`)).toBe("&lt;&amp;&gt;&quot;&#39;");
    expect(prose("<b> lost 3 s in us-east-1.").html).toBe(
      '&lt;b&gt; lost <span class="keep">3 s</span> in <span class="keep">us-east-1</span>.',
    );
  });

  it("says in words whether the objectives were met", () => {
    const words = (html: string) => html.replace(/<span class="keep">(.*?)<\/span>/g, "$1");
    expect(words(page(regionOutage()))).toContain("objective 8 min: met");
    expect(words(page(degraded()))).toContain("objective 8 min: missed by 3 min 40 s");
    expect(page(degraded())).toContain("failed after 10 min (no EC2 capacity for m7g.large)");
  });

  it("shows each hash short with the whole of it at hand, and says when the chain is broken", () => {
    const [first] = regionOutage();
    expect(page(regionOutage())).toContain(`title="${first?.hash}">${first?.hash.slice(0, 10)}…<`);
    expect(page(regionOutage())).toContain("All 22 hashes were recomputed");
    expect(page(tampered())).toContain("The chain breaks at epoch 7, event 5: the event does not match its hash.");
  });

  it("tells what people were paged about, and of which Region each decision not to act speaks", () => {
    const events = regionOutage();
    const html = renderHtml(
      summarize(events, null, [
        {
          at: instant(180),
          from: "ap-southeast-1",
          incident: events[0]?.incident ?? "",
          region: "eu-west-1",
          reason: "otherIncidentInProgress",
          summary: "eu-west-1 fails as well",
          whatToDo: "Answer the question",
        },
      ]),
      events,
    );
    expect(html).toMatch(/<h2 id="pages">Pages<\/h2>[\s\S]*eu-west-1 fails as well\.[\s\S]*Answer the question\./);
    expect(page(stoodDown())).toContain('data-label="About:">us-east-1<');
  });

  it("says how often what was already there was found", () => {
    const chain = new Chain("x", 1, "eu-west-1").add(60, "assess", "opened", "Opened.", { failingSince });
    for (const seconds of [70, 80]) chain.add(seconds, "capacity", "confirmed", "Already there", { resource: "web" });
    expect(page(chain.events)).toContain("Already there (2 times)<");
  });

  it("shows times in UTC with the offset from the first failing probe", () => {
    expect(page(regionOutage())).toContain(
      `<time datetime="${instant(75)}" title="${instant(75)}">09:01:22</time> <span class="sub">+01:15</span>`,
    );
  });
});

describe("the chart's texts on a phone of 320 pixels, whose chart is 262 wide", () => {
  const charts = (html: string) => html.match(/<svg class="gantt".*?<\/svg>\n<p/gs) ?? [];
  const characterWidth = 6.3;

  it.each([
    ["taken over at half time", takeover],
    ["outage", regionOutage],
  ])("%s: every flag's words stay on the chart", (_, events) => {
    const flags = charts(page(events())).flatMap((chart) => [
      ...chart.matchAll(
        /<svg x="([\d.]+)%"[^>]*><path class="flag"[^>]*><text[^>]*text-anchor="(\w+)">(.*?)<\/text>/gs,
      ),
    ]);

    expect(flags.length).toBeGreaterThan(2);
    for (const [, left, anchor, spans] of flags) {
      for (const [, words] of String(spans).matchAll(/<tspan[^>]*>(.*?)<\/tspan>/gs)) {
        const [from, width] = [(Number(left) / 100) * 262, 10 + String(words).length * characterWidth];
        expect(anchor === "start" ? from + width : 262 - from + width).toBeLessThanOrEqual(262);
      }
    }
  });

  it("puts a note that does not fit beside its lane's name below it", () => {
    expect(page(regionOutage())).toMatch(
      /Capacity in ap-southeast-1<\/tspan> <tspan class="lane-note \w+" x="0" dy="14">/,
    );
    expect(page(regionOutage())).toMatch(/Traffic<\/tspan> <tspan class="lane-note \w+" dx="4">/);
  });
});

describe("layoutGantt", () => {
  const [layout] = layoutGantt(summarize(regionOutage(), null));
  const row = (step: string, region: string | null = null) =>
    layout?.rows.find((one) => one.step === step && one.region === region);
  const share = (seconds: number) => (seconds / 300.5) * 100;

  it("places each bar by its time", () => {
    expect(row("traffic")?.bars).toHaveLength(1);
    expect(row("traffic")?.bars[0]?.left).toBeCloseTo(share(73));
    expect(row("traffic")?.bars[0]?.width).toBeCloseTo(share(141 - 73));
    expect(row("capacity", "ap-southeast-1")?.bars[0]?.left).toBeCloseTo(share(73.3));
    expect(row("capacity", "ap-southeast-1")?.bars[0]?.width).toBeCloseTo(share(236.2 - 73.3));
    expect(row("recovery")?.bars[0]?.left).toBeCloseTo(share(240));
  });

  it("shows the time before the decision as waiting", () => {
    expect(row("assess")?.bars[0]).toMatchObject({ left: 0, tone: "waiting" });
    expect(row("assess")?.bars[0]?.width).toBeCloseTo(share(72));
  });

  it("keeps every bar on the chart and wide enough to be seen", () => {
    for (const events of [regionOutage(), degraded(), takeover(), hostile()]) {
      for (const { bars } of layoutGantt(summarize(events, null)).flatMap(({ rows }) => rows)) {
        for (const { left, width } of bars) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThanOrEqual(100);
          expect(width).toBeGreaterThan(0);
        }
      }
    }
  });

  it("draws a lane for what did not run", () => {
    const rows = layoutGantt(summarize(takeover(), null))[0]?.rows ?? [];
    expect(rows.find(({ step }) => step === "tables")).toMatchObject({ note: "did not run", bars: [] });
    expect(rows.find(({ step }) => step === "database")?.bars.map(({ tone }) => tone)).toEqual(["interrupted", "good"]);
  });

  it("gives a retry a chart of its own", () => {
    const chain = new Chain("x", 1, "eu-west-1")
      .add(60, "assess", "opened", "Opened.", { failingSince })
      .add(70, "capacity", "intent", "Raise.")
      .add(90, "capacity", "stepEnded", "Failed.", { result: "failed" })
      .add(91, "timeline", "closed", "Degraded.", { outcome: "degraded" });
    chain.epoch = 2;
    chain
      .add(86_400, "assess", "retried", "Retried.")
      .add(86_401, "capacity", "intent", "Raise.")
      .add(86_460, "capacity", "stepEnded", "Done.", { result: "done" });
    const charts = layoutGantt(summarize(chain.events, null));
    expect(charts.map(({ from, to }) => (to - from) / 1_000)).toEqual([90, 60]);
    expect(charts[1]?.rows.find(({ step }) => step === "capacity")?.bars[0]?.left).toBeCloseTo(100 / 60);
  });

  it.each([1, 7, 59, 300, 4_000, 90_000, 5_000_000])(
    "marks %d s of time with at most seven round offsets",
    (seconds) => {
      const ticks = axisTicks(0, seconds * 1_000, 0);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.every(({ left }) => left >= 0 && left <= 100)).toBe(true);
    },
  );
});

describe("readCurve", () => {
  it("tells which Region served each vantage, from the timeline alone", () => {
    const { strips, samples } = readCurve(regionOutage());
    expect(samples).toEqual([]);
    expect(strips.map(({ vantage }) => vantage)).toEqual(["ap-southeast-1", "eu-west-1", "us-west-2"]);
    expect(strips[2]?.spans).toEqual([
      { from: instant(80), to: instant(140), vote: "failing", servedBy: null },
      { from: instant(140), to: instant(240), vote: "passing", servedBy: "eu-west-1" },
    ]);
    expect(page(regionOutage())).toContain("failed → eu-west-1");
  });

  it("draws long curves whole", () => {
    const samples = Array.from({ length: 600 }, (_, second) => ({
      at: instant(second),
      served: [{ region: "a", perSecond: 50 }],
      failedPerSecond: 0,
    }));
    const html = renderHtml(summarize(regionOutage(), null), regionOutage(), { source: "a test", samples, strips: [] });

    const points = /<polygon class="region-0 layer" points="([^"]*)"/.exec(html)?.[1] ?? "";
    expect(points.split(" ")).toHaveLength(1_200);
    expect(points).toMatch(/^[\d., ]+$/);
  });

  it("stacks measured samples by Region with what failed on top", () => {
    const { samples } = readCurve(measuredOutage());
    expect(samples).toHaveLength(31);
    const layers = stackedLayers(
      [
        { at: instant(0), served: [{ region: "a", perSecond: 50 }], failedPerSecond: 50 },
        { at: instant(10), served: [{ region: "a", perSecond: 100 }], failedPerSecond: 0 },
      ],
      ["a"],
      { from: Date.parse(instant(0)), to: Date.parse(instant(10)) },
    );
    expect(layers.map(({ name, points }) => ({ name, points: points.html }))).toEqual([
      { name: "a", points: "0,100 1000,0 1000,200 0,200" },
      { name: "failed", points: "0,0 1000,0 1000,0 0,100" },
    ]);
  });
});
