import type { GlobalTableForm } from "./aws/dynamodb.ts";
import type { CoordinationItem } from "../functions/coordination/item.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import type { BoundaryFault, ScriptedFault } from "./aws/faults.ts";
import type { NameServerMode } from "./aws/name-servers.ts";
import type { SizeSetup } from "./aws/rds/sizes.ts";
import type { RegionHealth, ServiceName } from "./aws/service.ts";
import type { HeaderForm } from "./serving-header.ts";

/** How a run can end, as `drill --json` says it. */
export type Outcome = "recovered" | "degraded" | "stoodDown" | "observed" | "waitingForApproval";

/** What a plan must have for a story to be about anything; simulator/needs.ts says what each asks for. */
export type Need =
  /** Traffic moves without a person. */
  | "automaticTraffic"
  /** The survivors' groups are raised, without a person. */
  | "managedCapacity"
  /** The failed Region had the writer, and a promotion is at least asked for. */
  | "promotion"
  /** The failed Region had the writer, and it is promoted elsewhere without a person. */
  | "unattendedPromotion"
  /** A run gets to its end without a person. */
  | "unattendedRun"
  /** The switch is a bucket of objects in each Region. */
  | "objectSwitch"
  /** Somebody is left when two Regions are lost. */
  | "thirdRegion"
  /** Where there is a database, one more Region has a cluster when the writer's and another one are lost. */
  | "thirdCluster"
  | "database"
  /** Each Region is seen by one other alone. */
  | "loneObserver"
  /** An alarm speaks of the failed Region. */
  | "alarm"
  /** A trouble that passes within three quarters of a minute is not confirmed. */
  | "patience";

/** What becomes of a cluster of the global database, by hand, by an upgrade or by itself. */
export type ClusterChange =
  /** Somebody removes it from the global cluster, and so makes it a writer of its own. */
  | { readonly as: "detached" }
  | { readonly as: "status"; readonly status: string }
  /** The status of each of its DB instances; none makes it headless. */
  | { readonly as: "instances"; readonly statuses: readonly string[] }
  | { readonly as: "synchronization"; readonly status: "connected" | "pending-resync" }
  /** An engine version unlike the primary's; "patch": one that no description shows. */
  | { readonly as: "version"; readonly differs: "shown" | "patch" };

/** One thing that the script does to the simulated world. */
export type Action =
  | { readonly kind: "region"; readonly region: string; readonly health: RegionHealth }
  /** Cuts or mends the link between two Regions, all else left as it is. */
  | { readonly kind: "link"; readonly between: readonly [string, string]; readonly as: "cut" | "mended" }
  /** A vantage's probes reach nobody any more, though its calls to AWS do, or reach everybody again. */
  | { readonly kind: "view"; readonly region: string; readonly as: "lost" | "back" }
  /** An alarm event, as CloudWatch would send it, on the default bus of `region`. */
  | {
      readonly kind: "alarmEvent";
      readonly region: string;
      readonly alarm: string;
      readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
      readonly ageSeconds?: number;
      readonly copies?: number;
      /** Copies arrive at random instants within this span. */
      readonly spreadSeconds?: number;
      readonly silenced?: "muted" | "suppressed" | "replayed";
    }
  /** An AWS Health event about `eventRegion`, on the default bus of `region`. */
  | {
      readonly kind: "healthEvent";
      readonly region: string;
      readonly eventRegion: string;
      readonly category: "issue" | "scheduledChange" | "accountNotification";
      readonly status: "open" | "closed" | "upcoming";
      readonly ageSeconds: number;
    }
  /** Any event, as it is, on the default bus of `region`. */
  | { readonly kind: "event"; readonly region: string; readonly event: Readonly<Record<string, unknown>> }
  /**
   * An event of another account: on the default bus of `region`, which admits it, or handed to the state machine there by
   * a rule of the team's own that asks for no account.
   */
  | {
      readonly kind: "foreignEvent";
      readonly region: string;
      readonly by: "bus" | "ownRule";
      readonly event: Readonly<Record<string, unknown>>;
    }
  /** A person or their tooling starts the state machine with this input. */
  | { readonly kind: "start"; readonly region: string; readonly input: unknown }
  /** A person answers the next question that is open, or that will be. */
  | { readonly kind: "answer"; readonly output: unknown }
  | { readonly kind: "stallReplication"; readonly region: string }
  | {
      readonly kind: "lagMetric";
      readonly region: string;
      readonly as: "missing" | "frozen" | "published" | "coarse";
      /** @default both of Aurora's */
      readonly metric?: "AuroraGlobalDBRPOLag" | "AuroraGlobalDBReplicationLag";
    }
  /** No more than so many further instances can be launched. */
  | { readonly kind: "shortage"; readonly region: string; readonly launchable: number }
  | { readonly kind: "databaseMoving"; readonly to: string }
  | { readonly kind: "secondWriter"; readonly region: string }
  /** What the instances of a cluster run on, and between what they scale if they are Serverless v2. */
  | ({ readonly kind: "databaseSize"; readonly region: string } & SizeSetup)
  /** What the plan's tables are, as DescribeTable shows them. */
  | { readonly kind: "tableForm"; readonly form: GlobalTableForm }
  /** The clusters are of this engine, by RDS's own word: `docdb`, `neptune`. */
  | { readonly kind: "engine"; readonly engine: string }
  /** One that is no member any more is left alone. */
  | { readonly kind: "cluster"; readonly region: string; readonly change: ClusterChange }
  /** Writes the coordination item as if it had been so before. */
  | { readonly kind: "coordination"; readonly change: (item: CoordinationItem, nowMs: number) => CoordinationItem }
  /** Takes a Region out of DNS by the plan's switch, as a run before this story left it. */
  | { readonly kind: "takenOut"; readonly region: string }
  /** How the zone's name servers are to be had from now on. */
  | { readonly kind: "nameServers"; readonly as: NameServerMode }
  /** One of the zone's name servers, from 0, answers as it would now whatever follows; null: none does any more. */
  | { readonly kind: "nameServerSticks"; readonly server: number | null }
  /** What the records are kept for by resolvers, whatever the plan says. */
  | { readonly kind: "timeToLive"; readonly seconds: number }
  /** Route 53's latency data change: from everywhere but there this Region is the farthest. */
  | { readonly kind: "farthest"; readonly region: string }
  /** What the serving header of these Regions looks like from now on. */
  | { readonly kind: "servingHeader"; readonly regions: readonly string[]; readonly as: HeaderForm }
  /** The record of a Region carries another check than the one that the switch turns: its endpoint's alone, or none. */
  | { readonly kind: "recordCarries"; readonly region: string; readonly check: "endpointOnly" | "nothing" }
  /** A person takes a Region out of DNS by the plan's switch and tells the book nothing of it, if another one is left there. */
  | { readonly kind: "drainedByHand"; readonly region: string }
  /** Whether the switch's bucket of a Region can be read by whoever signs nothing; signed calls work either way. */
  | { readonly kind: "publicAccess"; readonly region: string; readonly as: "blocked" | "allowed" }
  /** Somebody deletes an object of the switch's bucket of a Region. */
  | { readonly kind: "objectVanishes"; readonly region: string; readonly key: string }
  | { readonly kind: "faults"; readonly faults: readonly ScriptedFault[] }
  /** For a while so many of the calls to a Region's APIs, or to one service wherever it is asked, are throttled. */
  | {
      readonly kind: "throttle";
      readonly what: { readonly region: string } | { readonly service: ServiceName };
      /** In (0, 1]. */
      readonly share: number;
      readonly seconds: number;
    }
  /** For a while a Region's bus answers 200 and takes only part of the entries, or none. */
  | { readonly kind: "entriesFail"; readonly region: string; readonly share: number; readonly seconds: number }
  /** From now on a Region serves this share of its requests and fails the others; 1 mends it. */
  | { readonly kind: "impaired"; readonly region: string; readonly servedShare: number }
  /** The acting Region dies at the n-th call of a function, wherever that turns out to run. */
  | {
      readonly kind: "crash";
      readonly functionName: string;
      readonly state: string | null;
      readonly call: number;
      readonly as: BoundaryFault | "lostResponse" | "lostRequest";
    };

/** Simulated seconds after the fault; negative is before it. */
export interface Cue {
  readonly at: number;
  readonly action: Action;
}

/** A story to play: declarative, one file each, naming the failure modes that it shows the controller to survive. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Name of the plan in plans/, without `.yaml`. */
  readonly plan: string;
  /** What this story's plan says differently about automation. */
  readonly automation?: Partial<Plan["automation"]>;
  /** What another plan must have for this story to be played under it. @default nothing but Regions for its parts */
  readonly needs?: readonly Need[];
  /** Who begins the run that the story is about. @default "automation" */
  readonly begunBy?: "automation" | "person";
  readonly failureModes: readonly string[];
  /** Null where it cannot be foretold: a world drawn by chance may end in every way. */
  readonly expected: Outcome | null;
  /** The Region that the story is about; null when there is none. */
  readonly failedRegion: string | null;
  readonly script: readonly Cue[];
  /** Simulated seconds after the fault at which the story ends at the latest. */
  readonly horizonSeconds: number;
}
