import type { TimelineEvent } from "../../functions/timeline/event.ts";
import type { RegionHealth } from "../aws/service.ts";
import { overshootingShare } from "../customers.ts";
import type { World } from "../world.ts";

/** Of the failed Region's customers so many may still be sent there besides those whose resolvers overshoot the TTL. */
const leftShareAllowed = 0.01;
/** Customers who fail for so long, above this share, are not recovered. */
const failedShareAllowed = 0.05;
const failsForMs = 60_000;
/** While a run is under way a vantage looks so often at what its customers get: every two seconds, but for its full rounds. */
const looksPerSecond = 0.3;
/** A soak is a number of looks: what fails in so small a share that all of them pass more often than this is luck, and no lie. */
const luckAllowed = 0.001;
/** What has broken so shortly before a claim nobody can know yet. */
const unknownMs = 15_000;

const health: Readonly<Record<RegionHealth, number>> = { up: 0, gray: 1, partitioned: 2, dark: 3 };

/** A recovery that a run has closed with, and since when customers have failed after it. */
interface Claim {
  readonly incident: string;
  failingSince: number | null;
}

/**
 * Holds what a run says of traffic as shown to the customers alone: who is still sent to the failed Region, and who fails
 * after "recovered". What it says is not shown it has not said. Whatever says nothing of its evidence has claimed to show it.
 */
export class TrafficClaims {
  readonly #world: World;
  readonly #report: (invariant: string, message: string) => void;
  #claims: Claim[] = [];
  /** The Regions that the switch takes out of DNS, as they were a second ago. */
  #out = "";
  #worsenedAt = Number.NEGATIVE_INFINITY;

  constructor(world: World, report: (invariant: string, message: string) => void) {
    this.#world = world;
    this.#report = report;
    world.regions.subscribe((change) => {
      if (change.kind === "view") return;
      const isWorse = change.kind === "link" ? change.after === "cut" : health[change.after] > health[change.before];
      if (!isWorse) return;
      this.#worsenedAt = world.clock.now();
      this.#claims = [];
    });
  }

  /** An event that has just been stored. */
  hear({ kind, step, incident, detail }: TimelineEvent, failed: string | null): void {
    if (failed === null) return;
    const evidence = detail.evidence as { readonly traffic?: unknown } | undefined;
    if (evidence?.traffic === "notShown") return;
    if (step === "traffic" && kind === "stepEnded" && (detail.result === "done" || evidence?.traffic === "shown")) {
      this.#judgeLeft(incident, failed);
    }
    if (kind === "closed" && detail.outcome === "recovered" && this.#isQuietBeside(failed) && !this.#isLuck(failed)) {
      this.#claims.push({ incident, failingSince: null });
    }
  }

  /** Whether customers failed already while it soaked, in so small a share that honest looks pass. */
  #isLuck(failed: string): boolean {
    const { plan, customers, clock } = this.#world;
    const now = clock.now();
    const got = plan.regions
      .filter(({ name }) => name !== failed)
      .map(({ name }) => customers.service(name, "reads", now - plan.recovery.soakSeconds * 1_000, now));
    const asked = got.reduce((sum, each) => sum + each.asked, 0);
    const lost = got.reduce((sum, each) => sum + each.failed, 0);
    const luck = got.reduce(
      (product, { chance }) => product * chance ** (plan.recovery.soakSeconds * looksPerSecond),
      1,
    );
    return lost > asked * failedShareAllowed && luck >= luckAllowed;
  }

  /** Called once a simulated second. */
  lookOn(): void {
    const { customers, clock } = this.#world;
    this.#dropWhatSomebodyUndid();
    if (this.#claims.length === 0) return;
    const now = clock.now();
    const isFailing = customers.failedShare > failedShareAllowed;
    for (const claim of this.#claims) {
      claim.failingSince = isFailing ? (claim.failingSince ?? now) : null;
      if (claim.failingSince === null || now - claim.failingSince < failsForMs) continue;
      const share = percent(customers.failedShare);
      this.#report(
        "shownRecoveredStays",
        `${claim.incident} is closed as recovered with traffic shown to have left, and ${share} of all requests fail a minute later`,
      );
    }
  }

  /** A run that has closed throws no switch: whoever drains a Region after it, or lets one back, makes a trouble of their own. */
  #dropWhatSomebodyUndid(): void {
    const out = [...this.#world.intentionallyOut()].sort().join(" ");
    if (out === this.#out) return;
    this.#out = out;
    this.#claims = [];
  }

  #judgeLeft(incident: string, failed: string): void {
    const share = this.#world.customers.shareAtHome(failed);
    if (share <= overshootingShare + leftShareAllowed) return;
    const message = `${incident} says as shown that traffic has left ${failed}, and ${percent(share)} of its customers are sent there`;
    this.#report("trafficLeftMeansLeft", message);
  }

  /** Whether no other Region is in trouble, whose customers another incident is about. */
  #isQuietBeside(failed: string): boolean {
    const { plan, regions, clock } = this.#world;
    const others = plan.regions.filter(({ name }) => name !== failed);
    return clock.now() - this.#worsenedAt > unknownMs && others.every(({ name }) => regions.health(name) === "up");
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
