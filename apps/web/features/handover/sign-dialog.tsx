"use client";

import { type FormEvent, useId, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askHandoverAnew } from "../../client/use-handover.ts";
import { type HandoverView, mostNote } from "../../contracts/handover.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/password-field.tsx";

/** Says what taking over means, and asks for the password as a signature. */
export function SignDialog({
  handover,
  who,
  changed,
  onClose,
}: {
  handover: HandoverView;
  who: string;
  changed: number;
  onClose: () => void;
}) {
  const fieldId = useId();
  const [note, setNote] = useState("");
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askHandoverAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === "") return;
    await run(async () => {
      await apiClient.handover.sign.mutate({ id: handover.id, note: note.trim() || null, password });
      onClose();
    });
  };
  return (
    <Dialog title={`Take over from ${who}`} isOpen onClose={onClose}>
      <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
        <li>You say that you have read what is handed over, and take the shift from now on.</li>
        <li>
          {changed === 0
            ? "Nothing has changed since it was submitted."
            : `${changed === 1 ? "One thing has" : `${changed} things have`} changed since it was submitted: kept with it, as everything stands now.`}
        </li>
        <li>The record is kept as it is from then on; nothing undoes it.</li>
      </ul>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <div>
          <label htmlFor={fieldId} className="mb-1.5 block text-sm font-medium">
            What you add, if anything
          </label>
          <textarea
            // React would focus it before the dialog opens, and the dialog would then choose for itself.
            ref={(field) => field?.setAttribute("autofocus", "")}
            id={fieldId}
            rows={2}
            maxLength={mostNote}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 text-sm"
          />
        </div>
        <PasswordField password={password} onPassword={setPassword} />
        <RefusedNotice error={error} lookAt="this page" />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          Take over
        </Button>
      </form>
    </Dialog>
  );
}
