import type { TimelineEvent } from "../../../functions/timeline/event.ts";
import { chooseDisplay, createDisplay } from "../../../simulator/display/display.ts";
import { renderPanel } from "../../../simulator/display/live.ts";
import { reduceModel, startModel, withClock, withTraffic } from "../../../simulator/display/model.ts";
import { crop, fill, widthOf, wrap } from "../../../simulator/display/screen.ts";
import { Chain, failingSince, instant } from "../../fixtures/chain.ts";
import { hostile } from "../../fixtures/hostile.ts";
import { approved, degraded, regionOutage, takeover } from "../../fixtures/timeline.ts";

const startedAt = Date.parse(failingSince);
const start = startModel("region-outage", startedAt);

function terminal(columns = 80): { written: string[]; write(text: string): void; columns: number; rows: number } {
  const written: string[] = [];
  return { written, write: (text) => written.push(text), columns, rows: 40 };
}

describe("chooseDisplay", () => {
  it.each([
    ["a wide terminal", { isTTY: true, columns: 100 }, {}, "live", "on"],
    ["NO_COLOR", { isTTY: true, columns: 100 }, { NO_COLOR: "1" }, "live", "off"],
    ["an empty NO_COLOR", { isTTY: true, columns: 100 }, { NO_COLOR: "" }, "live", "on"],
    ["TERM=dumb", { isTTY: true, columns: 100 }, { TERM: "dumb" }, "wrapped", "off"],
    ["a narrow terminal", { isTTY: true, columns: 59 }, {}, "wrapped", "on"],
    ["a pipe", {}, {}, "plain", "off"],
  ] as const)("%s", (_, stream, environment, kind, colour) => {
    expect(chooseDisplay(stream, environment)).toMatchObject({ kind, colour });
  });
});

describe("a terminal of few columns", () => {
  it("gets every line broken to its columns, and a pipe gets it whole", () => {
    const widest = (kind: "plain" | "wrapped") => {
      const screen = terminal(40);
      const display = createDisplay(screen, { kind, colour: "off", columns: 40 }, { scenario: "x", startedAt });
      for (const event of regionOutage()) display.event(event);
      return Math.max(...screen.written.join("").split("\n").map(widthOf));
    };

    expect(widest("wrapped")).toBeLessThanOrEqual(40);
    expect(widest("plain")).toBeGreaterThan(60);
  });
});

describe("reduceModel", () => {
  it("follows a run through its phases to the end", () => {
    const phases = [withTraffic(start, { servedByRegion: { "eu-west-1": 1 }, failed: 1 })];
    for (const event of regionOutage()) phases.push(reduceModel(phases.at(-1) ?? start, event));
    expect([...new Set(phases.map(({ phase }) => phase))]).toEqual([
      "failing",
      "deciding",
      "failing over",
      "verifying",
      "closed",
    ]);
    const last = phases.at(-1) ?? start;
    expect(Object.entries(last.branches).map(([name, { state }]) => [name, state])).toEqual([
      ["assess", "good"],
      ["approval", "waiting"],
      ["traffic", "good"],
      ["capacity", "good"],
      ["database", "good"],
      ["tables", "good"],
      ["recovery", "good"],
    ]);
    expect(last.elapsedSeconds).toBe(300.5);
  });

  it("shows a failed branch, a takeover and a wait for a person", () => {
    expect(degraded().reduce(reduceModel, start).branches.capacity?.state).toBe("failed");
    const taken = takeover()
      .filter(({ epoch, kind }) => epoch === 7 || kind === "takenOver")
      .filter(({ summary }) => !summary.startsWith("The epoch is lost"))
      .reduce(reduceModel, start);
    expect(taken.branches.database).toMatchObject({ state: "interrupted", sinceSeconds: 170 });
    const asked = approved().filter(({ kind }) => ["decision", "opened", "approvalRequested"].includes(kind));
    expect(asked.reduce(reduceModel, start)).toMatchObject({ phase: "waiting for approval" });
    const answered = (approved: boolean) =>
      new Chain("x", 7, "eu-west-1").add(200, "approval", "approvalAnswered", "Answered.", { approved }).events;
    expect([...asked, ...answered(true)].reduce(reduceModel, start)).toMatchObject({ phase: "failing over" });
    expect([...asked, ...answered(false)].reduce(reduceModel, start)).toMatchObject({ phase: "waiting for approval" });
  });

  it("counts an age from when the state was entered", () => {
    const model = withClock(regionOutage().slice(0, 6).reduce(reduceModel, start), 100, 480);
    expect(model.branches.traffic).toMatchObject({ state: "running", sinceSeconds: 73 });
  });
});

describe("how long a branch took", () => {
  const shown = (events: readonly TimelineEvent[], atSeconds: number) => {
    const model = withClock(events.reduce(reduceModel, start), atSeconds, null);
    const lines = renderPanel(model, { columns: 120, colour: "off" });
    return (name: string) => /(\d+) s/.exec(lines.find((line) => line.startsWith(`${name} `)) ?? "")?.[1];
  };

  it("is the time since it began while it runs, and stands once it is over", () => {
    expect(shown(regionOutage().slice(0, 6), 100)("traffic")).toBe("27");
    expect(shown(regionOutage(), 400)("traffic")).toBe("68");
    expect(shown(regionOutage(), 900)("traffic")).toBe("68");
  });

  it("is counted anew after a takeover", () => {
    expect(shown(takeover(), 900)("database")).toBe("57");
  });
});

describe("renderPanel", () => {
  it("says of a question whether it was asked and answered, and of a branch whether it has begun", () => {
    const lineOf = (model: typeof start, name: string) =>
      renderPanel(model, { columns: 100, colour: "off" }).find((line) => line.startsWith(name));
    const events = approved();
    const asked = events.slice(0, events.findIndex(({ kind }) => kind === "approvalRequested") + 1);
    const waiting = asked.reduce(reduceModel, start);

    expect(lineOf(start, "approval")).toContain("· not asked");
    expect(lineOf(start, "database")).toContain("· not begun");
    expect(lineOf(waiting, "approval")).toContain("? unanswered");
  });

  const model = withClock(
    withTraffic(takeover().slice(0, 10).reduce(reduceModel, start), {
      servedByRegion: { "us-east-1": 0, "eu-west-1": 300, "ap-southeast-1": 400 },
      failed: 300,
    }),
    250,
    480,
  );

  it.each([60, 79, 120])("takes at most %d columns, and the same number of lines at every moment", (columns) => {
    for (const shown of [start, model, hostile().reduce(reduceModel, start)]) {
      const lines = renderPanel(shown, { columns, colour: "off" });
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(lines.join("")).not.toContain("\u001b");
    }
  });

  it("says what each branch does and where requests go", () => {
    const text = renderPanel(model, { columns: 99, colour: "off" }).join("\n");
    expect(text).toContain("+04:10, 480 times as fast");
    expect(text).toMatch(/ap-southeast-1 +█+·+ +40 % +400 a second/);
    expect(text).toMatch(/us-east-1 +·+ +0 % +0 a second/);
    expect(text).toMatch(/failed +▒+·+ +30 % +300 a second/);
  });

  it("uses colour only when it may", () => {
    expect(renderPanel(model, { columns: 80, colour: "on" }).join("")).toContain("\u001b[3");
  });
});

describe("createDisplay", () => {
  it("redraws a panel in place and gives the cursor back", () => {
    const screen = terminal();
    const display = createDisplay(screen, { kind: "live", colour: "off", columns: 80 }, start);
    display.clock(1, 10);
    display.clock(2, 10);
    display.end();
    const height = (screen.written[0]?.match(/\n/g) ?? []).length;
    expect(screen.written[0]?.startsWith("\u001b[?25l")).toBe(true);
    expect(screen.written[1]?.startsWith(`\u001b[${height}A`)).toBe(true);
    expect(screen.written[2]).toBe("\u001b[?25h");
  });

  it("writes one plain line an event, and a traffic line only when the spread moves", () => {
    const screen = terminal();
    const display = createDisplay(screen, { kind: "plain", colour: "off", columns: 80 }, start);
    const serve = (usEast1: number, failed: number) =>
      display.traffic({ servedByRegion: { "us-east-1": usEast1, "eu-west-1": 500 }, failed });
    serve(500, 0);
    serve(510, 0);
    serve(0, 500);
    serve(0, 510);
    for (const event of regionOutage().slice(0, 3)) display.event(event);
    display.end();
    expect(screen.written.join("").trimEnd().split("\n")).toEqual([
      "[+00:00] drill      region-outage   Phase: everything serves.",
      "[+00:00] traffic                    eu-west-1 50 %, us-east-1 50 %, failed 0 %.",
      "[+00:00] drill      region-outage   Phase: failing.",
      "[+00:00] traffic                    eu-west-1 50 %, failed 50 %.",
      "[+01:12] assess     eu-west-1       us-east-1 is down: three vantages see it failing for longer than 60 s.",
      "[+01:12] assess     eu-west-1       Incident opened; us-east-1 is to be evacuated.",
      "[+01:12] drill      region-outage   Phase: failing over.",
      "[+01:13] traffic    eu-west-1       Write the object that takes us-east-1 out of DNS.",
    ]);
  });

  it("says an observation that comes back a few times, and a change each time", () => {
    const screen = terminal();
    const display = createDisplay(screen, { kind: "plain", colour: "off", columns: 80 }, start);
    const chain = new Chain("x", 7, "eu-west-1");
    for (let second = 0; second < 5; second++) {
      chain
        .add(second, "recovery", "observed", "us-west-2 is not served")
        .add(second, "capacity", "intent", "Raise it");
    }
    for (const event of chain.events) display.event(event);
    const lines = screen.written.join("").split("\n");
    const told = lines.filter((line) => line.includes("us-west-2 is not served"));
    expect(told.map((line) => line.endsWith(" (not repeated from here on)"))).toEqual([false, false, true]);
    expect(lines.filter((line) => line.includes("Raise it"))).toHaveLength(5);
  });

  it("says once what the end of a step only repeats, and every page", () => {
    const screen = terminal();
    const display = createDisplay(screen, { kind: "plain", colour: "off", columns: 80 }, start);
    const chain = new Chain("x", 7, "eu-west-1")
      .add(1, "database", "observed", "Nothing to promote")
      .add(2, "database", "stepEnded", "Nothing to promote")
      .add(3, "traffic", "stepEnded", "Traffic has left");
    for (const event of chain.events) display.event(event);
    display.page({
      at: instant(62),
      from: "ap-southeast-1",
      incident: "x",
      region: "eu-west-1",
      reason: "otherIncidentInProgress",
      summary: "eu-west-1 fails as well",
      whatToDo: "Look",
    });
    const lines = screen.written.join("").trimEnd().split("\n");
    expect(lines.filter((line) => line.includes("Nothing to promote"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("Traffic has left"))).toHaveLength(1);
    expect(lines.at(-1)).toBe("[+01:02] page       ap-southeast-1  To people: eu-west-1 fails as well");
  });

  it("lets no text drive the terminal", () => {
    const screen = terminal();
    const display = createDisplay(screen, { kind: "plain", colour: "off", columns: 80 }, start);
    for (const event of hostile()) display.event(event);
    expect(screen.written.join("").replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
  });
});

describe("text on a screen", () => {
  it("counts columns, not characters", () => {
    expect(widthOf("日本")).toBe(4);
    expect(widthOf("e\u0301")).toBe(1);
    expect(crop("日本語", 5)).toBe("日本…");
    expect(fill("ab", 4)).toBe("ab  ");
    expect(fill("7", 3, "right")).toBe("  7");
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
  });
});
