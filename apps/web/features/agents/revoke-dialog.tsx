"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { askAgentsAnew } from "../../client/use-agents.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { Dialog } from "../../ui/dialog.tsx";
import type { Standing } from "./agent-standing.ts";

/** Says what revoking an agent will do, and asks why and for the password; stays open where it is refused. */
export function RevokeDialog({ standing, onClose }: { standing: Standing; onClose: () => void }) {
  const { id } = standing.agent;
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askAgentsAnew);
  const { password, run } = act;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || password === "") return;
    await run(async () => {
      // It is listed: so what is done is done also where its certificate was made by hand.
      await apiClient.agent.revoke.mutate({ id, reason, password, unlisted: true });
      onClose();
    });
  };
  return (
    <Dialog title={`Revoke ${id}`} isOpen onClose={onClose}>
      <Effect standing={standing} />
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <ActEnd {...{ act, why }} onWhy={setWhy} lookAt="the agent">
          Revoke {id}
        </ActEnd>
      </form>
    </Dialog>
  );
}

function Effect({ standing: { agent, readers } }: { standing: Standing }) {
  const { certificate, tokenEndsAtEpochMs, last } = agent;
  const certificates = certificate?.count ?? 0;
  const waiting = last?.report.outbox.taps ?? 0;
  const readerCount = readers.working + readers.silent;
  return (
    <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
      <li>
        {certificates === 0
          ? "No certificate lets it in any more"
          : `Its ${certificates === 1 ? "certificate lets" : `${certificates} certificates let`} it in no more`}
        , from within seconds on.
      </li>
      {tokenEndsAtEpochMs === null ? null : <li>The token that waits for its use ends.</li>}
      {last === null ? null : (
        <li>
          {waiting === 0 ? "No tap waits" : `${formatCount(waiting)} taps wait`} in its outbox, as it said{" "}
          {formatSpan(serverNow() - last.seenAtEpochMs)} ago. What waits, and what is still tapped at its{" "}
          {readerCount === 1 ? "reader" : `${readerCount} readers`}, stays on that PC and is not archived
          until it is enrolled anew.
        </li>
      )}
      <li>Undone by enrolling it anew, at the PC, with a new token.</li>
    </ul>
  );
}
