"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatCount } from "../../client/format.ts";
import { reasonWords } from "../../client/reason-labels.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
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
    <Dialog title="Replay refused taps" isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">{wordsOf(filter)}</p>
      <div className="mt-4 space-y-4">
        {replay.isAsked ? (
          <AskedOutcome task={replay.task} />
        ) : preview.isAsked ? (
          <AskedOutcome task={preview.task} />
        ) : (
          <>
            <RefusedNotice error={preview.error} lookAt="what was asked of the workers" />
            <Button
              kind="primary"
              className="w-full"
              disabled={preview.isUnderWay}
              onClick={() => void preview.ask(() => apiClient.archive.previewReplay.mutate({ filter }))}
            >
              Look at what it would do
            </Button>
          </>
        )}
        {isPreviewed && passing > 0 && !replay.isAsked ? (
          <form onSubmit={submit} className="space-y-4">
            <p className="text-sm text-ink-soft">
              They go the way of every tap, under the numbers that their agents gave them, and stand in the
              archive as archived late. It cannot be undone.
            </p>
            <ActEnd
              act={replay}
              why={why}
              onWhy={setWhy}
              asksPassword={false}
              lookAt="what was asked of the workers"
            >
              Replay {formatCount(passing)} {passing === 1 ? "tap" : "taps"}
            </ActEnd>
          </form>
        ) : null}
      </div>
    </Dialog>
  );
}

function wordsOf({ reason, agent, site }: Pick<RefusedView, "reason" | "agent" | "site">): string {
  const parts = [
    reason === null ? "" : ` for “${reasonWords(reason)}”`,
    agent === null ? "" : ` of agent ${agent}`,
    site === null ? "" : ` at site ${site}`,
  ].join("");
  return `Of the taps that were refused${parts}, those that pass by the rules and the registry of today go into the buffer again.`;
}
