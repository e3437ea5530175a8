"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askRulesAnew } from "../../client/use-rules.ts";
import * as strings from "../../strings/generated/alert-rules/release-dialog.ts";
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
      <Changes changes={changes} />
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <ActEnd {...{ act, why }} onWhy={setWhy} lookAt={strings.theRules}>
          {does}
        </ActEnd>
      </form>
    </Dialog>
  );
}

/** What changes, line by line. */
export function Changes({ changes }: { changes: readonly string[] | undefined }) {
  if (changes === undefined)
    return <p className="mt-2 text-sm text-ink-soft">{strings.whatChangesIsBeingLooked}</p>;
  if (changes.length === 0) return <p className="mt-2 text-sm text-ink-soft">{strings.nothingChanges}</p>;
  return (
    <ul
      aria-label={strings.whatChanges}
      className="mt-2 max-h-48 space-y-1 overflow-y-auto font-mono text-xs"
    >
      {changes.map((line) => (
        <li key={line} className="[overflow-wrap:anywhere]">
          {line}
        </li>
      ))}
    </ul>
  );
}
