import type { ShownEntry } from "@tapline/core/audit";
import { formatDay, formatTime } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AgentDetail } from "../../contracts/agents.ts";
import { Part } from "../../ui/part.tsx";

const words: Partial<Record<ShownEntry["action"], string>> = {
  "agent.token-created": "made a token",
  "agent.enrolled": "enrolled",
  "agent.renewed": "renewed its certificate",
  "agent.revoked": "revoked it",
  "agent.refused": "was turned away",
  "agent.quota-spent": "spent its quota of refused taps",
  "fleet.pinned": "pinned it",
  "fleet.unpinned": "took off its pin",
  "fleet.ring-set": "put it into another ring",
  "site.set": "moved it to another site",
  "gap.stated": "stated its day",
};

/** What was done to an agent and what it did, the last first, as the audit log has it. */
export function AgentActs({ acts, names }: Pick<AgentDetail, "acts" | "names">) {
  const zone = useTimeZone();
  return (
    <Part title="Last in the audit log">
      {acts.length === 0 ? <p className="text-ink-faint">Nothing yet.</p> : null}
      <ol className="space-y-2">
        {acts.map(({ id, action, actor, atEpochMs, reason }) => (
          <li key={id} className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3">
            <time
              dateTime={new Date(atEpochMs).toISOString()}
              title={new Date(atEpochMs).toISOString()}
              className="age text-xs leading-5 text-ink-faint"
            >
              {formatDay(atEpochMs, zone).replace(/^\w+,? /, "")}, {formatTime(atEpochMs, zone, false)}
            </time>
            <div className="min-w-0">
              {whoOf(actor, names)} {words[action] ?? action}
              {reason === null ? null : (
                <p className="mt-0.5 border-l-2 border-line pl-2 text-ink-soft [overflow-wrap:anywhere]">
                  {reason}
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function whoOf({ kind, id }: ShownEntry["actor"], names: AgentDetail["names"]): string {
  if (kind === "operator") return names[id] ?? id;
  return kind === "agent" ? "It" : `Job ${id}`;
}
