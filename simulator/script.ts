import { marshall } from "@aws-sdk/util-dynamodb";
import { initialItem } from "../functions/coordination/rules.ts";
import { isoInstant } from "../functions/shared/clock.ts";
import { integerBetween } from "../functions/shared/random.ts";
import { evacuationKey } from "../functions/traffic/switch-objects.ts";
import { foreignAccount } from "./account.ts";
import { alarmInstant } from "./aws/cloudwatch/events.ts";
import { roundTripMs } from "./aws/distance.ts";
import { combineFaults, type FaultInjector, faultAtBoundary, scriptedFaults, throttleFor } from "./aws/faults.ts";
import { machineName, usualInstances } from "./deployment.ts";
import { ServiceError } from "./aws/service.ts";
import type { Action } from "./scenario.ts";
import type { World } from "./world.ts";

const answerEveryMs = 2_000;
/** More than the way around the world. */
const farAwayMs = 1_000;

/** Does to a world what a script says, when it says it. */
export class Stage {
  readonly #world: World;
  readonly #random;
  readonly #answered = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.stream("script");
  }

  perform(action: Action): void {
    const world = this.#world;
    switch (action.kind) {
      case "region":
        // A gray Region's health checks stay green: that is what makes it gray (FM9, FM16).
        if (action.health === "gray") world.traffic.healthCheckers.makeShallow(action.region);
        world.regions.set(action.region, action.health);
        return;
      case "link":
        if (action.as === "cut") world.regions.cut(...action.between);
        else world.regions.mend(...action.between);
        return;
      case "view":
        if (action.as === "lost") world.regions.blind(action.region);
        else world.regions.unblind(action.region);
        return;
      case "alarmEvent":
        this.#alarm(action);
        return;
      case "healthEvent":
        this.#health(action);
        return;
      case "event":
        world.eventBridge.deliver(action.region, action.event as never, { delaySeconds: 0, copies: 1 });
        return;
      case "foreignEvent":
        this.#foreign(action);
        return;
      case "start":
        this.#start(action.region, action.input);
        return;
      case "answer":
        this.#answer(action.output);
        return;
      case "stallReplication":
        // Who has become the writer meanwhile follows nobody.
        if (world.rds?.lagSeconds(action.region) != null) world.rds.stallReplication(action.region);
        return;
      case "lagMetric":
        for (const name of ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"]) {
          if (action.metric !== undefined && action.metric !== name) continue;
          world.cloudWatch.setSourceMode(action.region, name, action.as);
        }
        return;
      case "shortage":
        world.autoScaling.setLaunchable(action.region, action.launchable);
        return;
      case "databaseMoving":
        world.rds?.beginMove(action.to, "failover");
        return;
      case "tableForm":
        for (const table of world.plan.tables) world.dynamoDB.setForm(table, action.form);
        return;
      case "engine":
        if (world.rds !== null) world.rds.engine = action.engine;
        return;
      case "secondWriter":
        world.rds?.splitOffWriter(action.region);
        return;
      case "databaseSize":
        world.rds?.sizes.set(action.region, action);
        return;
      case "cluster":
        this.#changeCluster(action);
        return;
      case "coordination":
        this.#rewrite(action.change);
        return;
      case "takenOut":
        this.#takeOut(action.region);
        return;
      case "nameServers":
        world.nameServers.mode = action.as;
        return;
      case "nameServerSticks":
        world.traffic.dns.stick(action.server);
        return;
      case "timeToLive":
        world.keepAnswersFor(action.seconds);
        return;
      case "farthest":
        world.traffic.dns.latencyData = (location, region) =>
          roundTripMs(location, region) + (region === action.region && location !== region ? farAwayMs : 0);
        return;
      case "servingHeader":
        for (const region of action.regions) world.headerForms.set(region, action.as);
        return;
      case "recordCarries":
        world.traffic.carry(action.region, action.check);
        return;
      case "drainedByHand":
        this.#drain(action.region);
        return;
      case "publicAccess":
        this.#inSwitchBucket(action.region, (bucket) => world.s3.setPublicAccess(bucket, action.as));
        return;
      case "objectVanishes":
        this.#inSwitchBucket(action.region, (bucket) => world.s3.vanish(bucket, action.key));
        return;
      case "faults":
        this.#addFaults(scriptedFaults(action.faults));
        return;
      case "throttle": {
        const { what, share, seconds } = action;
        const random = world.stream(`throttle ${JSON.stringify(action)}`);
        this.#addFaults(throttleFor(what, { random, share, until: world.clock.now() + seconds * 1_000 }));
        return;
      }
      case "entriesFail": {
        const { region, share, seconds } = action;
        const random = world.stream(`entries ${JSON.stringify(action)}`);
        world.eventBridge.failEntries(region, { share, until: world.clock.now() + seconds * 1_000, random });
        return;
      }
      case "impaired":
        world.customers.impair(action.region, action.servedShare);
        return;
      case "crash": {
        const { functionName, state, call, as } = action;
        this.#addFaults(faultAtBoundary({ functionName, state, call }, as));
        return;
      }
    }
  }

  #changeCluster({ region, change }: Extract<Action, { kind: "cluster" }>): void {
    const { rds } = this.#world;
    if (rds === null || rds.memberIn(region) === null) return;
    switch (change.as) {
      case "detached":
        rds.detach(region);
        return;
      case "status":
        rds.setClusterStatus(region, change.status);
        return;
      case "instances":
        rds.changeCluster(region, { instances: change.statuses });
        return;
      case "synchronization":
        rds.changeCluster(region, { synchronization: change.status });
        return;
      case "version":
        rds.changeCluster(region, change.differs === "shown" ? { engineVersion: "17.5" } : { patch: "differs" });
        return;
    }
  }

  #addFaults(injector: FaultInjector): void {
    const { network } = this.#world;
    network.faults = combineFaults(network.faults, injector);
  }

  #alarm(action: Extract<Action, { kind: "alarmEvent" }>): void {
    const { region, alarm, state, ageSeconds = 0, copies = 1, spreadSeconds = 0, silenced } = action;
    const at = this.#world.clock.now() - ageSeconds * 1_000;
    const event = {
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      time: `${isoInstant(at).slice(0, 19)}Z`,
      detail: {
        alarmName: alarm,
        state: {
          value: state,
          reason: "Threshold Crossed",
          timestamp: alarmInstant(at),
          ...(silenced === "suppressed" ? { actionsSuppressedBy: "Alarm" } : {}),
        },
        configuration: { metrics: [] },
        ...(silenced === "muted"
          ? { muteDetail: { mutedByArn: "arn:aws:cloudwatch:mute", muteWindowStart: "", muteWindowEnd: "" } }
          : {}),
      },
      ...(silenced === "replayed" ? { "replay-name": "replay-of-yesterday" } : {}),
    };
    for (let copy = 0; copy < copies; copy++) {
      const delaySeconds = spreadSeconds === 0 ? 0 : integerBetween(this.#random, 0, spreadSeconds * 1_000) / 1_000;
      this.#world.eventBridge.deliver(region, event, { delaySeconds, copies: 1 });
    }
  }

  #health(action: Extract<Action, { kind: "healthEvent" }>): void {
    const { region, eventRegion, category, status, ageSeconds } = action;
    const { clock, eventBridge } = this.#world;
    const event = {
      source: "aws.health",
      "detail-type": "AWS Health Event",
      time: `${isoInstant(clock.now() - ageSeconds * 1_000).slice(0, 19)}Z`,
      detail: {
        eventArn: `arn:aws:health:${eventRegion}::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/1`,
        service: "EC2",
        eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE",
        eventTypeCategory: category,
        eventRegion,
        statusCode: status,
      },
    };
    eventBridge.deliver(region, event, { delaySeconds: 0, copies: 1 });
  }

  #foreign({ region, by, event }: Extract<Action, { kind: "foreignEvent" }>): void {
    const { clock, eventBridge, stepFunctions, plan } = this.#world;
    const time = `${isoInstant(clock.now()).slice(0, 19)}Z`;
    const foreign = { account: foreignAccount, time, region, resources: [], ...event };
    if (by === "bus") eventBridge.deliver(region, foreign as never, { delaySeconds: 0, copies: 1 });
    else stepFunctions.startByEvent(region, machineName(plan), foreign);
  }

  /** As a person does in the console: an execution with this input. */
  #start(region: string, input: unknown): void {
    const { stepFunctions, people, plan, clock } = this.#world;
    people.noteStart(clock.now(), stepFunctions.startByEvent(region, machineName(plan), input).arn, input);
  }

  /** Answers the oldest open question, and waits for one while there is none. */
  #answer(output: unknown): void {
    const world = this.#world;
    const waiting = world.stepFunctions.executions.find((execution) => world.isWaitingForPerson(execution));
    const question = waiting === undefined ? null : this.#questionOf(waiting.region);
    if (waiting === undefined || question === null || this.#answered.has(question.token)) {
      world.clock.schedule(answerEveryMs, () => this.#answer(output));
      return;
    }
    this.#answered.add(question.token);
    world.network
      .call({
        service: "states",
        operation: "SendTaskSuccess",
        region: waiting.region,
        input: { taskToken: question.token, output: JSON.stringify(output) },
        caller: world.person(waiting.region),
      })
      // The question was closed meanwhile; a person would look for the next one.
      .catch(() => world.clock.schedule(answerEveryMs, () => this.#answer(output)));
  }

  #questionOf(region: string): { readonly token: string } | null {
    const { dynamoDB, plan } = this.#world;
    const key = dynamoDB.partitionKeys(plan.recordsTable, region).find((pk) => pk.startsWith("approval#"));
    const found = key === undefined ? [] : dynamoDB.peek(plan.recordsTable, region, key);
    const newest = found.toSorted((left, right) => (String(left.askedAt) < String(right.askedAt) ? 1 : -1))[0];
    return newest === undefined ? null : { token: String(newest.token) };
  }

  /** The others were raised to carry the whole demand, with a tenth to spare. */
  #growWithout(out: string): void {
    const { plan, autoScaling } = this.#world;
    const others = plan.regions.filter(({ name }) => name !== out);
    const carried = others.reduce((sum, { demandShare }) => sum + demandShare, 0);
    for (const { name, autoScalingGroup } of others) {
      if (autoScalingGroup === null) continue;
      const { maximum } = autoScaling.bounds(name, autoScalingGroup);
      const size = Math.ceil((usualInstances(plan, name) / carried) * 1.1);
      autoScaling.handle({
        service: "autoscaling",
        operation: "UpdateAutoScalingGroup",
        region: name,
        input: { AutoScalingGroupName: autoScalingGroup, MinSize: size, MaxSize: Math.max(size, maximum) },
        caller: this.#world.person(name),
      });
    }
  }

  #takeOut(out: string): void {
    // Where somebody has acted already, there is no such past.
    if (this.#world.coordinationItem() !== null) return;
    this.#growWithout(out);
    this.#throwSwitch(out);
  }

  /** Whoever drains a Region has looked first: another one that is well stays in DNS, and no run is about to take it out. */
  #drain(out: string): void {
    const { plan, regions } = this.#world;
    const away = this.#world.intentionallyOut();
    const failing = this.#world.coordinationItem()?.incident?.failedRegion;
    const left = plan.regions.filter(
      ({ name }) => name !== out && name !== failing && !away.has(name) && regions.health(name) === "up",
    );
    if (left.length === 0) return;
    try {
      this.#throwSwitch(out);
    } catch (error) {
      // AWS did not do it, and the person gives up.
      if (!(error instanceof ServiceError)) throw error;
    }
  }

  /** Does something to a Region's bucket of the switch, where the plan has one. */
  #inSwitchBucket(region: string, act: (bucket: string) => void): void {
    const { switch: chosen } = this.#world.plan.traffic;
    const bucket = chosen.kind === "healthCheck" ? chosen.buckets[region] : undefined;
    if (bucket !== undefined) act(bucket);
  }

  /** Throws the plan's switch, as a person with the right to would. */
  #throwSwitch(out: string): void {
    const { plan, s3, traffic } = this.#world;
    const { switch: chosen } = plan.traffic;
    switch (chosen.kind) {
      case "healthCheck":
        for (const [holder, bucket] of Object.entries(chosen.buckets)) {
          if (holder !== out) s3.put(bucket, evacuationKey(out), "{}");
        }
        return;
      case "routingControl": {
        const region = chosen.endpoints[0]?.region ?? "";
        traffic.recoveryCluster?.handle({
          service: "route53-recovery-cluster",
          operation: "UpdateRoutingControlState",
          region,
          input: { RoutingControlArn: chosen.controls[out], RoutingControlState: "Off" },
          caller: this.#world.person(region),
        });
        return;
      }
      case "record":
        traffic.route53.handle({
          service: "route53",
          operation: "UpdateHealthCheck",
          region: "us-east-1",
          input: { HealthCheckId: chosen.healthChecks[out], Inverted: true },
          caller: this.#world.person("us-east-1"),
        });
        return;
    }
  }

  /** Writes the coordination item through its own table, as a person with the right to would. */
  #rewrite(change: Extract<Action, { kind: "coordination" }>["change"]): void {
    const world = this.#world;
    const { plan, clock } = world;
    const names = plan.regions.map(({ name }) => name);
    const { pk: _pk, sk: _sk, ...present } = (world.coordinationItem() ?? {}) as Record<string, unknown>;
    const before = "version" in present ? (present as never) : initialItem(plan.application, names, clock.now());
    const after = change(before, clock.now());
    const item = { ...after, version: after.version + 1, writtenBy: "script" };
    const replicas = plan.coordination.regions;
    const reached = (from: string) => replicas.filter((to) => world.regions.reachable(from, to)).length;
    const region = replicas.find((each) => reached(each) >= 2);
    // Without a majority nobody can write it.
    if (region === undefined) return;
    world.dynamoDB.handle({
      service: "dynamodb",
      operation: "PutItem",
      region,
      input: {
        TableName: plan.coordination.table,
        Item: marshall({ pk: `coordination#${plan.application}`, sk: "item", ...item }),
      },
      caller: world.person(region),
    });
  }
}
