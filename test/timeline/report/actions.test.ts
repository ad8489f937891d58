import { actionsOf, endedWords, foldActions, timesWords } from "../../../functions/timeline/report/actions.ts";
import { chronological } from "../../../functions/timeline/report/order.ts";
import { Chain, failingSince } from "../../fixtures/chain.ts";

const chain = new Chain("x", 1, "eu-west-1")
  .add(10, "capacity", "intent", "Raise web to 9", { resource: "web@eu-west-1" })
  .add(12, "capacity", "confirmed", "Done: Raise web to 9", { resource: "web@eu-west-1" });
for (const seconds of [100, 200, 300]) {
  chain
    .add(seconds, "capacity", "confirmed", "Already there: Raise web to 9", { resource: "web@eu-west-1" })
    .add(seconds + 1, "database", "confirmed", "eu-west-1 is the writer already", { resource: "global/one" });
}
chain
  .add(400, "capacity", "failed", "AWS refused", { resource: "web@eu-west-1" })
  .add(401, "capacity", "failed", "AWS refused", { resource: "web@eu-west-1" });

it("tells once what every holder found already there, and each change and failure by itself", () => {
  const actions = actionsOf(chronological(chain.events));
  const shown = foldActions(actions);

  expect(actions).toHaveLength(9);
  expect(shown.map((each) => `${each.summary}${timesWords(each)} ${endedWords(each, failingSince)}`)).toEqual([
    "Raise web to 9 +00:12",
    "Already there: Raise web to 9 (3 times) +01:40 to +05:00",
    "eu-west-1 is the writer already (3 times) +01:41 to +05:01",
    "AWS refused +06:40",
    "AWS refused +06:41",
  ]);
});
