"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
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
    <Dialog title="Change your name" isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <Field
          label="Name"
          autoComplete="name"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <p className="text-sm text-ink-soft">
          Others see it beside what you do; the audit log holds your id alone.
        </p>
        <RefusedNotice error={error} lookAt="your account" />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          Change name
        </Button>
      </form>
    </Dialog>
  );
}
