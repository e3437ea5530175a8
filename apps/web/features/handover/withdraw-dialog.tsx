"use client";

import { apiClient } from "../../client/api.ts";
import { askHandoverAnew } from "../../client/use-handover.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import type { HandoverView } from "../../contracts/handover.ts";

/** Takes a handover back that nobody has signed, and asks why. */
export function WithdrawDialog({ handover, onClose }: { handover: HandoverView; onClose: () => void }) {
  const withdraw = async (reason: string) => {
    await apiClient.handover.withdraw.mutate({ id: handover.id, reason });
    onClose();
  };
  return (
    <WhyDialog
      title="Withdraw the handover"
      does="Withdraw"
      lookAt="this page"
      askAnew={askHandoverAnew}
      onAct={withdraw}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">
        Nobody can sign it any more; it stays in the list, as withdrawn, with its note. A new one can be
        handed over at once.
      </p>
    </WhyDialog>
  );
}
