"use client";

import { apiClient } from "../../client/api.ts";
import { askKeysAnew } from "../../client/use-keys.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import * as strings from "../../strings/generated/keys/cancel-dialog.ts";

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
    onDone(strings.cancelledWhat({ what }));
  };
  return (
    <WhyDialog
      title={strings.cancelTheRequest}
      does={strings.cancelTheRequest}
      lookAt={strings.whatWaits}
      askAnew={askKeysAnew}
      onAct={cancel}
      onClose={onClose}
    >
      <p className="text-sm [overflow-wrap:anywhere]">{what}</p>
      <p className="mt-2 text-sm text-ink-soft">{strings.itIsNotDoneAnd}</p>
    </WhyDialog>
  );
}
