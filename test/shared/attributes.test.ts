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

  it("refuses what JSON does not have", () => {
    expect(() => fromAttributes({ names: { SS: ["a"] } })).toThrow("names cannot be read: received SS");
  });
});
