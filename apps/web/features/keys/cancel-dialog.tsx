"use client";

import { apiClient } from "../../client/api.ts";
import { askKeysAnew } from "../../client/use-keys.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";

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
  const cancel = async (reason: string) => {
    await apiClient.keys.cancel.mutate({ id, reason });
    onDone(`Cancelled: ${what}`);
  };
  return (
    <WhyDialog
      title="Cancel the request"
      does="Cancel the request"
      lookAt="what waits"
      askAnew={askKeysAnew}
      onAct={cancel}
      onClose={onClose}
    >
      <p className="text-sm [overflow-wrap:anywhere]">{what}</p>
      <p className="mt-2 text-sm text-ink-soft">
        It is not done, and waits no more. The ring stays as it is.
      </p>
    </WhyDialog>
  );
}
