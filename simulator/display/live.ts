import type { Tone } from "../../functions/timeline/report/steps.ts";
import { offsetWords, toneWords } from "../../functions/timeline/report/words.ts";
import type { BranchView, DrillModel } from "./model.ts";
import { type Colour, crop, fill, paint, type Shade } from "./screen.ts";

/** The panel is not drawn on fewer columns than this. */
export const leastColumns = 60;

export interface PanelOptions {
  readonly columns: number;
  readonly colour: Colour;
}

/** Most lines of events under the panel. */
const eventLines = 5;
const regionColumns = 16;

/** The panel as lines, each of at most `columns`. */
export function renderPanel(model: DrillModel, { columns, colour }: PanelOptions): string[] {
  const rule = paint("─".repeat(columns), "soft", colour);
  return [
    header(model, columns, colour),
    rule,
    ...Object.entries(model.branches).map(([name, branch]) => branchLine(name, branch, model, columns, colour)),
    rule,
    ...trafficLines(model, columns, colour),
    rule,
    ...Array.from({ length: eventLines }, (_, index) => {
      const event = model.events.slice(-eventLines)[index];
      return event === undefined ? "" : crop(event, columns);
    }),
  ];
}

function header(model: DrillModel, columns: number, colour: Colour): string {
  const speed = model.speed === null ? "" : `, ${speedWords(model.speed)} times as fast`;
  const clock = `${offsetWords(model.elapsedSeconds)}${speed}`;
  const phase = crop(model.phase, 24);
  const scenario = fill(`drill ${model.scenario}`, Math.max(8, columns - clock.length - phase.length - 4));
  return `${paint(scenario, "bold", colour)}  ${paint(phase, phaseShade(model), colour)}  ${clock}`;
}

function speedWords(speed: number): string {
  return speed >= 10 ? String(Math.round(speed)) : (Math.round(speed * 10) / 10).toString();
}

function phaseShade(model: DrillModel): Shade {
  switch (model.phase) {
    case "everything serves":
    case "closed":
      return "good";
    case "failing":
      return "bad";
    case "deciding":
    case "waiting for approval":
    case "failing over":
    case "verifying":
      return "warn";
  }
}

interface Look {
  readonly sign: string;
  readonly words: string;
  readonly shade: Shade;
}

/** A question is the one thing that waits for whoever reads this; everything else is yet to begin. */
function looks(name: string, state: BranchView["state"]): Look {
  const isQuestion = name === "approval";
  if (state === "waiting") return { sign: "·", words: isQuestion ? "not asked" : "not begun", shade: "soft" };
  if (state === "running") {
    return isQuestion
      ? { sign: "?", words: "unanswered", shade: "warn" }
      : { sign: "▸", words: "running", shade: "blue" };
  }
  const signs: Readonly<Record<Exclude<Tone, "running">, readonly [string, Shade]>> = {
    good: ["✓", "good"],
    skipped: ["–", "soft"],
    degraded: ["▲", "warn"],
    failed: ["✕", "bad"],
    interrupted: ["‖", "warn"],
    other: ["?", "warn"],
  };
  const [sign, shade] = signs[state];
  return { sign, words: toneWords(state), shade };
}

/** How long a branch has been at work, and once it is over, how long it took. */
function secondsOf({ begunSeconds, endedSeconds, sinceSeconds }: BranchView, { elapsedSeconds }: DrillModel): number {
  return (endedSeconds ?? elapsedSeconds) - (begunSeconds ?? sinceSeconds);
}

function branchLine(name: string, branch: BranchView, model: DrillModel, columns: number, colour: Colour): string {
  const { sign, words, shade } = looks(name, branch.state);
  const age = branch.state === "waiting" ? "" : `${Math.max(0, Math.round(secondsOf(branch, model)))} s`;
  const state = paint(`${sign} ${fill(words, 12)}`, shade, colour);
  return `${fill(name, 10)} ${state} ${fill(age, 7, "right")}  ${crop(branch.note, Math.max(0, columns - 35))}`;
}

function trafficLines(model: DrillModel, columns: number, colour: Colour): readonly string[] {
  const barColumns = columns - regionColumns - 20;
  const total = model.traffic.reduce((sum, { servedPerSecond }) => sum + servedPerSecond, model.failedPerSecond);
  const failedShare = total > 0 ? model.failedPerSecond / total : 0;
  const line = (name: string, share: number, perSecond: number, shade: Shade, block: string) =>
    `${fill(name, regionColumns)} ${paint(bar(share, barColumns, block), shade, colour)} ${percentWords(share).padStart(5)} ${fill(`${Math.round(perSecond)} a second`, 12, "right")}`;
  return [
    ...model.traffic.map(({ region, share, servedPerSecond }) => line(region, share, servedPerSecond, "blue", "█")),
    line("failed", failedShare, model.failedPerSecond, model.failedPerSecond > 0 ? "bad" : "soft", "▒"),
  ];
}

/** `█` for each part of the whole, a thin line for the rest; something that is not nothing shows at least one block. */
function bar(share: number, columns: number, block: string): string {
  const bounded = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const filled = bounded > 0 ? Math.max(1, Math.round(bounded * columns)) : 0;
  return block.repeat(filled) + "·".repeat(columns - filled);
}

/** A share for the eye: what is not nothing never reads as 0 %. */
export function percentWords(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 1) return "<1 %";
  return `${Math.round(percent)} %`;
}

/** What the live display writes to. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface LivePanel {
  /** Draws the model over what was drawn before. */
  draw(model: DrillModel): void;
  /** Leaves the last panel standing and gives the cursor back. */
  end(): void;
}

/** Redraws in place, without clearing the screen above. */
export function createLivePanel(terminal: Terminal, colour: Colour): LivePanel {
  let drawn = 0;
  return {
    draw(model) {
      // One column less than there are: a full last column makes some terminals break the line.
      const columns = Math.max(leastColumns, terminal.columns ?? 80) - 1;
      const most = Math.max(1, (terminal.rows ?? 50) - 1);
      const lines = renderPanel(model, { columns, colour }).slice(0, most);
      const back = drawn === 0 ? "\u001b[?25l" : `\u001b[${drawn}A`;
      terminal.write(`${back}\r${lines.map((line) => `\u001b[2K${line}\n`).join("")}\u001b[0J`);
      drawn = lines.length;
    },
    end() {
      if (drawn > 0) terminal.write("\u001b[?25h");
      drawn = 0;
    },
  };
}
