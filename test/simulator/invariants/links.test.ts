import { Links } from "../../../simulator/invariants/links.ts";

const cut = (one: string, other: string) => ({ kind: "link", between: [one, other], after: "cut" }) as const;
const mended = (one: string, other: string) => ({ kind: "link", between: [one, other], after: "mended" }) as const;

it("a link counts while it is cut, and is forgotten for what comes after it was mended", () => {
  const links = new Links();
  links.note(cut("a", "b"), 100);
  expect(links.anyCutSince(1_000)).toBe(true);

  links.note(mended("b", "a"), 200);

  expect([150, 200, 201].map((from) => links.anyCutSince(from))).toEqual([true, true, false]);
});

it("tells whose link it was", () => {
  const links = new Links();
  links.note(cut("a", "b"), 100);

  expect(["a", "b", "c"].map((region) => links.cutSince(region, 500))).toEqual([true, true, false]);
});

it("cut again while it is cut, it is one cut; mended without one, it is none", () => {
  const links = new Links();
  links.note(mended("a", "b"), 50);
  links.note(cut("a", "b"), 100);
  links.note(cut("b", "a"), 150);
  links.note(mended("a", "b"), 200);

  expect(links.anyCutSince(201)).toBe(false);
});
