"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { reasonWords } from "../../client/reason-labels.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import * as strings from "../../strings/generated/archive/replay-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { AskedOutcome } from "./asked-outcome.tsx";
import { useAsked } from "./use-asked.ts";
import type { RefusedView } from "./view.ts";

/** Looks at what a replay of the refused taps of this view would do, and does it. */
export function ReplayDialog({
  view: { reason, agent, site },
  onClose,
}: {
  view: Pick<RefusedView, "reason" | "agent" | "site">;
  onClose: () => void;
}) {
  const filter = { reason, agent, site };
  const [why, setWhy] = useState("");
  const [preview, replay] = [useAsked(), useAsked()];
  const passing = preview.task?.outcome?.facts.passing;
  const isPreviewed = preview.task?.state === "done" && typeof passing === "number";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const previewId = preview.task?.id;
    if (why.trim() === "" || previewId === undefined) return;
    void replay.ask(() =>
      apiClient.archive.replay.mutate({ filter, preview: previewId, reason: why.trim() }),
    );
  };
  return (
    <Dialog title={strings.replayRefusedTaps} isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">{wordsOf(filter)}</p>
      <div className="mt-4 space-y-4">
        {replay.isAsked ? (
          <AskedOutcome task={replay.task} />
        ) : preview.isAsked ? (
          <AskedOutcome task={preview.task} />
        ) : (
          <>
            <RefusedNotice error={preview.error} lookAt={strings.whatWasAskedOfThe} />
            <Button
              kind="primary"
              className="w-full"
              disabled={preview.isUnderWay}
              onClick={() => void preview.ask(() => apiClient.archive.previewReplay.mutate({ filter }))}
            >
              {strings.lookAtWhatItWould}
            </Button>
          </>
        )}
        {isPreviewed && passing > 0 && !replay.isAsked ? (
          <form onSubmit={submit} className="space-y-4">
            <p className="text-sm text-ink-soft">{strings.theyGoTheWayOf}</p>
            <ActEnd
              act={replay}
              why={why}
              onWhy={setWhy}
              asksPassword={false}
              lookAt={strings.whatWasAskedOfThe}
            >
              {strings.replayTaps({ passing })}
            </ActEnd>
          </form>
        ) : null}
      </div>
    </Dialog>
  );
}

function wordsOf({ reason, agent, site }: Pick<RefusedView, "reason" | "agent" | "site">): string {
  const parts = [
    reason === null ? "" : strings.forReason({ reason: reasonWords(reason) }),
    agent === null ? "" : strings.ofAgentAgent({ agent }),
    site === null ? "" : strings.atSiteSite({ site }),
  ].join("");
  return strings.ofTheTapsThatWere({ parts });
}
