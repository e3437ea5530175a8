"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { askAgentsAnew } from "../../client/use-agents.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import * as strings from "../../strings/generated/agents/revoke-dialog.ts";
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
    <Dialog title={strings.revokeId({ id })} isOpen onClose={onClose}>
      <Effect standing={standing} />
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <ActEnd {...{ act, why }} onWhy={setWhy} lookAt={strings.theAgent}>
          {strings.revokeId({ id })}
        </ActEnd>
      </form>
    </Dialog>
  );
}

function Effect({ standing: { agent, readers } }: { standing: Standing }) {
  const { certificate, tokenEndsAtEpochMs, last } = agent;
  const certificates = certificate?.count ?? 0;
  const waiting = last?.report.outbox.taps ?? 0;
  return (
    <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
      <li>{strings.certificatesLetItInNoMore({ certificates })}</li>
      {tokenEndsAtEpochMs === null ? null : <li>{strings.theTokenThatWaitsFor}</li>}
      {last === null ? null : (
        <li>
          {strings.tapsWaitInOutbox({ waiting, span: formatSpan(serverNow() - last.seenAtEpochMs) })}{" "}
          {strings.whatStaysOnThatPc({ readers: readers.working + readers.silent })}
        </li>
      )}
      <li>{strings.undoneByEnrollingItAnew}</li>
    </ul>
  );
}
