import type { Random } from "../../functions/shared/random.ts";
import type { VirtualClock } from "../clock.ts";
import type { Regions } from "./regions.ts";
import { repeatEvery } from "./repeat.ts";
import {
  drawMilliseconds,
  healthCheckIntervalSeconds,
  healthCheckThreshold,
  healthPropagationSeconds,
  type Span,
} from "./timings.ts";

/** What a health check looks at. */
export type CheckTarget =
  /** An endpoint of the application in a Region: passes while customers are served there. */
  | { readonly kind: "endpoint"; readonly region: string }
  /** A publicly readable object in a bucket of a Region: passes while it is there and that Region can be reached. */
  | { readonly kind: "object"; readonly region: string; readonly isThere: () => boolean }
  /** An ARC routing control: follows its state without probing (RECOVERY_CONTROL). */
  | { readonly kind: "routingControl"; readonly arn: string; readonly isOn: () => boolean }
  /** A calculated check without children: passes, unless it is inverted. */
  | { readonly kind: "constant" }
  /** A calculated check that passes while all of its children are healthy. */
  | { readonly kind: "all"; readonly children: readonly string[] };

export interface HealthCheckSetup {
  readonly id: string;
  readonly target: CheckTarget;
  /** @default "upright" */
  readonly polarity?: "upright" | "inverted";
}

export interface HealthCheck {
  readonly id: string;
  readonly target: CheckTarget;
  /** As it is in force with the checkers. */
  inverted: boolean;
  /** What the checkers have settled on, before inversion. */
  passes: boolean;
  /** Successive observations to the contrary. */
  contrary: number;
}

export interface HealthCheckersOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Pick<Regions, "health">;
}

/**
 * Route 53's health checkers: part of its data plane, so nothing stops them. They all look at the same instants; a status
 * changes after as many observations to the contrary as the threshold says, either way.
 */
export class HealthCheckers {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: HealthCheckersOptions["regions"];
  readonly #checks = new Map<string, HealthCheck>();
  readonly #shallow = new Set<string>();
  #stop: (() => void) | null = null;

  constructor(options: HealthCheckersOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#regions = options.regions;
  }

  start(): void {
    this.#stop ??= repeatEvery(this.#clock, healthCheckIntervalSeconds * 1_000, 0, () => this.#lookAround());
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** A check that has settled long ago. */
  add({ id, target, polarity = "upright" }: HealthCheckSetup): void {
    const passes = this.#observe(target);
    this.#checks.set(id, { id, target, inverted: polarity === "inverted", passes, contrary: 0 });
  }

  find(id: string): HealthCheck | null {
    return this.#checks.get(id) ?? null;
  }

  /** The status that DNS answers follow. */
  isHealthy(id: string): boolean {
    const check = this.#checks.get(id);
    if (check === undefined) throw new RangeError(`No such health check: received ${JSON.stringify(id)}`);
    const { target } = check;
    const passes = target.kind === "all" ? target.children.every((child) => this.isHealthy(child)) : check.passes;
    return passes !== check.inverted;
  }

  /** The endpoint of `region` says 200 whatever its customers get, as long as anything runs there (FM9, FM16). */
  makeShallow(region: string): void {
    this.#shallow.add(region);
  }

  /** Has a check that is not probed look again, and its status follow after `propagation`. */
  follow(id: string, propagation: Span): void {
    const check = this.find(id);
    if (check === null) return;
    this.#clock.schedule(drawMilliseconds(this.#random, propagation), () => {
      check.passes = this.#observe(check.target);
    });
  }

  /** Changes a check's polarity, in force after `propagation`. */
  setInverted(id: string, polarity: "upright" | "inverted", propagation: Span): void {
    const check = this.find(id);
    if (check === null) return;
    this.#clock.schedule(drawMilliseconds(this.#random, propagation), () => {
      check.inverted = polarity === "inverted";
    });
  }

  #lookAround(): void {
    for (const check of this.#checks.values()) {
      const { kind } = check.target;
      if (kind !== "endpoint" && kind !== "object") continue;
      const observed = this.#observe(check.target);
      if (observed === check.passes) {
        check.contrary = 0;
        continue;
      }
      check.contrary++;
      if (check.contrary === healthCheckThreshold) {
        this.#clock.schedule(drawMilliseconds(this.#random, healthPropagationSeconds), () => {
          check.passes = observed;
          check.contrary = 0;
        });
      }
    }
  }

  #observe(target: CheckTarget): boolean {
    switch (target.kind) {
      case "endpoint": {
        const health = this.#regions.health(target.region);
        return health === "up" || (health === "gray" && this.#shallow.has(target.region));
      }
      case "object": {
        const health = this.#regions.health(target.region);
        return (health === "up" || health === "gray") && target.isThere();
      }
      case "routingControl":
        return target.isOn();
      case "constant":
      case "all":
        return true;
    }
  }
}
