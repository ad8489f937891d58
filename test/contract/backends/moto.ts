import { startMoto as startServer } from "../../integration/servers.ts";
import type { Backend } from "../backend.ts";
import { actAs, createMachineRole, createStranger } from "./iam.ts";
import { createServerBackend } from "./server.ts";

/** moto; IAM's policies count while it is told so, and it has no limit on how often it may be asked. */
export async function startMoto(): Promise<Backend> {
  const server = await startServer();
  await createMachineRole(server.url);
  const stranger = await createStranger(server.url);

  /** The number of calls that nobody's permission is asked for. */
  async function checkPermissionsAfter(calls: number | "inf"): Promise<void> {
    const answer = await fetch(`${server.url}/moto-api/reset-auth`, { method: "POST", body: String(calls) });
    if (!answer.ok) throw new Error(`moto did not take ${calls} calls: ${answer.status} ${await answer.text()}`);
  }

  return createServerBackend("moto", server, async (reason, act, asEver) => {
    switch (reason) {
      case "deny":
        await checkPermissionsAfter(0);
        try {
          await actAs(stranger, act);
        } finally {
          await checkPermissionsAfter("inf");
        }
        return;
      case "throttle":
        return act(asEver);
    }
  });
}
