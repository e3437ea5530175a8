"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { type RefObject, useId } from "react";
import { useMayOperate, useViewerId } from "../../client/viewer.tsx";
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

/** The bar stays where it is: what it takes is not there for what is known of the alert. */
const small = "h-8 px-2.5 text-xs disabled:opacity-60";

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
    <div className="border-t border-line bg-surface px-5 py-2.5">
      <label htmlFor={fieldId} className="sr-only">
        Comment, kept in the audit log
      </label>
      <textarea
        ref={noteField}
        id={fieldId}
        rows={1}
        maxLength={mostReason}
        value={text}
        disabled={!mayOperate}
        placeholder={mayOperate ? "Comment, kept in the audit log (n)" : "Comments are for operators"}
        onChange={(event) => notes.write(alert, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
        className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-1.5 text-sm placeholder:text-ink-faint disabled:opacity-60"
      />
      <fieldset disabled={!mayOperate} className="mt-2 flex flex-wrap gap-1.5">
        <legend className="sr-only">What to do about this alert</legend>
        {alert.unacknowledged ? (
          <Button kind="primary" className={small} onClick={acknowledge}>
            {written === "" ? "Acknowledge" : "Acknowledge with comment"}
          </Button>
        ) : null}
        {written === "" ? null : (
          <Button kind="outline" className={small} onClick={sayOnly}>
            {alert.unacknowledged ? "Only comment" : "Comment"}
          </Button>
        )}
        <Assign alert={alert} onAct={onAct} onAsk={onAsk} />
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

/** Saying who sees to an alert. */
function Assign({ alert, onAct, onAsk }: Pick<ActBarProps, "alert" | "onAct" | "onAsk">) {
  const viewerId = useViewerId();
  if (alert.state === "normal") return null;
  return (
    <>
      {alert.assignee === viewerId ? null : (
        <Button
          kind="outline"
          className={small}
          onClick={() => onAct(alert, { kind: "assign", to: viewerId, note: null })}
        >
          Assign to me
        </Button>
      )}
      <Button kind="outline" className={small} onClick={() => onAsk("assign", alert)}>
        Assign…
      </Button>
    </>
  );
}

/** Putting an alert away for a time or for good, and taking it back. */
function Holds({ alert, onAsk }: Pick<ActBarProps, "alert" | "onAsk">) {
  const button = (asked: Asked, word: string) => (
    <Button kind="outline" className={small} onClick={() => onAsk(asked, alert)}>
      {word}
    </Button>
  );
  if (alert.state === "normal") return null;
  if (alert.outOfServiceSinceEpochMs !== null) return button("return-to-service", "Return to service…");
  return (
    <>
      {alert.shelf === null ? button("shelve", "Shelve…") : button("unshelve", "Take off the shelf…")}
      {button("take-out-of-service", "Out of service…")}
      {button("maintenance", "Maintenance…")}
    </>
  );
}
