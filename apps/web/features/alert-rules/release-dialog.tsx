"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askRulesAnew } from "../../client/use-rules.ts";
import * as strings from "../../strings/generated/alert-rules/release-dialog.ts";
import { ChangeList } from "../../ui/change-list.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** Says what a release will change, and asks why and for the password; stays open where it is refused. */
export function ReleaseDialog({
  title,
  says,
  changes,
  does,
  onRelease,
  onClose,
}: {
  title: string;
  says: string;
  /** `undefined`: not known yet. */
  changes: readonly string[] | undefined;
  does: string;
  onRelease: (given: { reason: string; password: string }) => Promise<void>;
  onClose: () => void;
}) {
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askRulesAnew);
  const { password, run } = act;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || password === "") return;
    await run(async () => {
      await onRelease({ reason, password });
      onClose();
    });
  };
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">{strings.saysAlertsThatStandGo({ says })}</p>
      <ChangeList changes={changes} />
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <ActEnd {...{ act, why }} onWhy={setWhy} lookAt={strings.theRules}>
          {does}
        </ActEnd>
      </form>
    </Dialog>
  );
}
