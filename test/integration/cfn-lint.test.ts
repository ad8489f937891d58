import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCfnLint } from "./cfn-lint.ts";
import { describeWithServers } from "./environment.ts";

const everything = { regions: ["eu-west-1"], ignore: [] };

describeWithServers("runCfnLint", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "templates-"));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function template(name: string, properties: object): Promise<string> {
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify({ Resources: { Bucket: { Type: "AWS::S3::Bucket", ...properties } } }));
    return path;
  }

  it("finds nothing wrong with what is right", async () => {
    expect(await runCfnLint([await template("right", {})], everything)).toEqual([]);
  });

  it("names the template, the rule and the place, and leaves out what it is told to", async () => {
    const templates = [await template("right", {}), await template("wrong", { Properties: { Colour: "green" } })];
    expect(await runCfnLint(templates, everything)).toEqual([
      {
        template: join(folder, "wrong.json"),
        rule: "E3002",
        message: expect.stringContaining("Colour"),
        path: "Resources/Bucket/Properties/Colour",
      },
    ]);
    expect(await runCfnLint(templates, { ...everything, ignore: ["E3002"] })).toEqual([]);
  });

  it("leaves out nothing that only .cfnlintrc.yaml does", async () => {
    const path = join(folder, "twice.json");
    const policy = { Bucket: { Ref: "Bucket" }, PolicyDocument: { Version: "2012-10-17", Statement: [] } };
    await writeFile(
      path,
      JSON.stringify({
        Resources: {
          Bucket: { Type: "AWS::S3::Bucket" },
          Policy: { Type: "AWS::S3::BucketPolicy", DependsOn: ["Bucket"], Properties: policy },
        },
      }),
    );

    expect(await runCfnLint([path], everything)).toEqual([expect.objectContaining({ rule: "W3005" })]);
  });

  it("fails when it cannot look", async () => {
    await expect(runCfnLint([join(folder, "missing.json")], everything)).rejects.toThrow(/missing\.json/);
    await expect(runCfnLint([], everything)).rejects.toThrow(/no template/);
  });
});
