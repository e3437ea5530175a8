import type { ShownEntry } from "@tapline/core/audit";
import { LastActs } from "../../client/last-acts.tsx";
import type { AgentDetail } from "../../contracts/agents.ts";

const words: Partial<Record<ShownEntry["action"], string>> = {
  "agent.token-created": "made a token",
  "agent.enrolled": "enrolled",
  "agent.renewed": "renewed its certificate",
  "agent.revoked": "revoked it",
  "agent.refused": "was turned away",
  "agent.log-asked": "asked for its log",
  "agent.quota-spent": "spent its quota of refused taps",
  "fleet.pinned": "pinned it",
  "fleet.unpinned": "took off its pin",
  "fleet.ring-set": "put it into another ring",
  "site.set": "moved it to another site",
  "gap.stated": "stated its day",
};

/** What was done to an agent and what it did, the last first, as the audit log has it. */
export function AgentActs({ acts, names }: Pick<AgentDetail, "acts" | "names">) {
  return <LastActs {...{ acts, names, words }} />;
}
