"use client";

import { apiClient } from "../../client/api.ts";
import { askHandoverAnew } from "../../client/use-handover.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import type { HandoverView } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/withdraw-dialog.ts";

/** Takes a handover back that nobody has signed, and asks why. */
export function WithdrawDialog({ handover, onClose }: { handover: HandoverView; onClose: () => void }) {
  const withdraw = async (reason: string) => {
    await apiClient.handover.withdraw.mutate({ id: handover.id, reason });
    onClose();
  };
  return (
    <WhyDialog
      title={strings.withdrawTheHandover}
      does={strings.withdraw}
      lookAt={strings.thisPage}
      askAnew={askHandoverAnew}
      onAct={withdraw}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">{strings.nobodyCanSignItAny}</p>
    </WhyDialog>
  );
}
