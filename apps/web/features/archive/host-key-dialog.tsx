"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import type { TargetView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/host-key-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { AskedOutcome } from "./asked-outcome.tsx";
import { useAsked } from "./use-asked.ts";

/** Shows which host key an archive's server shows now beside those that are believed, and has it believed. */
export function HostKeyDialog({
  target: { name },
  onClose,
}: {
  target: Pick<TargetView, "name">;
  onClose: () => void;
}) {
  const [why, setWhy] = useState("");
  const [look, repin] = [useAsked(), useAsked()];
  const { offered } = look.task?.outcome?.facts ?? {};
  const believed = look.task?.outcome?.list ?? [];
  const isOther = look.task?.state === "done" && typeof offered === "string" && !believed.includes(offered);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || repin.password === "" || typeof offered !== "string") return;
    const { password } = repin;
    void repin.ask(() => apiClient.archive.repin.mutate({ target: name, offered, reason, password }));
  };
  return (
    <Dialog title={strings.hostKeyOfName({ name })} isOpen onClose={onClose}>
      <div className="space-y-4">
        {repin.isAsked ? (
          <AskedOutcome task={repin.task} />
        ) : look.isAsked ? (
          <>
            <AskedOutcome task={look.task} />
            {look.task?.state === "done" ? (
              <p className="text-xs text-ink-faint">{strings.inParticularTheKeysThat}</p>
            ) : null}
          </>
        ) : (
          <>
            <p className="text-sm text-ink-soft">{strings.aWorkerConnectsToThe({ name })}</p>
            <RefusedNotice error={look.error} lookAt={strings.whatWasAskedOfThe} />
            <Button
              kind="primary"
              className="w-full"
              disabled={look.isUnderWay}
              onClick={() => void look.ask(() => apiClient.archive.lookAtHostKey.mutate({ target: name }))}
            >
              {strings.lookAtTheKeyIt}
            </Button>
          </>
        )}
        {isOther && !repin.isAsked ? (
          <form onSubmit={submit} className="space-y-4">
            <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
              <li>{strings.believeItOnlyIfThe}</li>
              <li>{strings.theNewestKeyOfBefore}</li>
              <li>{strings.whereThePlanOfArchives}</li>
            </ul>
            <ActEnd act={repin} why={why} onWhy={setWhy} lookAt={strings.whatWasAskedOfThe}>
              {strings.believeThisKey}
            </ActEnd>
          </form>
        ) : null}
      </div>
    </Dialog>
  );
}
