/** What happened to the customers' requests in one second. */
export interface TrafficSample {
  /** Milliseconds since the Unix epoch; the end of the second. */
  readonly at: number;
  /** Requests served, by Region. */
  readonly served: Readonly<Record<string, number>>;
  readonly failed: number;
}

/** Customers count as served again once they have been for this long, or until the end. */
const steadyForMs = 30_000;

/** The traffic curve and what follows from it. Kept as flat numbers: there is a sample every simulated second. */
export class TrafficCurve {
  readonly #regions: readonly string[];
  readonly #instants: number[] = [];
  /** Served by Region, then failed; one stretch a sample. */
  readonly #requests: number[] = [];
  #total = 0;
  #lost = 0;
  #faultAt: number | null = null;
  #hasFailed = false;
  #goodSince: number | null = null;
  #servedAgainAt: number | null = null;

  constructor(regions: readonly string[]) {
    this.#regions = regions;
  }

  /** From here on it counts when customers are served again. */
  markFault(at: number): void {
    this.#faultAt = at;
    this.#hasFailed = false;
    this.#goodSince = null;
    this.#servedAgainAt = null;
  }

  /** @param standing whether every population was served as it should be, reads and writes */
  add(at: number, served: ArrayLike<number>, failed: number, standing: "served" | "failing"): void {
    this.#instants.push(at);
    for (let index = 0; index < served.length; index++) {
      this.#requests.push(served[index] ?? 0);
      this.#total += served[index] ?? 0;
    }
    this.#requests.push(failed);
    this.#total += failed;
    this.#lost += failed;
    this.#judge(at, standing);
  }

  get totalRequests(): number {
    return Math.round(this.#total);
  }

  get lostRequests(): number {
    return Math.round(this.#lost);
  }

  /**
   * The first instant after the fault from which customers have been served without a break, for half a minute or until
   * the end; the fault itself when they never noticed; null when there was no fault or they are not served.
   */
  get servedAgainAt(): number | null {
    if (this.#faultAt === null) return null;
    return this.#hasFailed ? (this.#servedAgainAt ?? this.#goodSince) : this.#faultAt;
  }

  samples(): readonly TrafficSample[] {
    const width = this.#regions.length + 1;
    return this.#instants.map((at, index) => ({
      at,
      served: Object.fromEntries(
        this.#regions.map((region, offset) => [region, Math.round(this.#requests[index * width + offset] ?? 0)]),
      ),
      failed: Math.round(this.#requests[index * width + width - 1] ?? 0),
    }));
  }

  #judge(at: number, standing: "served" | "failing"): void {
    if (this.#faultAt === null || this.#servedAgainAt !== null) return;
    if (standing === "failing") {
      this.#hasFailed = true;
      this.#goodSince = null;
      return;
    }
    this.#goodSince ??= at;
    if (this.#hasFailed && at - this.#goodSince >= steadyForMs) this.#servedAgainAt = this.#goodSince;
  }
}
