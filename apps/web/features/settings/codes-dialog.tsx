"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import * as strings from "../../strings/generated/settings/codes-dialog.ts";
import { BackupCodes } from "../../ui/backup-codes.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/password-field.tsx";

/** Backup codes in place of those that were given before. */
export function CodesDialog({ onClose }: { onClose: () => void }) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password === "") return;
    await run(async () => {
      const made = await askAuth("two-factor/generate-backup-codes", { password });
      setCodes((made as { backupCodes: string[] }).backupCodes);
    });
  };
  return (
    <Dialog title={strings.newBackupCodes} isOpen onClose={onClose}>
      {codes === null ? (
        <form onSubmit={(event) => void submit(event)} className="space-y-4">
          <p className="text-sm text-ink-soft">{strings.thoseThatYouHaveSign}</p>
          <PasswordField password={password} onPassword={setPassword} />
          <RefusedNotice error={error} lookAt={strings.yourAccount} />
          <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
            {strings.makeNewCodes}
          </Button>
        </form>
      ) : (
        <div className="space-y-4 text-sm">
          <BackupCodes codes={codes} />
          <Button kind="primary" className="w-full" onClick={onClose}>
            {strings.iHaveKeptThem}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
