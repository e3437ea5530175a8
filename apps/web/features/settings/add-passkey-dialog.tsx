"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { browserLabel } from "../../client/browser-label.ts";
import { makePasskey } from "../../client/passkeys.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import * as strings from "../../strings/generated/settings/add-passkey-dialog.ts";
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
    <Dialog title={strings.addAPasskey} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <p className="text-sm text-ink-soft">
          {strings.yourBrowserAsksWhereIt({ hostname: window.location.hostname })}
        </p>
        <Field
          label={strings.name}
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <PasswordField password={password} onPassword={setPassword} />
        <RefusedNotice error={error} lookAt={strings.yourPasskeys} />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          {isUnderWay ? strings.waitingForTheBrowser : strings.addAPasskey}
        </Button>
      </form>
    </Dialog>
  );
}
