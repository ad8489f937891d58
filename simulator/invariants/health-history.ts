import type { RegionChange } from "../aws/regions.ts";
import { Links } from "./links.ts";

/** Detection, takeover and a retry of what failed in between all fit into this. */
export const answeredWithinMs = 300_000;

/** How Regions and their links have fared, by the world's own truth. Instants are milliseconds of the world's clock. */
export class HealthHistory {
  /** When each Region was last seen in trouble. */
  readonly troubleAt = new Map<string, number>();
  readonly darkSince = new Map<string, number>();
  /** Since when a Region has run and been connected again, where it had not. */
  readonly aliveSince = new Map<string, number>();
  /** Since when each Region has been in trouble; absent while it is well. */
  readonly troubleSince = new Map<string, number>();
  /** Instants at which a Region's health changed. */
  readonly changes: number[] = [];
  readonly links = new Links();
  /** When a vantage last saw again that had seen nothing. */
  sawAgainAt = Number.NEGATIVE_INFINITY;

  note(change: RegionChange, now: number): void {
    if (change.kind === "link") {
      this.links.note(change, now);
      return;
    }
    if (change.kind === "view") {
      if (change.after === "back") this.sawAgainAt = now;
      return;
    }
    this.troubleAt.set(change.region, now);
    this.changes.push(now);
    if (change.after === "up") this.troubleSince.delete(change.region);
    else if (!this.troubleSince.has(change.region)) this.troubleSince.set(change.region, now);
    if (change.before === "dark" || change.before === "partitioned") this.aliveSince.set(change.region, now);
    if (change.after === "dark") this.darkSince.set(change.region, now);
    else this.darkSince.delete(change.region);
  }
}
