import fc from "fast-check";
import { fitText, shortenText } from "../../functions/notify/fit.ts";
import type { Json } from "../../functions/timeline/event.ts";

it("says what fits as it is", () => {
  const content = { summary: 'a "sign"\n', list: [1, null, true] };

  expect(JSON.parse(fitText(content, 1_000))).toEqual(content);
});

it("cuts no character in two", () => {
  expect(shortenText("ab🛟cd", 4)).toBe("ab…");
  expect(shortenText("ab", 2)).toBe("ab");
});

it("cuts lists and what lies in them", () => {
  const content = { list: Array.from({ length: 5_000 }, (_, index) => `entry ${index}`) };

  const text = fitText(content, 10_000);

  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(10_000);
  expect(JSON.parse(text).list.at(-1)).toBe("…");
  expect(JSON.parse(text).list[0]).toBe("entry 0");
});

it("keeps to the bytes for whatever JSON a record holds", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), (content) => {
      const text = fitText(content as Readonly<Record<string, Json>>, 200);

      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(200);
      expect(JSON.parse(text)).toBeInstanceOf(Object);
    }),
    { numRuns: 300 },
  );
});
