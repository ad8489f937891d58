import type { AutomationLevel, Plan } from "../functions/shared/plan/plan.ts";
import type { Action, Need, Scenario } from "./scenario.ts";

/** What a person's start lets automation do, besides what the plan says: the same rule that binds such a run. */
const byHand = { traffic: "automatic", capacity: "automatic" } as const;

/** How far automation may go in a story: the plan's word, unless the story has its own or a person starts the run. */
export function automationIn(scenario: Scenario, plan: Plan): Plan["automation"] {
  const automation = { ...plan.automation, ...scenario.automation };
  if (scenario.begunBy !== "person") return automation;
  const database: AutomationLevel = automation.database === "observe" ? "approve" : automation.database;
  return { ...automation, ...byHand, database };
}

/** Whether evacuating the story's Region takes a promotion besides. */
export function promotes({ failedRegion }: Scenario, { database }: Plan): boolean {
  return database !== null && failedRegion === database.writer;
}

/** Whether an alarm of the plan speaks of the story's Region. */
export function hasAlarm({ failedRegion }: Scenario, { detection }: Plan): boolean {
  return detection.alarms.some(({ suspects }) => suspects === failedRegion);
}

/** Long enough for a trouble of three quarters of a minute to pass unconfirmed. */
const patientSeconds = 60;

interface NeedRule {
  /** What a plan must have, as the end of "needs …". */
  readonly words: string;
  isMet(scenario: Scenario, plan: Plan): boolean;
}

const rules: Readonly<Record<Need, NeedRule>> = {
  automaticTraffic: {
    words: "automation.traffic: automatic",
    isMet: (scenario, plan) => automationIn(scenario, plan).traffic === "automatic",
  },
  managedCapacity: {
    words: "automation.capacity: automatic and an autoScalingGroup in every Region",
    isMet: (scenario, plan) =>
      automationIn(scenario, plan).capacity === "automatic" &&
      plan.regions.every(({ autoScalingGroup }) => autoScalingGroup !== null),
  },
  promotion: {
    words: "a database, and automation.database: approve or automatic",
    isMet: (scenario, plan) => promotes(scenario, plan) && automationIn(scenario, plan).database !== "observe",
  },
  unattendedPromotion: {
    words: "a database, and automation.database: automatic",
    isMet: (scenario, plan) => promotes(scenario, plan) && automationIn(scenario, plan).database === "automatic",
  },
  unattendedRun: {
    words: "automation.traffic: automatic, and automation.database: automatic where there is a database",
    isMet(scenario, plan) {
      const { traffic, database } = automationIn(scenario, plan);
      return traffic === "automatic" && (!promotes(scenario, plan) || database === "automatic");
    },
  },
  objectSwitch: {
    words: "traffic.switch.kind: healthCheck",
    isMet: (_scenario, plan) => plan.traffic.switch.kind === "healthCheck",
  },
  thirdRegion: { words: "three Regions or more", isMet: (_scenario, plan) => plan.regions.length >= 3 },
  thirdCluster: {
    words: "no database, or clusters of it in three Regions or more",
    isMet: (_scenario, { database }) => database === null || Object.keys(database.clusters).length >= 3,
  },
  database: { words: "a database", isMet: (_scenario, { database }) => database !== null },
  loneObserver: {
    words: "two Regions and no witness",
    isMet: (_scenario, { regions, detection }) => regions.length === 2 && detection.witnesses.length === 0,
  },
  alarm: { words: "an alarm in detection.alarms that suspects the Region that fails", isMet: hasAlarm },
  patience: {
    words: "detection.confirmFor: PT1M or longer",
    isMet: (_scenario, plan) => plan.detection.confirmForSeconds >= patientSeconds,
  },
};

/** The first need of a story that a plan does not meet, in words; null when all are met. */
export function findUnmetNeed(scenario: Scenario, plan: Plan): string | null {
  const unmet = (scenario.needs ?? []).find((need) => !rules[need].isMet(scenario, plan));
  return unmet === undefined ? findMissingCluster(scenario, plan) : rules[unmet].words;
}

/**
 * What happens to a cluster needs one there: a plan may have a database in some of its Regions only. Without a database
 * nothing happens to it at all.
 */
function findMissingCluster({ script }: Scenario, { database }: Plan): string | null {
  if (database === null) return null;
  const missing = script
    .map(({ action }) => clusterRegionOf(action))
    .find((region) => region !== null && !Object.hasOwn(database.clusters, region));
  return missing == null ? null : `a cluster of the database in ${missing}`;
}

/** The Region whose cluster must be there for an action to be possible; null where none must. */
function clusterRegionOf(action: Action): string | null {
  switch (action.kind) {
    case "secondWriter":
    case "cluster":
      return action.region;
    case "databaseMoving":
      return action.to;
    default:
      return null;
  }
}
