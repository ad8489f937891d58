/** The Lambda functions, by the names that the state machine's placeholders have; and the watch. */
export type FunctionName =
  | "AssessSignal"
  | "ApprovalRequest"
  | "ApprovalRecord"
  | "TrafficShift"
  | "TrafficVerify"
  | "CapacityRaise"
  | "CapacityAwait"
  | "DatabasePromote"
  | "DatabaseAwait"
  | "TablesCheck"
  | "RecoveryVerify"
  | "TimelineClose"
  | "TimelineReport"
  | "NotifyPeople"
  | "Watch";

export interface FunctionSpec {
  readonly name: FunctionName;
  /** Folder of `dist/` that `npm run build` bundles the handler into. */
  readonly folder: string;
  readonly description: string;
  /** Shorter than the TimeoutSeconds of each Task that calls it: a task that is tried again must not run beside itself. */
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Null: takes what the account has left. */
  readonly reservedConcurrency: number | null;
  /** How often Lambda itself tries again. Whoever waits for the answer tries again by its own rules, and wants none. */
  readonly retryAttempts: 0 | 2;
}

/** Lambda gives processor time by memory; TLS handshakes and parsing are quick with this much. Assumption. */
const stepMemoryMiB = 512;

function step(
  name: FunctionName,
  folder: string,
  description: string,
  more: { readonly timeoutSeconds?: number; readonly reservedConcurrency?: number } = {},
): FunctionSpec {
  const { timeoutSeconds = 180, reservedConcurrency = null } = more;
  return { name, folder, description, timeoutSeconds, memoryMiB: stepMemoryMiB, reservedConcurrency, retryAttempts: 0 };
}

/** The functions that the state machine calls. */
export const stepSpecs: readonly FunctionSpec[] = [
  // Reserved both ways: a storm of events cannot take all of the account's concurrency, nor be starved of it (FM5).
  step("AssessSignal", "assess-signal", "Looks at a signal, decides, takes the lease", {
    timeoutSeconds: 100,
    reservedConcurrency: 50,
  }),
  step("ApprovalRequest", "approval-request", "Asks a person"),
  step("ApprovalRecord", "approval-record", "Records a person's answer, or their silence"),
  step("TrafficShift", "traffic-shift", "Takes the failed Region out of DNS"),
  step("TrafficVerify", "traffic-verify", "Verifies that nobody is sent to the failed Region", { timeoutSeconds: 500 }),
  step("CapacityRaise", "capacity-raise", "Raises the survivors' Auto Scaling groups"),
  step("CapacityAwait", "capacity-await", "Waits for the survivors' instances"),
  step("DatabasePromote", "database-promote", "Makes a surviving Aurora cluster the writer", { timeoutSeconds: 500 }),
  step("DatabaseAwait", "database-await", "Waits until the promotion has ended"),
  step("TablesCheck", "tables-check", "Says whether the global tables' replicas serve"),
  step("RecoveryVerify", "recovery-verify", "Proves that customers are served"),
  step("TimelineClose", "timeline-close", "Closes the timeline and gives the lease back"),
];

/** Makes the report of a run that has closed. Started by the closing event: nobody waits for its answer. */
export const reportSpec: FunctionSpec = {
  name: "TimelineReport",
  folder: "timeline-report",
  description: "Keeps the report of a run that has closed",
  timeoutSeconds: 60,
  memoryMiB: stepMemoryMiB,
  reservedConcurrency: null,
  retryAttempts: 2,
};

/** Tells people what a record says that an event names. Nobody waits for its answer. */
export const notifySpec: FunctionSpec = {
  name: "NotifyPeople",
  folder: "notify-people",
  description: "Tells whoever is on call what a record of the controller says",
  timeoutSeconds: 60,
  memoryMiB: stepMemoryMiB,
  // Reserved both ways, as the assessor's: whatever is put on the bus takes no more, and nothing takes this.
  reservedConcurrency: 10,
  retryAttempts: 2,
};

/**
 * The scheduled vantage. It runs all the time, so that its memory is most of what it costs; it waits for the network
 * nearly all of that time.
 */
export const watchSpec: FunctionSpec = {
  name: "Watch",
  folder: "watch-watch",
  description: "Probes every Region, keeps the heartbeat, starts what no event started",
  // An invocation looks around for a minute; what its last look does may take a little longer.
  timeoutSeconds: 75,
  memoryMiB: 256,
  reservedConcurrency: null,
  retryAttempts: 0,
};
