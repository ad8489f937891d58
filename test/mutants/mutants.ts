/**
 * Planted bugs. Each is a change of the source text that a module loader makes in a process of its own (load.ts), so that
 * nothing of it is in what ships; the random worlds must catch every one within 500 seeds. A mutant whose text is not
 * found any more fails its test: it is kept as the code moves.
 */
export interface Mutant {
  readonly name: string;
  /** The failure mode that the broken rule guards. */
  readonly failureMode: string;
  readonly changes: readonly {
    /** Path from the root of the repository. */
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
  /** The promise that is seen to be broken. */
  readonly caughtBy: string;
  /** What the broken promise's message must say, where the promise can break for more than one reason. @default anything */
  readonly seenAs?: RegExp;
}

export const mutants: readonly Mutant[] = [
  {
    name: "an event of any account counts",
    failureMode: "FM58",
    changes: [
      { file: "functions/assess/signal.ts", find: "if (event.account !== ownAccount) {", replace: "if (false) {" },
    ],
    caughtBy: "noWrongEvacuation",
  },
  {
    name: "people told what the event says",
    failureMode: "FM58",
    changes: [
      {
        file: "functions/notify/people.handler.ts",
        find: "await readRecord(scoped, named)",
        replace: '({ at: "2026-11-01T00:00:00Z", ...(event as { readonly detail: object }).detail }) as never',
      },
    ],
    caughtBy: "pagesSayRecords",
  },
  {
    name: "a cooldown that counts unfinished runs",
    failureMode: "FM12",
    changes: [
      {
        file: "functions/assess/decide.ts",
        find: 'if (takeover.kind === "takeOver") return takeover;',
        replace:
          'if (input.now - Date.parse(incident.openedAt) < input.plan.detection.cooldownSeconds * 1_000) return stoodDown("cooldown", "a run was begun");',
      },
    ],
    caughtBy: "everyRunEnds",
  },
  {
    name: "the epoch proven once a run, when the lease is taken, instead of before each mutation",
    failureMode: "FM24",
    changes: [
      { file: "functions/coordination/converge.ts", find: "await guard.hold();", replace: "" },
      { file: "functions/coordination/converge.ts", find: "await guard.stillHeld();", replace: "" },
    ],
    caughtBy: "mutationUnderEpoch",
  },
  {
    name: "a proof that counts however long ago it was",
    failureMode: "FM24",
    changes: [{ file: "functions/coordination/converge.ts", find: "await guard.stillHeld();", replace: "" }],
    caughtBy: "mutationUnderEpoch",
  },
  {
    name: "a call without an answer taken for one that was carried out",
    failureMode: "FM31",
    changes: [
      {
        file: "functions/coordination/converge.ts",
        find: "await settle(error, attempt);",
        replace:
          'if (classifyCallError(error) === "unknownOutcome") return await confirm(state, null);\n        await settle(error, attempt);',
      },
    ],
    caughtBy: "confirmedMeansDone",
  },
  {
    name: "a lag that is missing read as zero",
    failureMode: "FM40",
    changes: [
      {
        file: "functions/database/gate.ts",
        find: 'case "unknown":\n      return unknownLoss;',
        replace: 'case "unknown":\n      return noLoss;',
      },
    ],
    caughtBy: "lossWithinBudget",
  },
  {
    // MaxSize is left alone: it is the size itself that falls.
    name: "a target capacity below current",
    failureMode: "FM50",
    changes: [
      {
        file: "functions/capacity/sizing.ts",
        find: "const needed = totalDemand * (1 + positive(input.headroom));",
        replace:
          "const needed = (demand.find(({ region }) => region === input.failedRegion)?.units ?? 0) * (1 + positive(input.headroom));",
      },
      {
        file: "functions/capacity/sizing.ts",
        find: "target: Math.max(carries, floorOf(survivor, input.raiseMaximum))",
        replace: "target: carries",
      },
      {
        file: "functions/capacity/grow.ts",
        find: "if (now.minimum >= goal && now.desired >= goal) {",
        replace: "if (now.minimum === goal && now.desired === goal) {",
      },
      {
        file: "functions/capacity/autoscaling.ts",
        find: "...(now.minimum < target ? { MinSize: target } : {}),",
        replace: "MinSize: target,",
      },
      {
        file: "functions/capacity/autoscaling.ts",
        find: "...(now.desired < target && !follows ? { DesiredCapacity: target } : {}),",
        replace: "DesiredCapacity: target,",
      },
    ],
    caughtBy: "noScaleDown",
    seenAs: /was lowered \((minimum, )?desired\)/,
  },
  {
    name: "a failover without AllowDataLoss when the primary is dead",
    failureMode: "FM42",
    changes: [
      { file: "functions/database/rds.ts", find: "{ ...names, AllowDataLoss: true }", replace: "{ ...names }" },
    ],
    caughtBy: "rightFlavour",
  },
  {
    name: "the lease in an eventually consistent table",
    failureMode: "FM25",
    changes: [
      {
        file: "functions/coordination/store.ts",
        find: "const replicas = nearestFirst(region, plan.coordination.regions);",
        replace: "const replicas = [region];",
      },
      {
        file: "functions/coordination/store.ts",
        find: "new GetItemCommand({ TableName: plan.coordination.table,",
        replace: "new GetItemCommand({ TableName: plan.recordsTable,",
      },
      {
        file: "functions/coordination/store.ts",
        find: "TableName: plan.coordination.table,\n      Item:",
        replace: "TableName: plan.recordsTable,\n      Item:",
      },
    ],
    caughtBy: "oneHolderAnEpoch",
  },
  {
    name: "a change without a journalled intent",
    failureMode: "FM30",
    changes: [{ file: "functions/coordination/converge.ts", find: "if (!intended) {", replace: "if (false) {" }],
    caughtBy: "mutationJournalled",
  },
  {
    name: "a takeover that does not raise the epoch",
    failureMode: "FM23",
    changes: [
      {
        file: "functions/coordination/rules.ts",
        find: "epoch: item.epoch + 1,\n    lease: leaseFor(request.holder",
        replace: "epoch: item.epoch,\n    lease: leaseFor(request.holder",
      },
    ],
    caughtBy: "oneHolderAnEpoch",
  },
  {
    name: "a controller that never acts",
    failureMode: "FM4",
    changes: [
      {
        file: "functions/assess/decide.ts",
        find: "return act(input, { region, authority, assessment, survivors });",
        replace: 'return stoodDown("unconfirmed", "never");',
      },
    ],
    caughtBy: "deadRegionAnswered",
  },
  {
    name: "a shift that forgets what was evacuated before",
    failureMode: "FM54",
    changes: [
      {
        file: "functions/traffic/shift.handler.ts",
        find: "for (const region of regionsKeptOut(await store.read())) {",
        replace: "for (const region of [] as string[]) {",
      },
    ],
    caughtBy: "evacuatedStaysOut",
  },
  {
    name: "a lease that nobody renews between two tries",
    failureMode: "FM33",
    changes: [
      {
        file: "functions/shared/step.ts",
        find: 'if (errorName(mapError(error)) === "Transient") await keepForNextTry(context);',
        replace: "",
      },
      {
        file: "functions/coordination/converge.ts",
        find: "const [state] = await Promise.all([change.read(), guard.keep()]);",
        replace: "const [state] = await Promise.all([change.read()]);",
      },
      {
        file: "functions/coordination/rules.ts",
        find: "export const maximumTakeovers = 5;",
        replace: "export const maximumTakeovers = 500;",
      },
    ],
    caughtBy: "everyRunEnds",
  },
  {
    name: "no confirmation window",
    failureMode: "FM17",
    changes: [
      {
        file: "functions/assess/assessment.ts",
        find: "if (heldSeconds < confirmForSeconds) {",
        replace: "if (false) {",
      },
    ],
    caughtBy: "confirmedBeforeEvacuation",
  },
  {
    name: "a plan that only observes and is not heeded",
    failureMode: "FM18",
    changes: [
      {
        file: "functions/assess/objections.ts",
        find: 'if (plan.automation.traffic !== "observe") return null;',
        replace: "return null;",
      },
    ],
    caughtBy: "observeChangesNothing",
  },
  {
    name: "an evacuation that asks nobody where the plan says to",
    failureMode: "FM18",
    changes: [
      {
        file: "functions/assess/decide.ts",
        find: '(plan.automation.traffic === "approve" || disputed)',
        replace: "disputed",
      },
    ],
    caughtBy: "askedBeforeChange",
  },
  {
    name: "a promotion that asks nobody where the plan says to",
    failureMode: "FM39",
    changes: [
      {
        file: "functions/database/gate.ts",
        find: 'level === "automatic" && input.thirdOpinion === "present"',
        replace: "true",
      },
    ],
    caughtBy: "promotionWitnessed",
  },
  {
    name: "a quorum of one",
    failureMode: "FM17",
    changes: [
      {
        file: "functions/assess/assessment.ts",
        find: "const { quorum, confirmForSeconds",
        replace: "const quorum = 1;\n  const { confirmForSeconds",
      },
      {
        file: "functions/assess/assessment.ts",
        find: "if (passing.length > 0) {\n    return",
        replace: "if (passing.length > 99) {\n    return",
      },
    ],
    caughtBy: "quorumSawIt",
  },
  {
    name: "an evacuation of whatever an event speaks of",
    failureMode: "FM7",
    changes: [
      {
        file: "functions/assess/objections.ts",
        find: 'case "serving":\n      return stoodDown(',
        replace: 'case "serving":\n      if (assessment.steadiness === "steady") return null;\n      return stoodDown(',
      },
    ],
    caughtBy: "noWrongEvacuation",
  },
  {
    name: "a failover where a switchover would do",
    failureMode: "FM39",
    changes: [
      {
        file: "functions/database/gate.ts",
        find: 'life.kind === "none" || switchover === "refused" ? "failover" : "switchover"',
        replace: '"failover" as Flavour',
      },
      {
        file: "functions/database/gate.ts",
        find: '|| (flavour === "failover" && life.kind === "heartbeat")',
        replace: "",
      },
    ],
    caughtBy: "livingWriterKept",
  },
  {
    name: "a report of no loss",
    failureMode: "FM39",
    changes: [
      {
        file: "functions/timeline/close.handler.ts",
        find: "rpoSeconds: end.dataLossSeconds,",
        replace: "rpoSeconds: 0,",
      },
    ],
    caughtBy: "lossReported",
  },
  {
    name: "a recovery that nobody has seen",
    failureMode: "FM56",
    changes: [
      {
        file: "functions/recovery/verify.handler.ts",
        find: "if (isSoaked(soak, last, now, plan)) return",
        replace: "if (soak.turns > 0) return",
      },
    ],
    caughtBy: "recoveredMeansServed",
  },
  {
    name: "a move that counts as over when it has begun",
    failureMode: "FM43",
    changes: [
      {
        file: "functions/database/await.handler.ts",
        find: 'case "underWay":\n        break;',
        replace: 'case "underWay":\n        return { result: "done", reason: null };',
      },
    ],
    caughtBy: "databaseDoneMeansWriter",
  },
  {
    name: "traffic that has left as soon as the switch is thrown",
    failureMode: "FM53",
    changes: [
      {
        file: "functions/traffic/verify.handler.ts",
        find: 'if (goneSince !== null && haveAllSaid && now >= goneSince + timeToLiveMs + lettingGoMs) return "shown";',
        replace: 'if (now > began) return "shown";',
      },
    ],
    caughtBy: "trafficLeftMeansLeft",
  },
  {
    name: "a vantage that was never sent to the failed Region shows by its absence that nobody is",
    failureMode: "FM62",
    changes: [
      {
        file: "functions/traffic/drain.ts",
        find: "Object.hasOwn(place.calm, failedRegion) && !hadLeft(input, place, now - at),",
        replace: "true,",
      },
    ],
    caughtBy: "trafficLeftMeansLeft",
  },
  {
    name: "a serving header that names no Region of the plan counts as another Region",
    failureMode: "FM63",
    changes: [
      {
        file: "functions/shared/plan/plan.ts",
        find: "return servedBy === null ? null : (findRegion(plan, servedBy)?.name ?? null);",
        replace: 'return servedBy ?? "elsewhere";',
      },
    ],
    caughtBy: "trafficLeftMeansLeft",
  },
  {
    name: "a change that is never confirmed",
    failureMode: "FM30",
    changes: [
      {
        file: "functions/coordination/converge.ts",
        find: 'kind: "confirmed",',
        replace: 'kind: "observed",',
      },
    ],
    caughtBy: "mutationConfirmed",
  },
  {
    name: "a gray Region that is left to itself",
    failureMode: "FM16",
    changes: [
      {
        file: "functions/assess/objections.ts",
        find: 'case "down":\n    case "gray":\n      return null;',
        replace:
          'case "down":\n      return null;\n    case "gray":\n      return stoodDown("serving", "its APIs live");',
      },
    ],
    caughtBy: "deadRegionAnswered",
  },
  {
    name: "a recovery that no write has shown, with the writer still on its way",
    failureMode: "FM43",
    changes: [
      {
        file: "functions/database/await.handler.ts",
        find: 'case "underWay":\n        break;',
        replace: 'case "underWay":\n        return { result: "done", reason: null };',
      },
      {
        file: "functions/recovery/verify.handler.ts",
        find: "unwritten === null ? probeWrite(scoped) : null,",
        replace: "null,",
      },
    ],
    caughtBy: "recoveredMeansWriter",
  },
  {
    name: "what a newer version noted in the coordination item is dropped",
    failureMode: "FM57",
    changes: [
      {
        file: "functions/coordination/schema.ts",
        find: "const item = z.looseObject({",
        replace: "const item = z.object({",
      },
    ],
    caughtBy: "newerFieldsKept",
  },
  {
    name: "the throw of an object confirmed by the signed read alone",
    failureMode: "FM66",
    changes: [
      {
        file: "functions/traffic/health-check-switch.ts",
        find: "unseen: isThere ? await whyUnseen({ bucket, region: holder }, key) : null",
        replace: "unseen: isThere ? null : null",
      },
    ],
    caughtBy: "evacuationIsInForce",
  },
  {
    name: "a verdict that everything fails which forgets",
    failureMode: "FM70",
    changes: [
      {
        file: "functions/assess/shared.ts",
        find: "Object.values(evidence.sharedSince).toSorted(byInstant)[plan.detection.quorum - 1];",
        replace: "Object.values(evidence.sharedSince).toSorted(byInstant)[Number.POSITIVE_INFINITY];",
      },
    ],
    caughtBy: "everythingFailingEvacuatesNothing",
  },
  {
    name: "a last Region that falters under the others' customers, taken for everything failing",
    failureMode: "FM71",
    changes: [
      {
        file: "functions/assess/shared.ts",
        find: "alive.some((subject) => !carriesOthers(plan, evidence, subject))",
        replace: "true",
      },
    ],
    caughtBy: "lossInTurnAnswered",
  },
  {
    name: "silence acted on without another look",
    failureMode: "FM68",
    changes: [
      {
        file: "functions/approval/record.handler.ts",
        find: 'if (answered.covers === "run" && answered.approved && answered.origin === "silence") {',
        replace: "if (false) {",
      },
    ],
    caughtBy: "askedBeforeChange",
  },
  {
    name: "a question that stays open whatever becomes of its ground",
    failureMode: "FM69",
    changes: [
      {
        file: "functions/assess/takeover.ts",
        find: 'authority === "automation" ? whyGroundIsGone(input, item.incident) : null',
        replace: "null as string | null",
      },
    ],
    caughtBy: "questionsEnd",
  },
  {
    name: "an entry that failed inside an answer of 200 counted as taken",
    failureMode: "FM60",
    changes: [
      {
        file: "functions/shared/bus.ts",
        find: "if ((answer.FailedEntryCount ?? 0) === 0) return;",
        replace: "return;",
      },
    ],
    caughtBy: "failureHeard",
  },
  {
    name: "a Region that no quorum can judge is nobody's business",
    failureMode: "FM59",
    changes: [
      {
        file: "functions/escalation/matters.ts",
        find: "if (dueForSeconds < 0) return null;",
        replace:
          'if (dueForSeconds < 0 || ["quorumOutOfReach", "observerIsolated", "leaseStoreUnreachable"].includes(reason)) return null;',
      },
    ],
    caughtBy: "failureHeard",
  },
  {
    name: "a vantage that tries in vain is waited for as long as it tries",
    failureMode: "FM60",
    changes: [
      {
        file: "functions/escalation/telling.ts",
        find: "ago(untoldSince(told)) < tellingSeconds",
        replace: "ago(told.at) < tellingSeconds",
      },
    ],
    caughtBy: "failureHeard",
  },
];
