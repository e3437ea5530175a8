import type { AgentView } from "../contracts/agents.ts";

/** How an agent stands, as far as it was heard of. */
export const agentStates = ["online", "offline", "never-seen", "revoked"] as const;

export type AgentState = (typeof agentStates)[number];

/** How it stands by the server's clock of now. */
export function stateOf({ revokedAtEpochMs, last }: AgentView, nowEpochMs: number): AgentState {
  if (revokedAtEpochMs !== null) return "revoked";
  if (last === null) return "never-seen";
  // Who was heard in what is the future by now was heard before the clock was put back.
  return Math.abs(nowEpochMs - last.seenAtEpochMs) <= last.heardWithinMs ? "online" : "offline";
}
