import type { ProbeResult } from "../shared/clients.ts";
import type { Dependencies } from "../shared/dependencies.ts";
import { regionNamed } from "../shared/plan/plan.ts";
import type { Vote } from "./observation.ts";

/** A customer gives up after a few seconds; Route 53's own checkers allow 4 s to connect and 2 s to answer. */
export const probeTimeoutMs = 4_000;

/** What one probe says, as a vote. */
export interface Look {
  readonly vote: Vote;
  readonly servedBy: string | null;
  readonly reason: string;
}

/** Asks one Region's own endpoint as a customer would. */
export async function probeRegion(deps: Dependencies, url: string): Promise<Look> {
  return judgeProbe(await ask(deps, url, "GET"));
}

/**
 * Asks the public name as a customer would, wherever DNS sends this vantage, or at an address. `servedBy` is a Region of the
 * plan, or null where the answer names none in that very form (FM63).
 */
export async function probePublicName(
  deps: Dependencies,
  to: { readonly address?: string; readonly timeoutMs?: number } = {},
): Promise<Look> {
  const look = judgeProbe(await ask(deps, deps.plan.traffic.url, "GET", to));
  return { ...look, servedBy: regionNamed(deps.plan, look.servedBy) };
}

/** Writes as a customer would; "passing" when the plan names no endpoint to write to. */
export async function probeWrite(deps: Dependencies): Promise<Look> {
  const url = deps.plan.recovery.writeProbeUrl;
  if (url === null) return { vote: "passing", servedBy: null, reason: "the plan names no write probe" };
  return judgeProbe(await ask(deps, url, "POST"));
}

function ask(
  deps: Dependencies,
  url: string,
  method: "GET" | "POST",
  to: { readonly address?: string; readonly timeoutMs?: number } = {},
): Promise<ProbeResult> {
  const { servedByHeader } = deps.plan.traffic;
  return deps.http.probe({ url, method, timeoutMs: probeTimeoutMs, servedByHeader, ...to });
}

/** 2xx and 3xx pass, as for Route 53's checkers; everything else fails: what a customer cannot use is not up. */
function judgeProbe(result: ProbeResult): Look {
  switch (result.kind) {
    case "failed":
      return { vote: "failing", servedBy: null, reason: result.reason };
    case "served": {
      const passes = result.status >= 200 && result.status < 400;
      return { vote: passes ? "passing" : "failing", servedBy: result.servedBy, reason: `HTTP ${result.status}` };
    }
  }
}
