"use client";

import type { Alert, AlertAct, ShelfMode } from "@tapline/core/alerts";
import { type FormEvent, useId, useState } from "react";
import { formatTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { mostNote } from "./act-words.ts";

/** Acts that ask back before they are done. */
export type Asked = "shelve" | "unshelve" | "take-out-of-service" | "return-to-service";

const words: Record<Asked, { title: string; says: string; does: string }> = {
  shelve: {
    title: "Shelve",
    says: "It calls nobody until then. Everybody sees that it is shelved, by whom and why.",
    does: "Shelve",
  },
  unshelve: {
    title: "Take off the shelf",
    says: "If it is still active it calls again at once.",
    does: "Take off the shelf",
  },
  "take-out-of-service": {
    title: "Take out of service",
    says: "It calls nobody until somebody returns it to service. Meant for what is being repaired or replaced.",
    does: "Take out of service",
  },
  "return-to-service": {
    title: "Return to service",
    says: "If it is active it calls again at once.",
    does: "Return to service",
  },
};

const spans = [
  { label: "15 min", ms: 15 * 60_000 },
  { label: "1 h", ms: 3_600_000 },
  { label: "4 h", ms: 4 * 3_600_000 },
  { label: "8 h", ms: 8 * 3_600_000 },
  { label: "1 d", ms: 24 * 3_600_000 },
  { label: "7 d", ms: 7 * 24 * 3_600_000 - 60_000 },
] as const;

/** Says what an act will do, and asks why; for a shelf, also until when. */
export function AskDialog({
  asked,
  alerts,
  onClose,
  onAct,
}: {
  /** `null`: closed. */
  asked: Asked | null;
  alerts: readonly Alert[];
  onClose: () => void;
  onAct: (act: AlertAct) => void;
}) {
  const { title, says } = words[asked ?? "shelve"];
  const many = alerts.length > 1 ? ` ${alerts.length} alerts` : "";
  return (
    <Dialog title={`${title}${many}`} isOpen={asked !== null} onClose={onClose}>
      {alerts.length === 1 ? <p className="text-sm font-medium">{alerts[0]?.message}</p> : null}
      <p className="mt-1 text-sm text-ink-soft">{says}</p>
      {asked === null ? null : (
        <AskForm
          key={asked}
          asked={asked}
          onAct={(act) => {
            onAct(act);
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}

function AskForm({ asked, onAct }: { asked: Asked; onAct: (act: AlertAct) => void }) {
  const [note, setNote] = useState("");
  const [spanMs, setSpan] = useState<number>(spans[1].ms);
  const [mode, setMode] = useState<ShelfMode>("timed");
  const noteId = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const why = note.trim();
    if (why === "") return;
    if (asked !== "shelve") return onAct({ kind: asked, note: why });
    onAct({ kind: "shelve", mode, untilEpochMs: serverNow() + spanMs, note: why });
  };
  return (
    <form onSubmit={submit} className="mt-4 space-y-4">
      {asked === "shelve" ? <ShelfFields {...{ spanMs, setSpan, mode, setMode }} /> : null}
      <div>
        <label htmlFor={noteId} className="mb-1.5 block text-sm font-medium">
          Why
        </label>
        <textarea
          // React would focus it before the dialog opens, and the dialog would then choose for itself.
          ref={(field) => field?.setAttribute("autofocus", "")}
          id={noteId}
          required
          rows={2}
          maxLength={mostNote}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 text-sm"
        />
      </div>
      <Button type="submit" kind="primary" className="w-full">
        {words[asked].does}
      </Button>
    </form>
  );
}

function ShelfFields({
  spanMs,
  setSpan,
  mode,
  setMode,
}: {
  spanMs: number;
  setSpan: (ms: number) => void;
  mode: ShelfMode;
  setMode: (mode: ShelfMode) => void;
}) {
  const zone = useTimeZone();
  const untilEpochMs = serverNow() + spanMs;
  return (
    <>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">For how long</legend>
        <div className="flex flex-wrap gap-1.5">
          {spans.map(({ label, ms }) => (
            <label
              key={ms}
              className="cursor-pointer rounded-md border border-line-strong px-2.5 py-1.5 text-sm has-checked:bg-action has-checked:text-on-action has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
            >
              <input
                type="radio"
                name="span"
                className="sr-only"
                checked={spanMs === ms}
                onChange={() => setSpan(ms)}
              />
              {label}
            </label>
          ))}
        </div>
        <p className="age mt-1.5 text-xs text-ink-faint">
          until {spanMs >= 24 * 3_600_000 ? `${new Date(untilEpochMs).toDateString()}, ` : ""}
          {formatTime(untilEpochMs, zone, false)} {zoneName(untilEpochMs, zone)}
        </p>
      </fieldset>
      <label className="flex items-start gap-2 text-sm">
        <input
          type="checkbox"
          className="mt-1 accent-action"
          checked={mode === "one-shot"}
          onChange={(event) => setMode(event.target.checked ? "one-shot" : "timed")}
        />
        <span>
          Only this breach
          <span className="block text-xs text-ink-faint">
            The shelf ends as soon as it has returned to normal; the next breach calls.
          </span>
        </span>
      </label>
    </>
  );
}
