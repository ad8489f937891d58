import { vantagesOf } from "../../functions/shared/plan/plan.ts";
import type { Violation } from "../result.ts";
import type { World } from "../world.ts";
import { answeredWithinMs, type HealthHistory } from "./health-history.ts";
import type { Hearing } from "./hearing.ts";
import type { Ledger } from "./ledger.ts";

/** Functions that stand between a failure and the decision about it. */
const deciding = new Set(["Watch", "AssessSignal"]);

interface Judges {
  readonly ledger: Ledger;
  readonly history: HealthHistory;
  readonly hearing: Hearing;
}

/** Watches that a Region which is dead for long, with survivors and a lease to be had, is not left to itself (FM4, FM12). */
export class DeadRegions {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #history: HealthHistory;
  readonly #hearing: Hearing;

  constructor(world: World, { ledger, history, hearing }: Judges) {
    this.#world = world;
    this.#ledger = ledger;
    this.#history = history;
    this.#hearing = hearing;
  }

  /** Called once, when the world has come to rest. */
  judge(): readonly Violation[] {
    const world = this.#world;
    const { plan, clock } = world;
    const now = clock.now();
    const item = this.#ledger.item;
    const dead = plan.regions.filter(({ name }) => this.#history.troubleSince.has(name));
    const [only] = dead;
    if (only === undefined || dead.length > 1) return [];
    const health = world.regions.health(only.name);
    const deadSince =
      health === "gray" ? this.#history.troubleSince.get(only.name) : this.#history.darkSince.get(only.name);
    if (deadSince === undefined || now - deadSince < answeredWithinMs) return [];
    const from = Math.max(deadSince + 1, now - answeredWithinMs);
    const lately = this.#history.changes.some((at) => at >= from) || this.#history.links.anyCutSince(from);
    // A fault elsewhere is no excuse: what stands between a failure and the answer to it is the watch and the decision.
    const tried = world.network.firedFaults.some(({ functionName, at }) => deciding.has(functionName) && at >= from);
    if (plan.automation.traffic !== "automatic" || lately || tried || !world.canBeTakenOver()) return [];
    // Too few can see anything at all: nobody may act on the word of those that are left, nor before one Region has been
    // steady for as long as the plan says, when all that saw nothing had seen every Region fail.
    const clearedAt = this.#history.sawAgainAt + plan.detection.clearForSeconds * 1_000;
    if (clearedAt >= from) return [];
    const seeing = vantagesOf(plan).filter(
      (vantage) => vantage !== only.name && world.regions.runs(vantage) && world.regions.sees(vantage),
    );
    if (seeing.length < plan.detection.quorum) return [];
    const ended = item?.completed.some(({ region }) => region === only.name) ?? false;
    const standing = item?.regions[only.name]?.state ?? "inService";
    const out = world.intentionallyOut();
    const others = plan.regions.some(
      ({ name }) =>
        name !== only.name &&
        (item?.regions[name]?.state ?? "inService") === "inService" &&
        // What a person has drained by hand takes nobody's customers.
        !out.has(name),
    );
    if (!others) return [];
    // One that lives and carries another's customers may be overloaded: people are told, and nothing is done.
    const isCarrying = plan.regions.some(
      ({ name }) => (item?.regions[name]?.state ?? "inService") !== "inService" || out.has(name),
    );
    if (health === "gray" && isCarrying) return [];
    // One incident at a time: while a person is asked about another Region, people are told of this one and no more.
    const isLeft = item?.incident != null && item.incident.failedRegion !== only.name && world.somebodyWaits();
    if (isLeft && world.pages.some(({ region }) => region === only.name)) return [];
    // Where no quorum of others can be heard nobody may judge: people are told, in time (FM59).
    const connected = (name: string) => ["up", "gray"].includes(world.regions.health(name));
    const watching = vantagesOf(plan).filter((name) => name !== only.name && connected(name));
    if (watching.length < plan.detection.quorum && this.#hearing.hasHeardOf(only.name)) return [];
    if (standing !== "inService" || ended || item?.pause != null) return [];
    const message = `${only.name} has been ${health} since ${deadSince} and nobody has done anything`;
    return [{ invariant: "deadRegionAnswered", message }];
  }
}
