"use client";

import { type FormEvent, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askKeysAnew } from "../../client/use-keys.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { WhyField } from "../../ui/why-field.tsx";

/** Ends what waits for a second person; the ring stays as it is. */
export function CancelDialog({
  request: { id, what },
  onDone,
  onClose,
}: {
  request: { id: string; what: string };
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const [why, setWhy] = useState("");
  const { error, isUnderWay, run } = useGuardedAct(askKeysAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "") return;
    await run(async () => {
      await apiClient.keys.cancel.mutate({ id, reason });
      onDone(`Cancelled: ${what}`);
    });
  };
  return (
    <Dialog title="Cancel the request" isOpen onClose={onClose}>
      <p className="text-sm [overflow-wrap:anywhere]">{what}</p>
      <p className="mt-2 text-sm text-ink-soft">
        It is not done, and waits no more. The ring stays as it is.
      </p>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <WhyField why={why} onWhy={setWhy} />
        <RefusedNotice error={error} lookAt="what waits" />
        <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
          Cancel the request
        </Button>
      </form>
    </Dialog>
  );
}
