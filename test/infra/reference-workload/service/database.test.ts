import type { PGlite } from "@electric-sql/pglite";
import { createDatabase } from "../../../../infra/reference-workload/service/database.ts";
import { regions, routeTo, startPostgres } from "./postgres-fixture.ts";

const region = "us-east-1";
let postgres: PGlite;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

const tokenOf = async (name: string) => {
  const { rows } = await postgres.query<{ token: string | null }>("SELECT token FROM mark WHERE region = $1", [name]);
  return rows[0]?.token;
};

describe("reading", () => {
  it("reads the rows of every Region, and that the writer is here", async () => {
    const database = createDatabase({
      region,
      reader: routeTo(postgres, "writable"),
      writer: routeTo(postgres, "unreachable"),
    });

    const look = await database.read();

    expect(look.writer).toBe("here");
    expect(look.marks.map((mark) => mark.region)).toEqual([...regions].sort());
  });

  it("serves from an instance that is read-only, and says that the writer is elsewhere", async () => {
    const reader = routeTo(postgres, "readOnly");
    const database = createDatabase({ region, reader, writer: routeTo(postgres, "unreachable") });
    await expect(database.read()).resolves.toMatchObject({ writer: "elsewhere" });
  });

  it("fails when the table cannot be read, though the server answers", async () => {
    const reader = routeTo(postgres, "writable");
    const database = createDatabase({
      region,
      reader: { ...reader, query: (text, values) => reader.query(text.replace("FROM mark", "FROM missing"), values) },
      writer: reader,
    });
    await expect(database.read()).rejects.toMatchObject({ code: "42P01" });
  });

  it("fails when the server says nothing", async () => {
    const silent = { query: () => new Promise<never>(() => {}), close: async () => {} };
    const database = createDatabase({ region, reader: silent, writer: silent });
    await expect(database.read()).rejects.toThrow("The database gave no answer within 1500 ms");
  });
});

describe("writing", () => {
  it("overwrites this Region's row through the reader endpoint where that can write or forward", async () => {
    const writer = routeTo(postgres, "writable");
    const database = createDatabase({ region, reader: routeTo(postgres, "writable"), writer });

    const route = await database.write("first");
    const look = await database.read();

    expect(route).toBe("reader");
    expect(writer.sent).toEqual([]);
    const mark = look.marks.find((one) => one.region === region);
    expect(mark?.token).toBe("first");
    expect(mark?.writtenAt).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  });

  it.each(["readOnly", "unreachable"] as const)(
    "goes to the writer endpoint when the reader is %s",
    async (instance) => {
      const database = createDatabase({
        region,
        reader: routeTo(postgres, instance),
        writer: routeTo(postgres, "writable"),
      });

      const route = await database.write(`past ${instance}`);

      expect(route).toBe("writer");
      expect(await tokenOf(region)).toBe(`past ${instance}`);
    },
  );

  it("is not sent a second time when the answer was lost", async () => {
    const writer = routeTo(postgres, "writable");
    const database = createDatabase({ region, reader: routeTo(postgres, "losesAnswers"), writer });

    await expect(database.write("unknown")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(writer.sent).toEqual([]);
  });

  it("fails when nobody can write", async () => {
    const readOnly = routeTo(postgres, "readOnly");
    const database = createDatabase({ region, reader: readOnly, writer: readOnly });
    await expect(database.write("nobody")).rejects.toMatchObject({ code: "25006" });
    expect(await tokenOf(region)).not.toBe("nobody");
  });

  it("says what to do where the schema does not know this Region", async () => {
    const reader = routeTo(postgres, "writable");
    const database = createDatabase({ region: "sa-east-1", reader, writer: reader });
    await expect(database.write("t")).rejects.toThrow("The table mark has no row for sa-east-1: apply the schema");
  });
});

describe("the schema", () => {
  it("can be applied again without losing what was written", async () => {
    const { renderSchema } = await import("../../../../infra/reference-workload/schema.ts");
    await postgres.query("UPDATE mark SET token = 'kept' WHERE region = 'eu-west-1'");
    await postgres.exec(renderSchema([...regions, "ap-southeast-1"]));
    expect([await tokenOf("eu-west-1"), await tokenOf("ap-southeast-1")]).toEqual(["kept", null]);
  });

  it.each([
    ["SELECT * FROM mark", "allowed"],
    ["UPDATE mark SET token = 'x' WHERE false", "allowed"],
    ["INSERT INTO mark (region) VALUES ('x')", "42501"],
    ["DELETE FROM mark", "42501"],
    ["CREATE TABLE other (a int)", "42501"],
  ])("lets the service's user do no more than it must: %s", async (statement, expected) => {
    await postgres.exec("SET default_transaction_read_only = off; SET ROLE workload");
    try {
      const outcome = await postgres.query(statement).then(
        () => "allowed",
        (error: { readonly code: string }) => error.code,
      );
      expect(outcome).toBe(expected);
    } finally {
      await postgres.exec("RESET ROLE");
    }
  });
});
