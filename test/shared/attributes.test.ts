import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { fromAttributes, toAttributes } from "../../functions/shared/attributes.ts";

const item = {
  pk: "observations",
  count: 3,
  share: -0.25,
  known: true,
  lag: null,
  empty: "",
  votes: [{ region: "eu-west-1", changes: [] }, "text", 7, null],
  ages: { "us-east-1": 1.5 },
};

describe("toAttributes", () => {
  it("writes what the SDK's own converter writes", () => {
    expect(toAttributes(item)).toEqual(marshall(item));
  });

  it("leaves out what is undefined", () => {
    expect(toAttributes({ kept: 1, dropped: undefined, deep: { dropped: undefined } })).toEqual({
      kept: { N: "1" },
      deep: { M: {} },
    });
  });

  it.each([
    ["a number that is none", Number.NaN, "NaN"],
    ["an infinite number", Number.POSITIVE_INFINITY, "Infinity"],
    ["a number too large to be exact", 2 ** 60, "1152921504606847000"],
    ["a set", new Set(["a"]), "[object Set]"],
    ["bytes", new Uint8Array(2), "0,0"],
    ["an undefined entry of a list", [undefined], "undefined"],
  ])("refuses %s", (_what, value, shown) => {
    expect(() => toAttributes({ field: value })).toThrow(`field cannot be stored: received ${shown}`);
  });
});

describe("fromAttributes", () => {
  it("reads what the SDK's own converter reads", () => {
    const attributes = marshall(item);
    expect(fromAttributes(attributes)).toEqual(unmarshall(attributes));
    expect(fromAttributes(toAttributes(item))).toEqual(item);
  });

  it.each<[string, AttributeValue]>([
    ["a set of texts", { SS: ["a"] }],
    ["a set of numbers", { NS: ["1"] }],
    ["bytes", { B: new Uint8Array([1, 2]) }],
    ["a number with more digits than a double has", { N: "12345678901234567890" }],
    ["a fraction with more digits than a double has", { N: "0.12345678901234567890" }],
  ])("FM57: gives back %s as it came, which JSON leaves out", (_what, attribute) => {
    const attributes = { kept: { S: "x" }, foreign: attribute, deep: { M: { list: { L: [attribute] } } } };
    const read = fromAttributes(attributes);

    expect(toAttributes(read)).toEqual(attributes);
    expect(JSON.parse(JSON.stringify(read))).toEqual({ kept: "x", deep: { list: [null] } });
  });

  it.each(["0.30000000000000004", "1e-7", "-9007199254740991", "1500", "0.00000000000000012"])(
    "reads the number %s, which a double holds",
    (text) => {
      expect(fromAttributes({ number: { N: text } })).toEqual({ number: Number(text) });
    },
  );
});
