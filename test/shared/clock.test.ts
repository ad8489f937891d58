import { describeInstant } from "../../functions/shared/clock.ts";

it.each([
  ["2026-03-14T09:01:12.345Z", "2026-03-14 09:01:12 UTC"],
  ["2026-03-14T10:01:12+01:00", "2026-03-14 09:01:12 UTC"],
  ["yesterday", "yesterday"],
])("an instant for a person: %s is %s", (text, words) => {
  expect(describeInstant(text)).toBe(words);
});
