import type { DataLoss } from "./figures.ts";
import type { IncidentSummary } from "./summary.ts";
import { againstObjective, durationWords, type FigureWords } from "./words.ts";

/**
 * What was lost of the database, and what may be missing in the tables: two figures, for they come about differently.
 * The database gives up for good what the new writer never received. The tables' is an estimate, and those writes are
 * kept in the failed Region and arrive when it replicates again.
 */
export interface LossWords {
  readonly name: "Database loss" | "Table writes";
  readonly words: FigureWords;
  readonly verdict: DataLoss["verdict"];
}

type Told = Pick<IncidentSummary, "dataLoss" | "database" | "tables" | "outcome" | "failedRegion">;

/** One entry each for the database and, where the run looked at any, the tables. */
export function lossWords(summary: Told): readonly LossWords[] {
  return [databaseLoss(summary), ...tableLoss(summary)];
}

function databaseLoss(summary: Told): LossWords {
  const { dataLoss, database, outcome } = summary;
  const { seconds, worstCaseSeconds, objectiveSeconds, budgetSeconds, verdict } = dataLoss;
  const say = (value: string, because: string): LossWords => ({
    name: "Database loss",
    words: { value, verdict: because },
    verdict,
  });
  if (verdict === "notApplicable") return say("none", "the database was not touched");
  if (seconds === 0) return say("none", nothingLost(database?.kind ?? null));
  const over = seconds === null || objectiveSeconds === null ? null : seconds - objectiveSeconds;
  const budget = budgetSeconds === null ? "" : `; up to ${durationWords(budgetSeconds)} may be lost without asking`;
  const against = `${againstObjective(verdict, objectiveSeconds, over)}${budget}`;
  if (seconds !== null) {
    return say(`about ${durationWords(seconds)}`, against);
  }
  if (worstCaseSeconds !== null) return say(`unknown, at worst ${durationWords(worstCaseSeconds)}`, against);
  if (outcome === "waitingForApproval") return say("none yet", "nothing is given up before a person has answered");
  if (outcome === "inProgress") return say("not known yet", "the database step has not ended");
  if (database?.promotedRegion != null) return say("unknown", "nobody could measure how far behind the new writer was");
  return say("unknown", "the database step ended without a new writer");
}

function nothingLost(kind: string | null): string {
  switch (kind) {
    case "switchover":
      return "the writer was switched over";
    case "none":
      return "the writer did not have to move";
    default:
      return "no database had to move";
  }
}

function tableLoss({ tables, failedRegion, dataLoss }: Told): readonly LossWords[] {
  if (tables === null || dataLoss.verdict === "notApplicable") return [];
  const seconds = tables.mayBeMissingSeconds;
  const region = failedRegion ?? "the failed Region";
  const words: FigureWords =
    seconds === 0
      ? { value: "none missing", verdict: "as far as heartbeats tell" }
      : {
          value: seconds === null ? "unknown" : `up to ${durationWords(seconds)} missing`,
          verdict: `estimated from heartbeats; they arrive when ${region} replicates again`,
        };
  return [{ name: "Table writes", words, verdict: seconds === 0 ? "met" : "unknown" }];
}
