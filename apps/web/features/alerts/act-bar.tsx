"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { type RefObject, useId } from "react";
import { useMayOperate } from "../../client/viewer.tsx";
import { Button } from "../../ui/button.tsx";
import { mostReason } from "../../ui/why-field.tsx";
import type { Asked } from "./ask-dialog.tsx";
import type { Notes } from "./use-notes.ts";

export interface ActBarProps {
  alert: Alert;
  notes: Notes;
  noteField: RefObject<HTMLTextAreaElement | null>;
  onAct: (alert: Alert, act: AlertAct) => void;
  /** For what needs more than a key: until when, and why. */
  onAsk: (asked: Asked, alert: Alert) => void;
}

/** What an operator can do about an alert; viewers see it, and why they cannot. */
export function ActBar({ alert, notes, noteField, onAct, onAsk }: ActBarProps) {
  const mayOperate = useMayOperate();
  const fieldId = useId();
  const text = notes.of(alert);
  const written = text.trim();
  const acknowledge = () => onAct(alert, { kind: "acknowledge", note: notes.take(alert) });
  const sayOnly = () => {
    const note = notes.take(alert);
    if (note !== null) onAct(alert, { kind: "note", note });
  };
  const send = () => {
    if (alert.unacknowledged) acknowledge();
    else sayOnly();
  };
  return (
    <div className="border-t border-line bg-surface px-5 py-3">
      <label htmlFor={fieldId} className="sr-only">
        Note, kept in the audit log
      </label>
      <textarea
        ref={noteField}
        id={fieldId}
        rows={1}
        maxLength={mostReason}
        value={text}
        disabled={!mayOperate}
        placeholder={mayOperate ? "Note, kept in the audit log (n)" : "Notes are for operators"}
        onChange={(event) => notes.write(alert, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
        className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 text-sm placeholder:text-ink-faint disabled:opacity-60"
      />
      <fieldset disabled={!mayOperate} className="mt-2 flex flex-wrap gap-2">
        <legend className="sr-only">What to do about this alert</legend>
        {alert.unacknowledged ? (
          <Button kind="primary" className="h-9" onClick={acknowledge}>
            {written === "" ? "Acknowledge" : "Acknowledge with note"}
          </Button>
        ) : null}
        {written === "" ? null : (
          <Button kind="outline" onClick={sayOnly}>
            Only note
          </Button>
        )}
        <Holds alert={alert} onAsk={onAsk} />
      </fieldset>
      {mayOperate ? null : (
        <p className="mt-2 text-xs text-ink-faint">
          You are signed in as a viewer: acting on alerts needs the role operator. An admin can give it.
        </p>
      )}
    </div>
  );
}

/** Putting an alert away for a time or for good, and taking it back. */
function Holds({ alert, onAsk }: Pick<ActBarProps, "alert" | "onAsk">) {
  const button = (asked: Asked, word: string) => (
    <Button kind="outline" className="disabled:opacity-60" onClick={() => onAsk(asked, alert)}>
      {word}
    </Button>
  );
  if (alert.state === "normal") return null;
  if (alert.outOfServiceSinceEpochMs !== null) return button("return-to-service", "Return to service…");
  return (
    <>
      {alert.shelf === null ? button("shelve", "Shelve…") : button("unshelve", "Take off the shelf…")}
      {button("take-out-of-service", "Out of service…")}
    </>
  );
}
