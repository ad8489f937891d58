import { startMinistack as startServer } from "../../integration/servers.ts";
import type { Backend } from "../backend.ts";
import { actAs, createMachineRole, createStranger } from "./iam.ts";
import { createServerBackend } from "./server.ts";

/** ministack with IAM's policies in force; it has no limit on how often it may be asked. */
export async function startMinistack(): Promise<Backend> {
  const server = await startServer({ permissions: "enforced" });
  await createMachineRole(server.url);
  const stranger = await createStranger(server.url);
  return createServerBackend("ministack", server, async (reason, act, asEver) => {
    switch (reason) {
      case "deny":
        return actAs(stranger, act);
      case "throttle":
        return act(asEver);
    }
  });
}
