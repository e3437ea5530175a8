"use client";

import { type FormEvent, useId, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askHandoverAnew } from "../../client/use-handover.ts";
import { type HandoverView, mostNote } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/sign-dialog.ts";
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
    <Dialog title={strings.takeOverFromWho({ who })} isOpen onClose={onClose}>
      <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
        <li>{strings.youSayThatYouHave}</li>
        <li>{strings.changedSinceSubmitted({ changed })}</li>
        <li>{strings.theRecordIsKeptAs}</li>
      </ul>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <div>
          <label htmlFor={fieldId} className="mb-1.5 block text-sm font-medium">
            {strings.whatYouAddIfAnything}
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
        <RefusedNotice error={error} lookAt={strings.thisPage} />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          {strings.takeOver}
        </Button>
      </form>
    </Dialog>
  );
}
