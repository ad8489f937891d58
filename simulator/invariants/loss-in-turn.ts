import { activePause } from "../../functions/coordination/rules.ts";
import { parseInstant } from "../../functions/shared/clock.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";
import { answeredWithinMs, type HealthHistory } from "./health-history.ts";
import type { Ledger } from "./ledger.ts";

const everyMs = 1_000;

/**
 * Watches that a Region which goes dark after others were taken out of service is answered: whoever is left then carries
 * everybody's customers, and its faltering under them must not pass for a trouble that all share (FM71).
 */
export class LossInTurn {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #history: HealthHistory;
  #judgedAt = 0;

  constructor(world: World, ledger: Ledger, history: HealthHistory) {
    this.#world = world;
    this.#ledger = ledger;
    this.#history = history;
  }

  judge(): readonly Violation[] {
    const { plan, clock, regions } = this.#world;
    const now = clock.now();
    if (now - this.#judgedAt < everyMs) return [];
    this.#judgedAt = now;
    const { item } = this.#ledger;
    if (plan.automation.traffic !== "automatic" || item === null || item.incident !== null) return [];
    if (activePause(item, now) !== null || !this.#world.canBeTakenOver()) return [];
    const isIn = (name: string) => (item.regions[name]?.state ?? "inService") === "inService";
    const inService = plan.regions.map(({ name }) => name).filter(isIn);
    if (inService.length === plan.regions.length) return [];
    const isUp = (name: string) => regions.health(name) === "up";
    const [dark, ...rest] = inService.filter((name) => !isUp(name));
    if (dark === undefined || rest.length > 0 || !inService.some(isUp)) return [];
    const since = this.#history.darkSince.get(dark);
    if (since === undefined) return [];
    // One incident at a time: the time runs from when the last one ended.
    const free = Math.max(since, ...this.#ledger.tenures.map(({ to }) => to));
    if (now - free < answeredWithinMs) return [];
    const from = now - answeredWithinMs;
    if (this.#history.changes.some((at) => at > from) || this.#history.links.anyCutSince(from)) return [];
    // Of what else may hold automation back the records tell; this is about the one verdict that must not.
    const said = this.#ledger.decisions.findLast(
      ({ at, detail }) => detail.reason !== "serving" && parseInstant(at) >= since,
    );
    if (said?.detail.reason !== "everythingFailing") return [];
    const message = `${dark} has been dark since ${since} while the last Region carries its customers, and that was taken for everything failing`;
    return [{ invariant: "lossInTurnAnswered", message }];
  }
}
