import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { failoverCases } from "./conformance/cases/failover.ts";
import { MotoStage } from "./conformance/moto.ts";
import { conformanceTests } from "./conformance/suite.ts";
import { describeWithServers, projectRoot } from "./environment.ts";
import { type MotoServer, startMoto } from "./servers.ts";

describeWithServers("The failover machine does on moto what it does in the simulator", () => {
  conformanceTests(failoverCases);
});

describeWithServers("Every definition can be created", () => {
  let server: MotoServer;

  beforeAll(async () => {
    server = await startMoto();
  });

  afterAll(() => server?.close());

  it.each(globSync("statemachines/*.asl.json", { cwd: projectRoot }))("%s", async (path) => {
    const definition = JSON.parse(readFileSync(`${projectRoot}/${path}`, "utf8"));
    const name = basename(path, ".asl.json");
    expect(await new MotoStage(server).create(name, definition)).toMatch(new RegExp(`:stateMachine:${name}$`));
  });
});
