"use client";

import { useState } from "react";
import { apiClient } from "../../client/api.ts";
import { askAgentLogsAnew } from "../../client/use-agents.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import { Choice } from "../../ui/choice.tsx";
import type { Standing } from "./agent-standing.ts";

const counts = [50, 200, 500].map((value) => ({ value, label: `${value} lines` }));

/** Asks an agent for the last lines of its log; says beforehand what comes of it. */
export function LogDialog({ standing, onClose }: { standing: Standing; onClose: () => void }) {
  const { id } = standing.agent;
  const [lines, setLines] = useState(200);
  return (
    <WhyDialog
      title={`The log of ${id}`}
      does="Ask for it"
      lookAt="the agent"
      askAnew={askAgentLogsAnew}
      onAct={async (reason) => {
        await apiClient.agentLog.ask.mutate({ id, lines, reason });
        onClose();
      }}
      onClose={onClose}
    >
      <p className="mb-4 text-sm text-ink-soft">
        It sends its last lines by its own link to the door, 64 KiB of them at most. Operators can read them
        here for an hour. That you asked stands in the audit log, and in its own.
        {standing.state === "online" ? "" : " It is not online: it is asked if it comes within 5 min."}
      </p>
      <Choice legend="How many" name="lines" options={counts} value={lines} onChange={setLines} />
    </WhyDialog>
  );
}
