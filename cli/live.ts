import type { Clock } from "../functions/shared/clock.ts";
import { isoInstant, parseInstant } from "../functions/shared/clock.ts";
import type { TimelineEvent } from "../functions/timeline/event.ts";
import { instantWords } from "../functions/timeline/report/words.ts";
import { createDisplay, type DisplayChoice } from "../simulator/display/display.ts";
import type { Terminal } from "../simulator/display/live.ts";
import { wrap } from "../simulator/display/screen.ts";
import type { Audience } from "../simulator/play.ts";
import type { Scenario } from "../simulator/scenario.ts";
import type { World } from "../simulator/world.ts";
import { keepingCursor } from "./cursor.ts";
import { writesWords } from "./curve.ts";
import { pagesOf } from "./pages.ts";

/** A drill at a terminal takes about so long, however much time passes in it. */
const showSeconds = 8;
const calmShownSeconds = 5;

/**
 * Watches a drill and shows it. The simulated minutes pass in milliseconds, so for a person at a terminal they are shown
 * again at a pace that the eye can follow; for a file or a pipe, line by line at once.
 */
export class LiveAudience implements Audience {
  readonly #terminal: Terminal;
  readonly #choice: DisplayChoice;
  readonly #clock: Clock;
  readonly #events: TimelineEvent[] = [];
  #scenario = "";
  #faultAt = 0;
  #world: World | null = null;

  constructor(terminal: Terminal, choice: DisplayChoice, clock: Clock) {
    this.#terminal = terminal;
    this.#choice = choice;
    this.#clock = clock;
  }

  announce({ name, summary }: Scenario): void {
    this.#scenario = name;
    this.#say(`${name}: ${summary}`);
  }

  begins(world: World, faultAt: number): void {
    this.#world = world;
    this.#faultAt = faultAt;
  }

  event(event: TimelineEvent): void {
    this.#events.push(event);
  }

  /** Shows what was seen. */
  async end(): Promise<void> {
    const world = this.#world;
    if (world === null) return;
    for (const note of writesWords(world)) this.#say(`(${note}.)`);
    this.#say(
      `(+00:00 is the fault, ${instantWords(isoInstant(this.#faultAt))}; the summary and the reports count from the first failing probe.)`,
    );
    this.#terminal.write("\n");
    const display = createDisplay(this.#terminal, this.#choice, { scenario: this.#scenario, startedAt: this.#faultAt });
    const samples = world.customers.curve.filter(({ at }) => at >= this.#faultAt - calmShownSeconds * 1_000);
    const paceMs = this.#choice.kind === "live" ? (showSeconds * 1_000) / Math.max(1, samples.length) : 0;
    const speed = paceMs === 0 ? null : Math.round(1_000 / paceMs);
    const moments = this.#events.map((event) => ({ at: event.at, show: () => display.event(event) }));
    // Events stay in the order in which they were stored, for each carries the time of its writer's own clock.
    for (const page of pagesOf(world)) {
      const after = moments.findIndex(({ at }) => parseInstant(at) > parseInstant(page.at));
      moments.splice(after < 0 ? moments.length : after, 0, { at: page.at, show: () => display.page(page) });
    }
    let next = 0;
    const show = async () => {
      for (const { at, served, failed } of samples) {
        for (; next < moments.length; next++) {
          const moment = moments[next];
          if (moment === undefined || parseInstant(moment.at) > at) break;
          moment.show();
        }
        display.traffic({ servedByRegion: served, failed });
        display.clock((at - this.#faultAt) / 1_000, speed);
        if (paceMs > 0) await this.#clock.sleep(paceMs);
      }
      for (const moment of moments.slice(next)) moment.show();
    };
    await keepingCursor(() => display.end(), show);
  }

  #say(line: string): void {
    const { kind, columns } = this.#choice;
    // A pipe or a file gets the line whole.
    this.#terminal.write(`${(kind === "plain" ? [line] : wrap(line, columns)).join("\n")}\n`);
  }
}
