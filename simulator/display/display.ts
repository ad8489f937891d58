import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { PageTold } from "../../functions/timeline/report/summary.ts";
import { createLivePanel, leastColumns, type Terminal } from "./live.ts";
import { reduceModel, startModel, type TrafficSample, withClock, withPage, withTraffic } from "./model.ts";
import { createPlainLines } from "./plain.ts";
import { type Colour, wrap } from "./screen.ts";

/** How a drill is shown: redrawn in place, as lines, or as lines broken to the columns that a terminal has. */
export type DisplayKind = "live" | "plain" | "wrapped";

export interface DisplayChoice {
  readonly kind: DisplayKind;
  readonly colour: Colour;
  readonly columns: number;
}

/** A panel for a person at a terminal that can be redrawn, broken lines at one that cannot; lines for files and pipes. */
export function chooseDisplay(
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): DisplayChoice {
  const columns = stream.columns ?? 80;
  const dumb = environment.TERM === "dumb";
  const terminal = stream.isTTY === true && !dumb;
  const noColour = (environment.NO_COLOR ?? "") !== "";
  return {
    kind: stream.isTTY !== true ? "plain" : terminal && columns >= leastColumns ? "live" : "wrapped",
    colour: terminal && !noColour ? "on" : "off",
    columns,
  };
}

/** What the drill tells its display. */
export interface DrillDisplay {
  event(event: TimelineEvent): void;
  /** A page that went out to people; it is on the bus and not in the timeline. */
  page(page: PageTold): void;
  traffic(sample: TrafficSample): void;
  /** @param speed simulated seconds a real second; null when unknown */
  clock(elapsedSeconds: number, speed: number | null): void;
  /** Ends the display; what is written afterwards stands below it. */
  end(): void;
}

/** @param startedAt milliseconds since the Unix epoch, simulated; offsets count from here */
export function createDisplay(
  terminal: Terminal,
  choice: DisplayChoice,
  drill: { readonly scenario: string; readonly startedAt: number },
): DrillDisplay {
  let model = startModel(drill.scenario, drill.startedAt);
  if (choice.kind === "live") {
    const panel = createLivePanel(terminal, choice.colour);
    return {
      event(event) {
        model = reduceModel(model, event);
        panel.draw(model);
      },
      page(page) {
        model = withPage(model, page);
        panel.draw(model);
      },
      traffic(sample) {
        model = withTraffic(model, sample);
      },
      clock(elapsedSeconds, speed) {
        model = withClock(model, elapsedSeconds, speed);
        panel.draw(model);
      },
      end: () => panel.end(),
    };
  }
  const lines = createPlainLines();
  const say = (said: readonly string[]) => {
    const broken = choice.kind === "wrapped" ? said.flatMap((line) => wrap(line, choice.columns)) : said;
    if (broken.length > 0) terminal.write(`${broken.join("\n")}\n`);
  };
  return {
    event(event) {
      model = reduceModel(model, event);
      say(lines.event(model, event));
    },
    page(page) {
      model = withPage(model, page);
      say(lines.page(model, page));
    },
    traffic(sample) {
      model = withTraffic(model, sample);
      say(lines.model(model));
    },
    clock(elapsedSeconds, speed) {
      model = withClock(model, elapsedSeconds, speed);
    },
    end() {},
  };
}
