import type { CoordinationItem } from "../../../functions/coordination/item.ts";
import { initialItem } from "../../../functions/coordination/rules.ts";
import { Formats } from "../../../simulator/invariants/formats.ts";
import { newerField } from "../../../simulator/random-formats.ts";

const noted = { [newerField]: { wave: 2 } };
const plain = initialItem("shop", ["a", "b"], Date.parse("2026-11-01T00:00:00.000Z"));
const { a, b } = plain.regions;
const marked = { ...plain, ...noted, regions: { a: { ...a, ...noted }, b } } as CoordinationItem;

function judged(...items: readonly CoordinationItem[]): readonly string[] {
  const formats = new Formats();
  return items.flatMap((item) => formats.judge(item).map(({ message }) => message.split(" is gone")[0] as string));
}

it("has nothing against an item of which a newer version never noted anything", () => {
  expect(judged(plain, { ...plain, version: 1 })).toEqual([]);
});

it("has nothing against what stays, or comes later", () => {
  expect(judged(plain, marked, { ...marked, version: 2 })).toEqual([]);
});

it("names each thing whose note is dropped, or changed", () => {
  const { [newerField]: _dropped, ...item } = marked as CoordinationItem & typeof noted;
  const regions = { ...marked.regions, a: { ...a, [newerField]: { wave: 3 } } } as CoordinationItem["regions"];

  expect(judged(marked, { ...item, regions })).toEqual([
    "What a newer version noted of the item",
    "What a newer version noted of a",
  ]);
});
