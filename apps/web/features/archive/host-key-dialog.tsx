"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import type { TargetView } from "../../contracts/archive.ts";
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
    <Dialog title={`Host key of ${name}`} isOpen onClose={onClose}>
      <div className="space-y-4">
        {repin.isAsked ? (
          <AskedOutcome task={repin.task} />
        ) : look.isAsked ? (
          <>
            <AskedOutcome task={look.task} />
            {look.task?.state === "done" ? (
              <p className="text-xs text-ink-faint">In particular: the keys that are believed now.</p>
            ) : null}
          </>
        ) : (
          <>
            <p className="text-sm text-ink-soft">
              A worker connects to the server of {name} as far as it takes to see its key. Nobody signs in.
            </p>
            <RefusedNotice error={look.error} lookAt="what was asked of the workers" />
            <Button
              kind="primary"
              className="w-full"
              disabled={look.isUnderWay}
              onClick={() => void look.ask(() => apiClient.archive.lookAtHostKey.mutate({ target: name }))}
            >
              Look at the key it shows now
            </Button>
          </>
        )}
        {isOther && !repin.isAsked ? (
          <form onSubmit={submit} className="space-y-4">
            <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
              <li>
                Believe it only if the server's administrator has named this very key, by another way than
                this line: whoever stands in the server's place would get the archive.
              </li>
              <li>
                The newest key of before stays believed beside it, so that workers can be restarted one by
                one.
              </li>
              <li>
                Where the plan of archives is a file, the worker that has it rewrites it; else it says what to
                set.
              </li>
            </ul>
            <ActEnd act={repin} why={why} onWhy={setWhy} lookAt="what was asked of the workers">
              Believe this key
            </ActEnd>
          </form>
        ) : null}
      </div>
    </Dialog>
  );
}
