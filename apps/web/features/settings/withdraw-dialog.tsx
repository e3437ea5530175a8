"use client";

import { apiClient } from "../../client/api.ts";
import { askAccountsAnew } from "../../client/use-accounts.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import type { InvitationView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/withdraw-dialog.ts";

/** Ends an invitation before somebody comes by it. */
export function WithdrawDialog({
  invitation: { id, name },
  onClose,
}: {
  invitation: InvitationView;
  onClose: () => void;
}) {
  const withdraw = async (reason: string) => {
    await apiClient.people.withdrawInvitation.mutate({ id, reason });
    onClose();
  };
  return (
    <WhyDialog
      title={strings.withdrawTheInvitationOfName({ name })}
      does={strings.withdraw}
      lookAt={strings.theList}
      askAnew={askAccountsAnew}
      onAct={withdraw}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">{strings.theLinkMakesNobodyAn}</p>
    </WhyDialog>
  );
}
