import { type AttributeValue, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { CoordinationItem } from "../../../functions/coordination/item.ts";
import { coordinationItemSchema as presentSchema } from "../../../functions/coordination/schema.ts";
import type { CoordinationStore } from "../../../functions/coordination/store.ts";
import type { AwsClients } from "../../../functions/shared/clients.ts";
import type { Dependencies } from "../../../functions/shared/dependencies.ts";
import type { CoordinationItem as FormerItem } from "../../fixtures/e5ce949/item.ts";
import { coordinationItemSchema as formerSchema } from "../../fixtures/e5ce949/schema.ts";
import type { CoordinationStore as FormerStore } from "../../fixtures/e5ce949/store.ts";
import type { Note, Version } from "./turns.ts";

type Attributes = Record<string, AttributeValue>;

/** What the fields begin with that only a newer version knows. */
const newer = "newer";
const newerFormat = 99;

/**
 * A former version's store for the present rules, which find what they need in what it read, and whose new fields it never
 * had: it writes what its own rules would have left.
 */
export function asFormerWould(former: FormerStore): CoordinationStore {
  const toPresent = (item: FormerItem): CoordinationItem => presentSchema.parse(item);
  return {
    read: async () => toPresent(await former.read()),
    async change(rule) {
      const transition = await former.change((item) => {
        const changed = rule(toPresent(item));
        return changed.kind === "refused" ? changed : { kind: "changed", item: formerSchema.parse(changed.item) };
      });
      return transition.kind === "refused" ? transition : { kind: "changed", item: toPresent(transition.item) };
    },
  };
}

/**
 * The same dependencies, with an eye on what the store of `version` reads and writes: each written item must be one that
 * the former version can read, and must hold every newer field that was read, wherever what held it has gone. What a newer
 * version writes gets such fields.
 */
export function spyOn(
  deps: Dependencies<"dynamoDB">,
  version: Version,
  note: (line: Note) => void,
): Dependencies<"dynamoDB"> {
  const read = new Map<string, Attributes>();
  const dynamoDB = (region: string) => {
    const client = deps.aws.dynamoDB(region);
    const send = async (command: unknown): Promise<unknown> => {
      if (command instanceof GetItemCommand) {
        const answer = await client.send(command);
        if (answer.Item !== undefined) read.set(String(answer.Item.version?.N), answer.Item);
        return answer;
      }
      if (!(command instanceof PutItemCommand)) throw new TypeError("The store has a call that this spy does not know");
      const { Item: written = {}, ...input } = command.input;
      const before = read.get(String(input.ExpressionAttributeValues?.[":expected"]?.N)) ?? {};
      for (const what of problemsOf(version, before, written)) note({ kind: "broken", what });
      const Item = version === "newer" ? withNewerFields(written) : written;
      const answer = await client.send(new PutItemCommand({ ...input, Item }));
      note({ kind: "wrote", version, over: hasNewerFields(before) ? "newerFields" : "none" });
      return answer;
    };
    return { send };
  };
  return { ...deps, aws: { dynamoDB: dynamoDB as unknown as AwsClients["dynamoDB"] } };
}

function problemsOf(version: Version, before: Attributes, written: Attributes): readonly string[] {
  const { pk: _pk, sk: _sk, ...plain } = unmarshall(written);
  const parsed = formerSchema.safeParse(plain);
  const unreadable = parsed.success
    ? []
    : parsed.error.issues.map(
        ({ path, message }) => `the ${version} version wrote ${path.join(".")}, which stops the former one: ${message}`,
      );
  return version === "former" ? unreadable : [...unreadable, ...lostFields(before, written)];
}

function lostFields(before: Attributes, written: Attributes): readonly string[] {
  const after = holdersOf(written);
  const lost = [...holdersOf(before)].flatMap(([holder, { fields, goes }]) => {
    const kept = after.get(holder)?.fields;
    if (kept === undefined && goes === "mayGo") return [];
    return Object.keys(fields)
      .filter((name) => name.startsWith(newer) && JSON.stringify(kept?.[name]) !== JSON.stringify(fields[name]))
      .map((name) => `${name} of ${holder} is lost`);
  });
  const formatKept = Number(written.format?.N ?? 1) >= Number(before.format?.N ?? 1);
  return formatKept ? lost : [...lost, `format fell from ${before.format?.N} to ${written.format?.N ?? "none"}`];
}

interface FieldHolder {
  readonly fields: Attributes;
  /** An incident that ends goes on as a run's record, a lease ends with its holder, and old runs are forgotten. */
  readonly goes: "stays" | "mayGo";
}

/** Everything in an item that can have fields, by what it is. */
function holdersOf(item: Attributes): ReadonlyMap<string, FieldHolder> {
  const holders = new Map<string, FieldHolder>([["the item", { fields: item, goes: "stays" }]]);
  for (const [region, entry] of Object.entries(item.regions?.M ?? {})) {
    holders.set(region, { fields: entry.M ?? {}, goes: "stays" });
  }
  const runs = (item.completed?.L ?? []).map((run) => run.M ?? {});
  for (const run of runs.toReversed()) {
    const record = run.record?.M ?? {};
    holders.set(`the run ${run.incident?.S} of ${run.endedAt?.S}`, { fields: record, goes: "mayGo" });
    holders.set(`incident ${run.incident?.S}`, { fields: record, goes: "mayGo" });
  }
  const incident = item.incident?.M;
  if (incident !== undefined) holders.set(`incident ${incident.id?.S}`, { fields: incident, goes: "stays" });
  const lease = item.lease?.M;
  if (lease !== undefined) {
    holders.set(`the lease of ${lease.execution?.S} under ${item.epoch?.N}`, { fields: lease, goes: "mayGo" });
  }
  return holders;
}

function hasNewerFields(item: Attributes): boolean {
  return Object.keys(item).some((name) => name.startsWith(newer));
}

function withNewerFields(item: Attributes): Attributes {
  const about = item.writtenBy as AttributeValue;
  const marked = (value: AttributeValue): AttributeValue =>
    value.M === undefined ? value : { M: { ...value.M, newerSteps: { L: [{ M: { about } }] } } };
  const regions = Object.entries(item.regions?.M ?? {}).map(([name, entry]) => [name, marked(entry)] as const);
  return {
    ...item,
    format: { N: String(newerFormat) },
    newerFleet: { M: { about } },
    regions: { M: Object.fromEntries(regions) },
    ...(item.incident === undefined ? {} : { incident: marked(item.incident) }),
    ...(item.lease === undefined ? {} : { lease: marked(item.lease) }),
  };
}
