import type { Scenario } from "../scenario.ts";
import { accessDenied } from "./access-denied.ts";
import { actingRegionDies } from "./acting-region-dies.ts";
import { allGrayForLong } from "./all-gray-for-long.ts";
import { allRegionsAlarm } from "./all-regions-alarm.ts";
import { alreadyMoving } from "./already-moving.ts";
import { approvalGiven } from "./approval-given.ts";
import { approvalTimeout } from "./approval-timeout.ts";
import { blip } from "./blip.ts";
import { blockPublicAccess } from "./block-public-access.ts";
import { checkAttachedToNothing } from "./check-attached-to-nothing.ts";
import { cascadeWithoutCapacity } from "./cascade-without-capacity.ts";
import { busTakesNothing } from "./bus-takes-nothing.ts";
import { cooldownOwnerDead } from "./cooldown-owner-dead.ts";
import { cutOffSurvivor } from "./cut-off-survivor.ts";
import { detachedByHand } from "./detached-by-hand.ts";
import { disputeSettles } from "./dispute-settles.ts";
import { eventStorm } from "./event-storm.ts";
import { flapping } from "./flapping.ts";
import { foreignEvents } from "./foreign-events.ts";
import { flappingForLong } from "./flapping-for-long.ts";
import { forgottenPause } from "./forgotten-pause.ts";
import { grayFailure } from "./gray-failure.ts";
import { grayThenDark } from "./gray-then-dark.ts";
import { headerMissing } from "./header-missing.ts";
import { headlessSecondary } from "./headless-secondary.ts";
import { headlessWriter } from "./headless-writer.ts";
import { lagBeyondBudget } from "./lag-beyond-budget.ts";
import { lagMetricCoarse } from "./lag-metric-coarse.ts";
import { lagMetricEnds } from "./lag-metric-ends.ts";
import { lagUnknown } from "./lag-unknown.ts";
import { lastRegion } from "./last-region.ts";
import { lateSurvivor } from "./late-survivor.ts";
import { leaseStoreUnreachable } from "./lease-store-unreachable.ts";
import { lostResponses } from "./lost-responses.ts";
import { manualStart } from "./manual-start.ts";
import { neverCloses } from "./never-closes.ts";
import { noCapacity } from "./no-capacity.ts";
import { nobodyStandsThere } from "./nobody-stands-there.ts";
import { observeMode } from "./observe-mode.ts";
import { observerPartition } from "./observer-partition.ts";
import { otherEngine } from "./other-engine.ts";
import { poisonEvents } from "./poison-events.ts";
import { questionGroundGone } from "./question-ground-gone.ts";
import { regionOutage } from "./region-outage.ts";
import { lossWhileRebuilding } from "./loss-while-rebuilding.ts";
import { secondRegionWaits } from "./second-region-waits.ts";
import { secondaryOutage } from "./secondary-outage.ts";
import { silenceAfterReturn } from "./silence-after-return.ts";
import { smallerHeir } from "./smaller-heir.ts";
import { survivorDrainedByHand } from "./survivor-drained-by-hand.ts";
import { tableOfAnotherAccount } from "./table-of-another-account.ts";
import { tablesOf2017 } from "./tables-of-2017.ts";
import { targetBusy } from "./target-busy.ts";
import { targetRefused } from "./target-refused.ts";
import { throttling } from "./throttling.ts";
import { twoRegionsNoWitness } from "./two-regions-no-witness.ts";
import { twoWriters } from "./two-writers.ts";
import { witnessLost } from "./witness-lost.ts";
import { witnessesOwnTrouble } from "./witnesses-own-trouble.ts";
import { zombieHolder } from "./zombie-holder.ts";

/** Every scenario, in the order in which `drill --all` plays them. */
export const scenarios: readonly Scenario[] = [
  regionOutage,
  secondaryOutage,
  grayFailure,
  grayThenDark,
  nobodyStandsThere,
  checkAttachedToNothing,
  headerMissing,
  blip,
  flapping,
  allRegionsAlarm,
  allGrayForLong,
  observerPartition,
  witnessesOwnTrouble,
  eventStorm,
  poisonEvents,
  foreignEvents,
  noCapacity,
  cascadeWithoutCapacity,
  lagBeyondBudget,
  lagUnknown,
  alreadyMoving,
  twoWriters,
  actingRegionDies,
  lateSurvivor,
  survivorDrainedByHand,
  blockPublicAccess,
  secondRegionWaits,
  neverCloses,
  zombieHolder,
  lostResponses,
  throttling,
  accessDenied,
  leaseStoreUnreachable,
  twoRegionsNoWitness,
  lastRegion,
  manualStart,
  cooldownOwnerDead,
  observeMode,
  approvalGiven,
  approvalTimeout,
  silenceAfterReturn,
  questionGroundGone,
  disputeSettles,
  forgottenPause,
  witnessLost,
  flappingForLong,
  busTakesNothing,
  cutOffSurvivor,
  lossWhileRebuilding,
  smallerHeir,
  otherEngine,
  lagMetricEnds,
  lagMetricCoarse,
  tablesOf2017,
  tableOfAnotherAccount,
  detachedByHand,
  targetRefused,
  headlessSecondary,
  headlessWriter,
  targetBusy,
];
