import type { Random } from "../../../functions/shared/random.ts";
import type { VirtualClock } from "../../clock.ts";
import type { Regions } from "../regions.ts";
import {
  abandonedMoveSeconds,
  cancellingSeconds,
  drawFrom,
  drawMilliseconds,
  failoverSeconds,
  moveVerificationSeconds,
  replicationLagSeconds,
  returningWriterFenceSeconds,
  type Span,
  secondaryRebuildSeconds,
  staleTopologySeconds,
  switchoverSeconds,
  writerSettlingSeconds,
} from "../timings.ts";
import { Replication } from "./replication.ts";

export interface GlobalClusterSetup {
  readonly identifier: string;
  /** Cluster ARN by Region. */
  readonly clusters: Readonly<Record<string, string>>;
  readonly writer: string;
}

export interface Promotion {
  /** When the target became the writer. */
  readonly at: number;
  readonly requestedAt: number;
  readonly from: string;
  readonly target: string;
  readonly kind: "failover" | "switchover";
  /** Seconds of the old writer's changes that are gone; 0 for a switchover. */
  readonly lossSeconds: number;
}

export interface Member {
  readonly region: string;
  readonly arn: string;
  isWriter: boolean;
  synchronization: "connected" | "pending-resync";
  status: string;
  engineVersion: string;
  /** "differs": in its patch level, which no description shows and AWS minds. */
  patch: "equal" | "differs";
  /** Status of each DB instance, the one that writes first; none in a headless cluster. Replaced, never changed. */
  instances: readonly string[];
  /** When somebody, or a rebuild, last changed whether it can become the writer. */
  changedAt: number;
}

/** The engine version of a global cluster and, until somebody changes one, of all its clusters. */
export const globalEngineVersion = "17.4";

export interface Move {
  readonly kind: "failover" | "switchover";
  readonly from: string;
  readonly to: string;
  readonly requestedAt: number;
  phase: "pending" | "failing-over" | "switching-over" | "cancelling";
  lossSeconds: number;
}

/** What the control plane of one Region knows of the global cluster. */
export interface Topology {
  readonly status: string;
  readonly members: readonly Readonly<Member>[];
  readonly move: Readonly<Move> | null;
}

export interface GlobalClusterOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly regions: Regions;
  readonly setup: GlobalClusterSetup;
}

/** One Aurora global cluster: who is the writer, what is moving, what each secondary has, what each Region believes. */
export class GlobalCluster {
  readonly identifier: string;
  readonly replication = new Replication();
  readonly promotions: Promotion[] = [];
  /** Whether a writer that was away is fenced once it is back; "never" leaves two writers (FM45). */
  fencing: "onReturn" | "never" = "onReturn";
  move: Move | null = null;
  #members: readonly Member[];
  /** Clusters that have left: each a writer of its own. */
  #standalone: readonly Member[] = [];
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #regions: Regions;
  #status = "available";
  #writer: string;
  /** Former writers that nobody could tell so: they take writes as long as their Region runs (FM44). */
  readonly #unfenced = new Set<string>();
  /** What Regions that are, or were, away still believe. */
  readonly #stale = new Map<string, Topology>();
  /** Secondaries whose rebuilding came to its end while the writer could not be reached. */
  readonly #halted = new Set<Member>();
  /** Region of the new writer until it has settled and takes writes. */
  #settling: string | null = null;
  #acceptingWrites: readonly string[] = [];

  constructor({ clock, random, regions, setup }: GlobalClusterOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#regions = regions;
    this.identifier = setup.identifier;
    this.#writer = setup.writer;
    this.#members = Object.entries(setup.clusters).map(([region, arn]) => ({
      region,
      arn,
      isWriter: region === setup.writer,
      synchronization: "connected",
      status: "available",
      engineVersion: globalEngineVersion,
      patch: "equal",
      instances: ["available", "available"],
      changedAt: Number.NEGATIVE_INFINITY,
    }));
    for (const { region, isWriter } of this.members) {
      if (!isWriter) this.replication.follow(region, drawFrom(random, replicationLagSeconds));
    }
    regions.subscribe((change) => {
      if (change.kind === "health") this.#onHealth(change.region);
      for (const member of this.#halted) {
        if (regions.reachable(this.#writer, member.region)) this.#rebuild(member);
      }
      this.refresh();
    });
    this.refresh();
  }

  /** Regions whose cluster takes writes at this moment; more than one is a split. */
  get acceptingWrites(): readonly string[] {
    return this.#acceptingWrites;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** Clusters that have left the global cluster. */
  get standalone(): readonly Readonly<Member>[] {
    return this.#standalone;
  }

  /** Changes a member, as somebody with the right to would. */
  change(
    region: string,
    change: Partial<Pick<Member, "synchronization" | "engineVersion" | "patch" | "instances">>,
  ): void {
    const member = this.memberIn(region);
    if (member === null) throw new RangeError(`No cluster of ${this.identifier} in ${region}`);
    Object.assign(member, change, { changedAt: this.#clock.now() });
    this.refresh();
  }

  /** The writer in truth, whoever else considers itself one. */
  get writer(): Member {
    const writer = this.memberIn(this.#writer);
    if (writer === null) throw new RangeError(`${this.identifier} has no cluster in ${this.#writer}`);
    return writer;
  }

  memberIn(region: string): Member | null {
    return this.members.find((member) => member.region === region) ?? null;
  }

  /** The cluster in a Region as its own control plane describes it, member or not. */
  clusterIn(region: string): Readonly<Member> | null {
    const alone = this.#standalone.find((each) => each.region === region);
    return alone ?? this.topologyIn(region).members.find((member) => member.region === region) ?? null;
  }

  memberByArn(arn: string | undefined): Member | null {
    return this.members.find((member) => member.arn === arn) ?? null;
  }

  /** As the control plane of `region` describes it, which may be behind. */
  topologyIn(region: string): Topology {
    return this.#stale.get(region) ?? { status: this.#status, members: this.members, move: this.move };
  }

  /** Begins to make `target` the writer. What it would lose is settled by what it has now. */
  begin(kind: Move["kind"], target: Member): void {
    const now = this.#clock.now();
    this.#keepViews();
    const move: Move = {
      kind,
      from: this.#writer,
      to: target.region,
      requestedAt: now,
      phase: "pending",
      lossSeconds: 0,
    };
    this.move = move;
    this.#after(moveVerificationSeconds, () => this.#runPhase(move));
  }

  /** An operation that was called off is being undone. */
  beginCancelling(to: string): void {
    const from = this.#writer;
    this.move = { kind: "failover", from, to, requestedAt: this.#clock.now(), phase: "cancelling", lossSeconds: 0 };
    this.#status = "modifying";
    this.#finishCancelling(this.move);
  }

  /** A second cluster considers itself the writer and takes writes: a split that only a person can mend. */
  splitOff(region: string): void {
    const member = this.memberIn(region);
    if (member === null) throw new RangeError(`No cluster in ${region}`);
    member.isWriter = true;
    this.replication.forget(region);
    this.#unfenced.add(region);
    this.fencing = "never";
    this.refresh();
  }

  /**
   * A secondary leaves and "becomes a standalone cluster with read-write capability" (API reference,
   * RemoveFromGlobalCluster); nothing follows it and it follows nobody. Assumption: at once, and the writer or a cluster
   * that takes part in a move is not let go.
   */
  detach(region: string): "detached" | "refused" {
    const member = this.memberIn(region);
    if (member === null || member.isWriter || this.move?.to === region) return "refused";
    this.#keepViews();
    this.#members = this.#members.filter((each) => each !== member);
    member.changedAt = this.#clock.now();
    this.#standalone = [...this.#standalone, member];
    this.replication.forget(region);
    this.refresh();
    return "detached";
  }

  /** Works out anew who takes writes and who follows. Called by whatever changes either. */
  refresh(): void {
    const writer = this.#writer;
    const takesWrites = !this.#isResting() && this.#settling !== writer;
    const members = this.#members.filter(({ region }) =>
      region === writer ? takesWrites : this.#unfenced.has(region),
    );
    this.#acceptingWrites = [...members, ...this.#standalone]
      // Without an instance that is available nobody writes.
      .filter(({ region, instances }) => this.#runs(region) && instances.includes("available"))
      .map(({ region }) => region);
    // A writer that is cut off takes no customer's write, so nothing more can be lost there.
    const writing = takesWrites && this.#isConnected(writer);
    this.replication.update(this.#clock.now(), writing ? "writing" : "stopped", (region) =>
      this.#regions.reachable(writer, region),
    );
  }

  /** Writes rest while a move is past its verification. */
  #isResting(): boolean {
    return this.move !== null && (this.move.phase === "failing-over" || this.move.phase === "switching-over");
  }

  #runs(region: string): boolean {
    return this.#regions.runs(region);
  }

  #isConnected(region: string): boolean {
    return this.#runs(region) && this.#regions.health(region) !== "partitioned";
  }

  #runPhase(move: Move): void {
    if (this.move !== move) return;
    const lossSeconds = this.replication.lagSeconds(move.to, this.#clock.now()) ?? 0;
    move.lossSeconds = move.kind === "failover" ? lossSeconds : 0;
    move.phase = move.kind === "failover" ? "failing-over" : "switching-over";
    this.#status = move.phase;
    const target = this.memberIn(move.to);
    if (target !== null) target.status = move.phase;
    this.refresh();
    this.#after(move.kind === "failover" ? failoverSeconds : switchoverSeconds, () => this.#finish(move));
  }

  #finish(move: Move): void {
    if (this.move !== move) return;
    const target = this.memberIn(move.to);
    const old = this.memberIn(move.from);
    const canFinish = this.#runs(move.to) && (move.kind === "failover" || this.#regions.reachable(move.to, move.from));
    if (!canFinish || target === null || old === null) {
      this.#clock.schedule(abandonedMoveSeconds * 1_000, () => {
        move.phase = "cancelling";
        this.refresh();
        this.#finishCancelling(move);
      });
      return;
    }
    const now = this.#clock.now();
    this.#keepViews();
    const { from, kind, requestedAt, lossSeconds } = move;
    this.promotions.push({ at: now, requestedAt, from, target: move.to, kind, lossSeconds });
    this.move = null;
    this.#status = "modifying";
    this.#writer = move.to;
    target.isWriter = true;
    target.synchronization = "connected";
    target.status = "modifying";
    this.#settling = move.to;
    old.isWriter = false;
    const usual = this.replication.usualSeconds(move.to);
    this.replication.forget(move.to);
    this.replication.follow(move.from, usual);
    if (!this.#regions.reachable(move.to, move.from)) this.#unfenced.add(move.from);
    if (kind === "failover") this.#rebuildOthers(target);
    this.refresh();
    this.#after(writerSettlingSeconds, () => {
      target.status = "available";
      this.#status = "available";
      this.#settling = null;
      this.refresh();
    });
  }

  /** After a failover every other secondary is rebuilt from the new writer. */
  #rebuildOthers(writer: Member): void {
    for (const member of this.members) {
      if (member !== writer) this.#rebuild(member);
    }
  }

  /**
   * What a secondary is rebuilt from is the writer (AWS: "rebuilds the secondary clusters from the new primary").
   * Assumption: while the writer cannot be reached it gets on no further, and begins anew when it can.
   */
  #rebuild(member: Member): void {
    member.synchronization = "pending-resync";
    member.changedAt = this.#clock.now();
    this.#halted.delete(member);
    this.#after(secondaryRebuildSeconds, () => {
      if (!this.#regions.reachable(this.#writer, member.region)) {
        this.#halted.add(member);
        return;
      }
      member.synchronization = "connected";
      member.changedAt = this.#clock.now();
    });
  }

  #finishCancelling(move: Move): void {
    this.#after(cancellingSeconds, () => {
      if (this.move !== move) return;
      this.move = null;
      this.#status = "available";
      const target = this.memberIn(move.to);
      if (target !== null) target.status = "available";
      this.refresh();
    });
  }

  /** Regions that are away go on believing what is true before a change. */
  #keepViews(): void {
    for (const { region } of this.members) {
      if (this.#isConnected(region) || this.#stale.has(region)) continue;
      const { status, members, move } = this.topologyIn(region);
      this.#stale.set(region, {
        status,
        members: members.map((member) => ({ ...member })),
        move: move === null ? null : { ...move },
      });
    }
  }

  #onHealth(region: string): void {
    const member = this.memberIn(region);
    if (member === null || !this.#isConnected(region)) return;
    if (this.#stale.has(region)) {
      this.#after(staleTopologySeconds, () => {
        if (this.#isConnected(region)) this.#stale.delete(region);
      });
    }
    if (this.#unfenced.has(region)) {
      if (this.fencing === "never") {
        member.isWriter = true;
      } else {
        this.#after(returningWriterFenceSeconds, () => {
          this.#unfenced.delete(region);
          this.refresh();
        });
      }
    }
    if (member.synchronization === "pending-resync") this.#rebuild(member);
  }

  #after(span: Span, fire: () => void): void {
    this.#clock.schedule(drawMilliseconds(this.#random, span), fire);
  }
}
