"use client";

import { useState } from "react";
import { serverNow } from "../../client/server-clock.ts";
import { useAskedTask, useAskedTasks } from "../../client/use-archive.ts";
import type { AskedView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/asked-list.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { ago } from "./archive-words.ts";
import { AskedOutcome } from "./asked-outcome.tsx";

const kindNames: Record<AskedView["kind"], string> = {
  retry: strings.tryAgain,
  verify: strings.verify,
  "preview-restore": strings.previewOfARestore,
  "preview-replay": strings.previewOfAReplay,
  replay: strings.replay,
  "look-at-host-key": strings.lookAtTheHostKey,
  repin: strings.believeAHostKey,
};
const stateNames: Record<AskedView["state"], string> = {
  ...{ asked: strings.waitsForAWorker, "under-way": strings.underWay, done: "done", failed: strings.notDone },
};
const mostShown = 3;

/** What anybody asked of the workers lately, and what came of it. */
export function AskedList() {
  const tasks = useAskedTasks();
  const [open, setOpen] = useState<string | null>(null);
  if (tasks === undefined || tasks.length === 0) return null;
  const nowEpochMs = serverNow();
  return (
    <Card aria-label={strings.askedOfTheWorkers} className="mb-3 px-4 py-2.5 text-sm">
      <h2 className="font-medium text-ink-soft">{strings.askedOfTheWorkers}</h2>
      <ul className="mt-1 space-y-0.5">
        {tasks.slice(0, mostShown).map(({ id, kind, subject, state, askedBy, askedAtEpochMs, outcome }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => setOpen(id)}
              className="flex w-full gap-x-3 rounded text-left hover:bg-raised max-sm:flex-wrap"
            >
              <span className="min-w-0 truncate">
                {kindNames[kind]} <span className="text-ink-faint">· {subject}</span>
              </span>
              <span
                className={cn(
                  "min-w-0 flex-1 truncate",
                  state === "failed" ? "text-warning" : "text-ink-soft",
                )}
              >
                {state === "failed" ? <span aria-hidden>▲ </span> : null}
                {stateNames[state]}
                {outcome === null ? "" : `: ${outcome.says}`}
              </span>
              <span className="age text-xs whitespace-nowrap text-ink-faint">
                {askedBy}, {ago(askedAtEpochMs, nowEpochMs)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {open === null ? null : <TaskDialog id={open} onClose={() => setOpen(null)} />}
    </Card>
  );
}

function TaskDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const task = useAskedTask(id);
  return (
    <Dialog
      title={task === undefined ? strings.askedOfTheWorkers : kindNames[task.kind]}
      isOpen
      onClose={onClose}
    >
      {task === undefined ? null : (
        <p className="mb-3 text-sm [overflow-wrap:anywhere] text-ink-soft">
          {strings.subjectAskedByAskedBy({ subject: task.subject, askedBy: task.askedBy })}
          {task.reason === null ? "" : `: ${task.reason}`}
        </p>
      )}
      <AskedOutcome task={task} />
    </Dialog>
  );
}
