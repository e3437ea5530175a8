"use client";

import type { FormEvent } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import * as strings from "../../strings/generated/settings/disable-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/password-field.tsx";

/** Switches the second factor off, by the password. */
export function DisableDialog({ onClose }: { onClose: () => void }) {
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === "") return;
    await run(async () => {
      await askAuth("two-factor/disable", { password });
      onClose();
    });
  };
  return (
    <Dialog title={strings.switchOffTheSecondFactor} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <p className="text-sm text-ink-soft">{strings.thePasswordAloneSignsYou}</p>
        <PasswordField password={password} onPassword={setPassword} />
        <RefusedNotice error={error} lookAt={strings.yourAccount} />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          {strings.switchOff}
        </Button>
      </form>
    </Dialog>
  );
}
