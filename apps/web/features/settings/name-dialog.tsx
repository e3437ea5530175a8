"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import * as strings from "../../strings/generated/settings/name-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";

/** Another name for oneself, as others see it beside what one does. */
export function NameDialog({ name: known, onClose }: { name: string; onClose: () => void }) {
  const [name, setName] = useState(known);
  const { error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    await run(async () => {
      await askAuth("update-user", { name: name.trim() });
      onClose();
    });
  };
  return (
    <Dialog title={strings.changeYourName} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <Field
          label={strings.name}
          autoComplete="name"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <p className="text-sm text-ink-soft">{strings.othersSeeItBesideWhat}</p>
        <RefusedNotice error={error} lookAt={strings.yourAccount} />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          {strings.changeName}
        </Button>
      </form>
    </Dialog>
  );
}
