import { holds } from "../../../../simulator/aws/dynamodb/conditions.ts";
import type { Item } from "../../../../simulator/aws/dynamodb/item.ts";
import { keyRange } from "../../../../simulator/aws/dynamodb/key-conditions.ts";
import { Substitutes } from "../../../../simulator/aws/dynamodb/names.ts";

const item: Item = {
  pk: { S: "a" },
  version: { N: "10" },
  name: { S: "storefront" },
  lease: { M: { epoch: { N: "3" } } },
  open: { BOOL: true },
  incident: { NULL: true },
};

describe("holds", () => {
  it.each<[string, Item, boolean]>([
    ["attribute_exists(pk)", {}, true],
    ["attribute_not_exists(pk)", {}, false],
    ["attribute_not_exists(missing)", {}, true],
    ["attribute_exists(incident)", {}, true],
    ["version = :v", { ":v": { N: "10" } }, true],
    ["version = :v", { ":v": { N: "10.0" } }, true],
    ["version = :v", { ":v": { S: "10" } }, false],
    ["version <> :v", { ":v": { S: "10" } }, true],
    ["version < :v", { ":v": { N: "9" } }, false],
    ["version <= :v", { ":v": { N: "10" } }, true],
    ["version > :v", { ":v": { N: "9" } }, true],
    ["version >= :v", { ":v": { N: "11" } }, false],
    ["missing = :v", { ":v": { N: "10" } }, false],
    ["missing <> :v", { ":v": { N: "10" } }, true],
    ["missing < :v", { ":v": { N: "10" } }, false],
    ["open = :v", { ":v": { BOOL: true } }, true],
    ["incident = :v", { ":v": { NULL: true } }, true],
    [":v = version", { ":v": { N: "10" } }, true],
    ["lease.epoch = :v", { ":v": { N: "3" } }, true],
    ["lease.#epoch = :v", { ":v": { N: "3" } }, true],
    ["lease.missing.deeper = :v", { ":v": { N: "3" } }, false],
    ["attribute_not_exists(pk) OR version = :v", { ":v": { N: "10" } }, true],
    ["attribute_not_exists(pk) OR version = :v AND name = :n", { ":v": { N: "10" }, ":n": { S: "no" } }, false],
    ["version = :v OR attribute_exists(missing) AND name = :n", { ":v": { N: "10" }, ":n": { S: "no" } }, true],
    ["(version = :v OR attribute_exists(missing)) AND name = :n", { ":v": { N: "10" }, ":n": { S: "no" } }, false],
    ["NOT version = :v", { ":v": { N: "10" } }, false],
    ["not (attribute_exists(missing) or version=:v)", { ":v": { N: "11" } }, true],
  ])("%s with %j: %s", (expression, values, expected) => {
    const names = expression.includes("#epoch") ? { "#epoch": "epoch" } : {};

    const judged = holds(
      expression,
      item,
      new Substitutes({ ExpressionAttributeValues: values, ExpressionAttributeNames: names }),
    );

    expect(judged).toBe(expected);
  });

  it("of what is not stored, nothing exists", () => {
    expect(holds("attribute_not_exists(pk)", undefined, new Substitutes({}))).toBe(true);
  });

  it.each([
    ["size(name) > :v", "the function size"],
    ["contains(name, :v)", "the function contains"],
    ["version IN (:v)", '"IN"'],
    ["version = :v + :v", '"+ :v"'],
    ["version = :v :v", '":v"'],
    ["lease = lease", "how to compare attributes of type M"],
  ])("refuses %s, naming what it does not know", (expression, named) => {
    const values = { ":v": { N: "1" } };
    const input = expression.includes(":v") ? { ExpressionAttributeValues: values } : {};

    expect(() => holds(expression, item, new Substitutes(input))).toThrow(`The simulator does not know ${named}`);
  });

  it.each([
    ["an undefined value", "version = :v", {}, ":v"],
    ["an undefined name", "#v = :v", { ":v": { N: "1" } }, "#v"],
    ["an unused value", "attribute_exists(pk)", { ":v": { N: "1" } }, ":v"],
    ["an expression that ends early", "version =", {}, "ends early"],
  ])("refuses %s as DynamoDB does", (_, expression, values, named) => {
    const judge = () => holds(expression, item, new Substitutes({ ExpressionAttributeValues: values }));

    expect(judge).toThrow(expect.objectContaining({ name: "ValidationException" }));
    expect(judge).toThrow(named);
  });
});

describe("keyRange", () => {
  const sortKeys = ["000001#1", "000001#2", "000002#1", "x"];

  it.each<[string, Item, string[]]>([
    ["pk = :pk", {}, sortKeys],
    ["#pk = :pk AND begins_with(#sk, :a)", { ":a": { S: "000001#" } }, ["000001#1", "000001#2"]],
    [
      "pk = :pk AND sk BETWEEN :a AND :b",
      { ":a": { S: "000001#2" }, ":b": { S: "000002#1" } },
      ["000001#2", "000002#1"],
    ],
    ["pk = :pk AND sk > :a", { ":a": { S: "000001#2" } }, ["000002#1", "x"]],
    ["pk = :pk AND sk >= :a", { ":a": { S: "000002#1" } }, ["000002#1", "x"]],
    ["pk = :pk AND sk < :a", { ":a": { S: "000001#2" } }, ["000001#1"]],
    ["pk = :pk AND sk <= :a", { ":a": { S: "000001#2" } }, ["000001#1", "000001#2"]],
    ["pk = :pk AND sk = :a", { ":a": { S: "x" } }, ["x"]],
  ])("%s with %j", (expression, values, expected) => {
    const range = keyRange(
      expression,
      new Substitutes({
        ExpressionAttributeValues: { ":pk": { S: "p" }, ...values },
        ...(expression.includes("#") && { ExpressionAttributeNames: { "#pk": "pk", "#sk": "sk" } }),
      }),
    );

    expect(range.pk).toBe("p");
    expect(sortKeys.filter(range.includes)).toEqual(expected);
  });

  it.each([
    ["an empty prefix, which no key attribute can have", "pk = :pk AND begins_with(sk, :a)", { S: "" }, "empty string"],
    ["another attribute", "pk = :pk AND at = :a", { S: "x" }, "key schema"],
    ["a number", "pk = :pk AND sk = :a", { N: "1" }, "must be a string"],
  ])("refuses %s", (_, expression, value, named) => {
    const range = () => {
      const values = { ":pk": { S: "p" }, ":a": value } as Item;
      return keyRange(expression, new Substitutes({ ExpressionAttributeValues: values }));
    };

    expect(range).toThrow(expect.objectContaining({ name: "ValidationException" }));
    expect(range).toThrow(named);
  });
});
