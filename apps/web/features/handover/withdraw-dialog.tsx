"use client";

import { type FormEvent, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askHandoverAnew } from "../../client/use-handover.ts";
import type { HandoverView } from "../../contracts/handover.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { WhyField } from "../../ui/why-field.tsx";

/** Takes a handover back that nobody has signed, and asks why. */
export function WithdrawDialog({ handover, onClose }: { handover: HandoverView; onClose: () => void }) {
  const [why, setWhy] = useState("");
  const { error, isUnderWay, run } = useGuardedAct(askHandoverAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "") return;
    await run(async () => {
      await apiClient.handover.withdraw.mutate({ id: handover.id, reason });
      onClose();
    });
  };
  return (
    <Dialog title="Withdraw the handover" isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">
        Nobody can sign it any more; it stays in the list, as withdrawn, with its note. A new one can be
        handed over at once.
      </p>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <WhyField why={why} onWhy={setWhy} />
        <RefusedNotice error={error} lookAt="this page" />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          Withdraw
        </Button>
      </form>
    </Dialog>
  );
}
