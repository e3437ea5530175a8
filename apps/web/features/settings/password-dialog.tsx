"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import type { YouView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/password-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { NewPasswordField, useNewPassword } from "../../ui/new-password-field.tsx";
import { PasswordField } from "../../ui/password-field.tsx";

/** Another password in place of the known one; whoever else is signed in by it is signed out. */
export function PasswordDialog({ you, onClose }: { you: YouView; onClose: () => void }) {
  const chosen = useNewPassword([you.email, you.name]);
  const [endsOthers, setEndsOthers] = useState(true);
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === "" || !chosen.isGood) return;
    await run(async () => {
      await askAuth("change-password", {
        ...{ currentPassword: password, newPassword: chosen.password, revokeOtherSessions: endsOthers },
      });
      onClose();
    });
  };
  return (
    <Dialog title={strings.changeYourPassword} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        {/* By it a password manager knows whose they are. */}
        <input type="hidden" autoComplete="username" value={you.email} readOnly />
        <PasswordField password={password} onPassword={setPassword} />
        <NewPasswordField {...chosen} />
        <label className="flex items-start gap-2 text-sm">
          <input
            type="checkbox"
            className="mt-0.5 size-4"
            checked={endsOthers}
            onChange={(event) => setEndsOthers(event.target.checked)}
          />
          {strings.signOutEverywhereElse}
        </label>
        <RefusedNotice error={error} lookAt={strings.yourSessions} />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay || !chosen.isGood}>
          {strings.changePassword}
        </Button>
      </form>
    </Dialog>
  );
}
