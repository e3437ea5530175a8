"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { browserLabel } from "../../client/browser-label.ts";
import { makePasskey } from "../../client/passkeys.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { PasswordField } from "../../ui/password-field.tsx";

/** Has the browser make a passkey, by the password. */
export function AddPasskeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState(() => browserLabel(navigator.userAgent));
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "" || password === "") return;
    await run(async () => {
      const response = await makePasskey(await askAuth("passkey/offer", { password }));
      await askAuth("passkey/add", { name: name.trim(), response });
      onClose();
    });
  };
  return (
    <Dialog title="Add a passkey" isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <p className="text-sm text-ink-soft">
          Your browser asks where it is to lie, and has you unlock it. It works at {window.location.hostname}{" "}
          alone; the password stays.
        </p>
        <Field
          label="Name"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <PasswordField password={password} onPassword={setPassword} />
        <RefusedNotice error={error} lookAt="your passkeys" />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          {isUnderWay ? "Waiting for the browser…" : "Add a passkey"}
        </Button>
      </form>
    </Dialog>
  );
}
