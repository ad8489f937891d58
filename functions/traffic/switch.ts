import type { Verdict } from "../coordination/converge.ts";
import type { CoordinationItem, Run } from "../coordination/item.ts";
import { regionsInService, regionsKeptOut } from "../coordination/rules.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { createHealthCheckSwitch } from "./health-check-switch.ts";
import { createRecordSwitch } from "./record-switch.ts";
import { createRoutingControlSwitch } from "./routing-control-switch.ts";

/** What a lever's store says, and what of it is in force. */
export interface SwitchState {
  /** Regions that the store says are out of DNS on purpose. */
  readonly out: readonly string[];
  /** Why the lever's own Region is in DNS although the store has it out; null where it is out, or is not meant to be. */
  readonly unseen: string | null;
}

/** One lever of a traffic switch: pulling any one of them takes the failed Region out of DNS. */
export interface Lever {
  readonly resource: string;
  readonly summary: string;
  read(): Promise<SwitchState>;
  pull(): Promise<void>;
}

/** How traffic leaves a Region. The levers come most trusted first; one is enough, all are better. */
export interface TrafficSwitch {
  levers(run: Run): readonly Lever[];
  /**
   * What keeps a Region out that an earlier run evacuated, where that hangs on the survivors of the time: none for a switch
   * whose state outlives them.
   */
  keepers(run: Run, region: string): readonly Lever[];
  /** Regions that are out of DNS on purpose, as far as they can be told from here; null where nothing can be told from here. */
  readOut(): Promise<readonly string[] | null>;
}

export function createTrafficSwitch(deps: Dependencies<"recoveryCluster" | "route53" | "s3">): TrafficSwitch {
  const { switch: chosen } = deps.plan.traffic;
  switch (chosen.kind) {
    case "healthCheck":
      return createHealthCheckSwitch(deps, chosen);
    case "routingControl":
      return createRoutingControlSwitch(deps, chosen);
    case "record":
      return createRecordSwitch(deps, chosen);
  }
}

/**
 * Whether a lever may be pulled: at least one Region must stay in DNS, since a name whose every record is unhealthy is
 * answered as if all were healthy (Route 53 fail-open, FM54). What was pulled and is not in force is not done (FM66).
 * @param outElsewhere Regions that are out by what others have read: this lever's own store need not tell of all
 */
export function judgeLever(
  regions: readonly string[],
  failedRegion: string,
  { out, unseen }: SwitchState,
  outElsewhere: readonly string[] = [],
): Verdict {
  if (unseen !== null) return { kind: "blocked", reason: unseen };
  if (out.includes(failedRegion)) return { kind: "done" };
  const away = new Set([...out, ...outElsewhere]);
  const left = regions.filter((region) => region !== failedRegion && !away.has(region));
  if (left.length === 0) {
    return { kind: "blocked", reason: `${[...away].join(", ")} are out already: no Region would stay in DNS` };
  }
  return { kind: "change", detail: { region: failedRegion, staysInDns: left } };
}

/** What a keeper's judgement rests on: its store, and the controller's book. */
export interface Kept extends SwitchState {
  readonly item: CoordinationItem;
}

/**
 * Whether a lever may be pulled to keep `region` out, while `failedRegion` is being evacuated. Only for a Region that the
 * book holds as taken out, never for one that somebody has returned; and only while another one that is in service stays.
 */
export function judgeKeeper(region: string, failedRegion: string, { out, unseen, item }: Kept): Verdict {
  if (!regionsKeptOut(item).includes(region)) {
    const standing = item.regions[region]?.state ?? "inService";
    return { kind: "blocked", reason: `${region} is ${standing} by now, and only what is evacuated is kept out` };
  }
  if (unseen !== null) return { kind: "blocked", reason: unseen };
  if (out.includes(region)) return { kind: "done" };
  const left = regionsInService(item).filter((name) => name !== region && name !== failedRegion && !out.includes(name));
  if (left.length === 0) return { kind: "blocked", reason: "no Region in service would stay in DNS" };
  return { kind: "change", detail: { region, staysInDns: left } };
}
