"use client";

import type { FormEvent } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import type { PasskeyView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/remove-passkey-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/password-field.tsx";

/** Takes a passkey away, by the password. */
export function RemovePasskeyDialog({ passkey, onClose }: { passkey: PasskeyView; onClose: () => void }) {
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === "") return;
    await run(async () => {
      await askAuth("passkey/remove", { id: passkey.id, password });
      onClose();
    });
  };
  return (
    <Dialog title={strings.removeThePasskeyName({ name: passkey.name })} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <p className="text-sm text-ink-soft">{strings.itSignsYouInNo}</p>
        <PasswordField password={password} onPassword={setPassword} />
        <RefusedNotice error={error} lookAt={strings.yourPasskeys} />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          {strings.remove}
        </Button>
      </form>
    </Dialog>
  );
}
