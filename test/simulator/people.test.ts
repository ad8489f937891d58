import { readQuestion } from "../../simulator/people.ts";

it.each([
  ["us-east-1 is down. Evacuate it to eu-west-1, ap-southeast-1?", { kind: "evacuation" }],
  ["Some vantages see us-east-1 failing and some do not. Evacuate us-east-1?", { kind: "evacuation" }],
  ["us-east-1 is seen to serve again. Evacuate it all the same?", { kind: "evacuation" }],
  [
    "Switch the Aurora writer over from us-east-1 to eu-west-1, losing nothing?",
    { kind: "switchover", target: "eu-west-1" },
  ],
  [
    "Promote Aurora in eu-west-1, losing about 4.2 s (at worst 1 min 3 s) of writes made in us-east-1?",
    { kind: "failover", target: "eu-west-1", lossSeconds: 4.2 },
  ],
  [
    "Promote Aurora in eu-west-1, losing 1 h 2 min 5 s of writes made in us-east-1?",
    { kind: "failover", target: "eu-west-1", lossSeconds: 3_725 },
  ],
  [
    "Promote Aurora in eu-west-1, losing an unknown amount of writes made in us-east-1?",
    { kind: "failover", target: "eu-west-1", lossSeconds: null },
  ],
  ["Shall we?", null],
])("reads %s as a person would", (sentence, stated) => {
  expect(readQuestion(sentence)).toEqual(stated);
});
