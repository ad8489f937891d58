import { parseDefinition } from "../../simulator/asl/parse.ts";
import { refusals } from "./conformance/cases/refusals.ts";
import { MotoStage } from "./conformance/moto.ts";
import { describeWithServers } from "./environment.ts";
import { type MotoServer, startMoto } from "./servers.ts";

describeWithServers("The simulator's interpreter refuses what moto's refuses", () => {
  let server: MotoServer;
  let stage: MotoStage;

  beforeAll(async () => {
    server = await startMoto();
    stage = new MotoStage(server);
  });

  afterAll(() => server?.close());

  it.each(refusals.map((each, index) => ({ ...each, index })))("$title", async ({ definition, says, moto, index }) => {
    expect(() => parseDefinition(definition)).toThrow(says);
    const created = stage.create(`refused-${index}`, definition);
    // Where moto takes it, this fails when moto learns to refuse: say so in the case.
    if (moto === "takes it") await expect(created).resolves.toContain("stateMachine");
    else await expect(created).rejects.toThrow();
  });
});
