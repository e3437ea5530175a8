"use client";

import { type FormEvent, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { askAccountsAnew } from "../../client/use-accounts.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import type { InvitationView } from "../../contracts/people.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { WhyField } from "../../ui/why-field.tsx";

/** Ends an invitation before somebody comes by it. */
export function WithdrawDialog({
  invitation: { id, name },
  onClose,
}: {
  invitation: InvitationView;
  onClose: () => void;
}) {
  const [why, setWhy] = useState("");
  const { error, isUnderWay, run } = useGuardedAct(askAccountsAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "") return;
    await run(async () => {
      await apiClient.people.withdrawInvitation.mutate({ id, reason });
      onClose();
    });
  };
  return (
    <Dialog title={`Withdraw the invitation of ${name}`} isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">
        The link makes nobody an account any more. Another one can be made.
      </p>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <WhyField why={why} onWhy={setWhy} />
        <RefusedNotice error={error} lookAt="the list" />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          Withdraw
        </Button>
      </form>
    </Dialog>
  );
}
