"use client";

import { useState } from "react";
import { apiClient } from "../../client/api.ts";
import { askAgentLogsAnew } from "../../client/use-agents.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import * as strings from "../../strings/generated/agents/log-dialog.ts";
import { Choice } from "../../ui/choice.tsx";
import type { Standing } from "./agent-standing.ts";

const counts = [50, 200, 500].map((value) => ({ value, label: strings.valueLines({ value }) }));

/** Asks an agent for the last lines of its log; says beforehand what comes of it. */
export function LogDialog({ standing, onClose }: { standing: Standing; onClose: () => void }) {
  const { id } = standing.agent;
  const [lines, setLines] = useState(200);
  return (
    <WhyDialog
      title={strings.theLogOfId({ id })}
      does={strings.askForIt}
      lookAt={strings.theAgent}
      askAnew={askAgentLogsAnew}
      onAct={async (reason) => {
        await apiClient.agentLog.ask.mutate({ id, lines, reason });
        onClose();
      }}
      onClose={onClose}
    >
      <p className="mb-4 text-sm text-ink-soft">
        {strings.itSendsItsLastLines}
        {standing.state === "online" ? "" : strings.itIsNotOnlineIt}
      </p>
      <Choice legend={strings.howMany} name="lines" options={counts} value={lines} onChange={setLines} />
    </WhyDialog>
  );
}
