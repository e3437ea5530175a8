import type { ShownEntry } from "@tapline/core/audit";
import { LastActs } from "../../client/last-acts.tsx";
import type { AgentDetail } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/agent-acts.ts";

const words: Partial<Record<ShownEntry["action"], string>> = {
  "agent.token-created": strings.madeAToken,
  "agent.enrolled": "enrolled",
  "agent.renewed": strings.renewedItsCertificate,
  "agent.revoked": strings.revokedIt,
  "agent.refused": strings.wasTurnedAway,
  "agent.log-asked": strings.askedForItsLog,
  "agent.quota-spent": strings.spentItsQuotaOfRefused,
  "fleet.pinned": strings.pinnedIt,
  "fleet.unpinned": strings.tookOffItsPin,
  "fleet.ring-set": strings.putItIntoAnotherRing,
  "site.set": strings.movedItToAnotherSite,
  "gap.stated": strings.statedItsDay,
};

/** What was done to an agent and what it did, the last first, as the audit log has it. */
export function AgentActs({ acts, names }: Pick<AgentDetail, "acts" | "names">) {
  return <LastActs {...{ acts, names, words }} />;
}
