import { scenarioNamed } from "../../simulator/jobs.ts";
import { planNamed } from "../../simulator/plans.ts";
import { play } from "../../simulator/play.ts";
import { median } from "./median.ts";

const seeds = 25;

/** How fast the failover of region-outage is in simulated time: medians of 25 seeds. */
export async function measureFailover() {
  const scenario = scenarioNamed("region-outage");
  const plan = planNamed(scenario.plan);
  const played = [];
  for (let seed = 1; seed <= seeds; seed++) played.push(await play({ scenario, plan, seed }));
  const results = played.map(({ result }) => result);
  return {
    seeds,
    faultToDetectedSeconds: median(results.map(({ seconds: each }) => each.faultToDetected)),
    detectedToDecidedSeconds: median(results.map(({ seconds: each }) => each.detectedToDecided)),
    decidedToTrafficSwitchedSeconds: median(results.map(({ seconds: each }) => each.decidedToTrafficSwitched)),
    faultToRecoveredSeconds: median(results.map(({ seconds: each }) => each.faultToRecovered)),
    rtoSeconds: median(results.map(({ rtoSeconds }) => rtoSeconds)),
    rpoSeconds: median(results.map(({ rpoSeconds }) => rpoSeconds)),
    stateTransitions: median(results.map(({ stateTransitions }) => stateTransitions)),
    apiCalls: median(played.map(({ world }) => world.network.apiLog.length)),
    apiCallsOfRun: median(
      played.map(({ world }) => world.network.apiLog.filter(({ caller }) => caller.execution !== null).length),
    ),
  };
}
