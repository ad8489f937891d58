import { TaskTokens } from "../../../simulator/asl/tokens.ts";
import { machine, named, only, run, secondsOf, settle, start, tokenTask, world } from "./support.ts";

/** The tokens that functions were called with. */
function tokensOf(here: ReturnType<typeof world>): string[] {
  return here.calls.flatMap((call) => (call.taskToken === undefined ? [] : [call.taskToken]));
}

describe("a task with a token", () => {
  it("waits for the token's answer, which is the result as it is", async () => {
    const here = world({ Ask: () => "asked" });
    const execution = start(here, only(tokenTask("Ask")));
    await settle(here, 100);
    expect(execution.status).toBe("RUNNING");
    const [token = ""] = tokensOf(here);
    expect(here.calls[0]?.payload).toEqual({ token });
    here.tokens.succeedTask(token, { approved: true });
    await settle(here, 1);
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: { approved: true } });
  });

  it("fails with the error and the cause that the token's answer gives", async () => {
    const here = world({ Ask: () => null });
    const execution = start(here, only(tokenTask("Ask")));
    await settle(here, 1);
    here.tokens.failTask(tokensOf(here)[0] ?? "", "Rejected", "not tonight");
    await settle(here, 1);
    expect(execution).toMatchObject({ status: "FAILED", error: "Rejected", cause: "not tonight" });
  });

  it("may be answered before the call that carried the token has answered", async () => {
    const here = world({
      Ask: (_, call, clock) => {
        here.tokens.succeedTask(call.taskToken ?? "", "early");
        return clock.sleep(5_000).then(() => null);
      },
    });
    const execution = await run(here, only(tokenTask("Ask")));
    expect(execution.output).toBe("early");
    expect(secondsOf(here, "executionEnded")).toEqual([0]);
  });

  it("fails when the call itself fails, and its token is then closed", async () => {
    const here = world({ Ask: () => Promise.reject(named("Broken")) });
    expect((await run(here, only(tokenTask("Ask")))).error).toBe("Broken");
    expect(() => here.tokens.succeedTask(tokensOf(here)[0] ?? "", 1)).toThrow(
      expect.objectContaining({ name: "TaskTimedOut" }),
    );
  });

  it("times out by TimeoutSeconds, and is retried with a new token", async () => {
    const here = world({ Ask: () => null });
    const retry = [{ ErrorEquals: ["States.Timeout"], MaxAttempts: 1 }];
    const execution = start(here, only(tokenTask("Ask", { TimeoutSeconds: 60, Retry: retry })));
    await settle(here, 62);
    const [first = "", second = ""] = tokensOf(here);
    expect(second).not.toBe(first);
    expect(() => here.tokens.succeedTask(first, 1)).toThrow(expect.objectContaining({ name: "TaskTimedOut" }));
    here.tokens.succeedTask(second, "in time");
    await settle(here, 1);
    expect(execution.output).toBe("in time");
  });

  it("needs a heartbeat every HeartbeatSeconds", async () => {
    const here = world({ Ask: () => null });
    const state = tokenTask("Ask", { HeartbeatSeconds: 10, TimeoutSeconds: 500 });
    const execution = start(here, only(state));
    await settle(here, 8);
    here.tokens.heartbeat(tokensOf(here)[0] ?? "");
    await settle(here, 8);
    expect(execution.status).toBe("RUNNING");
    await settle(here, 8);
    expect(execution).toMatchObject({ status: "FAILED", error: "States.HeartbeatTimeout" });
    expect(secondsOf(here, "executionEnded")).toEqual([18]);
  });

  it("is closed when its execution ends", async () => {
    const here = world({ Ask: () => null });
    const definition = machine("Ask", { Ask: { ...tokenTask("Ask"), End: true } }, { TimeoutSeconds: 30 });
    expect((await run(here, definition)).status).toBe("TIMED_OUT");
    expect(() => here.tokens.heartbeat(tokensOf(here)[0] ?? "")).toThrow(
      expect.objectContaining({ name: "TaskTimedOut" }),
    );
  });
});

describe("a token answer is refused", () => {
  it.each([
    ["that is no token", "hello", "InvalidToken"],
    ["that no task has", new TaskTokens().mint("arn"), "TaskDoesNotExist"],
  ])("with a token %s", (_, token, name) => {
    const { tokens } = world();
    for (const answer of [
      () => tokens.succeedTask(token, 1),
      () => tokens.failTask(token, "E", ""),
      () => tokens.heartbeat(token),
    ]) {
      expect(answer).toThrow(expect.objectContaining({ name }));
    }
  });

  it("the second time", async () => {
    const here = world({ Ask: () => null });
    start(here, only(tokenTask("Ask")));
    await settle(here, 1);
    const [token = ""] = tokensOf(here);
    here.tokens.succeedTask(token, 1);
    expect(() => here.tokens.failTask(token, "E", "")).toThrow(expect.objectContaining({ name: "TaskTimedOut" }));
  });
});
