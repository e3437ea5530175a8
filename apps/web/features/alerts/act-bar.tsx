"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { type RefObject, useId } from "react";
import { useMayOperate, useSites, useViewerId } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/alerts/act-bar.ts";
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
        {strings.commentKeptInTheAudit}
      </label>
      <textarea
        ref={noteField}
        id={fieldId}
        rows={1}
        maxLength={mostReason}
        value={text}
        disabled={!mayOperate}
        placeholder={mayOperate ? strings.commentKeptInTheAudit2 : strings.commentsAreForOperators}
        onChange={(event) => notes.write(alert, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
        className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-1.5 text-sm placeholder:text-ink-faint disabled:opacity-60"
      />
      <fieldset disabled={!mayOperate} className="mt-2 flex flex-wrap gap-1.5">
        <legend className="sr-only">{strings.whatToDoAboutThis}</legend>
        {alert.unacknowledged ? (
          <Button kind="primary" className={small} onClick={acknowledge}>
            {written === "" ? strings.acknowledge : strings.acknowledgeWithComment}
          </Button>
        ) : null}
        {written === "" ? null : (
          <Button kind="outline" className={small} onClick={sayOnly}>
            {alert.unacknowledged ? strings.onlyComment : strings.comment}
          </Button>
        )}
        <Assign alert={alert} onAct={onAct} onAsk={onAsk} />
        <Holds alert={alert} onAsk={onAsk} />
      </fieldset>
      {mayOperate ? null : <p className="mt-2 text-xs text-ink-faint">{strings.youAreSignedInAs}</p>}
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
          {strings.assignToMe}
        </Button>
      )}
      <Button kind="outline" className={small} onClick={() => onAsk("assign", alert)}>
        {strings.assign}
      </Button>
    </>
  );
}

/** Putting an alert away for a time or for good, and taking it back. */
function Holds({ alert, onAsk }: Pick<ActBarProps, "alert" | "onAsk">) {
  const isWhole = useSites() === null;
  const button = (asked: Asked, word: string) => (
    <Button kind="outline" className={small} onClick={() => onAsk(asked, alert)}>
      {word}
    </Button>
  );
  if (alert.state === "normal") return null;
  if (alert.outOfServiceSinceEpochMs !== null) return button("return-to-service", strings.returnToService);
  return (
    <>
      {alert.shelf === null ? button("shelve", strings.shelve) : button("unshelve", strings.takeOffTheShelf)}
      {button("take-out-of-service", strings.outOfService)}
      {isWhole ? button("maintenance", strings.maintenance) : null}
    </>
  );
}
