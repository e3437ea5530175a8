"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { type FormEvent, useId, useState } from "react";
import { usePeople } from "../../client/use-people.ts";
import { useViewerId } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/alerts/assign-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { mostReason } from "../../ui/why-field.tsx";

/** Asks who is to see to an alert. */
export function AssignDialog({
  alert,
  onClose,
  onAct,
}: {
  alert: Alert;
  onClose: () => void;
  onAct: (act: AlertAct) => void;
}) {
  const { people } = usePeople(alert.id);
  const viewerId = useViewerId();
  const ids = { who: useId(), note: useId() };
  const [to, setTo] = useState(alert.assignee ?? viewerId);
  const [note, setNote] = useState("");
  // Who saw to it, and sees it no more, is nobody to choose.
  const isElsewhere = people !== undefined && !people.some(({ id }) => id === alert.assignee);
  const isSame = (to || null) === (alert.assignee ?? null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSame) return;
    onAct({ kind: "assign", to: to || null, note: note.trim() || null });
    onClose();
  };
  return (
    <Dialog title={strings.assign} isOpen onClose={onClose}>
      <p className="text-sm font-medium">{alert.message}</p>
      <p className="mt-1 text-sm text-ink-soft">{strings.everybodySeesWhoSeesTo}</p>
      <form onSubmit={submit} className="mt-4 space-y-4">
        <div>
          <label htmlFor={ids.who} className="mb-1.5 block text-sm font-medium">
            {strings.to}
          </label>
          <select
            // React would focus it before the dialog opens, and the dialog would then choose for itself.
            ref={(field) => field?.setAttribute("autofocus", "")}
            id={ids.who}
            value={to}
            onChange={(event) => setTo(event.target.value)}
            className="h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-sm"
          >
            <option value="">{strings.nobodyInParticular}</option>
            {alert.assignee !== null && isElsewhere ? (
              <option value={alert.assignee} disabled>
                {strings.whoSeesToItNow}
              </option>
            ) : null}
            {people?.map(({ id, name }) => (
              <option key={id} value={id}>
                {id === viewerId ? strings.nameYou({ name }) : name}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={ids.note} className="mb-1.5 block text-sm font-medium">
            {strings.whatToTellThemIf}
          </label>
          <textarea
            id={ids.note}
            rows={2}
            maxLength={mostReason}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 text-sm"
          />
        </div>
        <Button type="submit" kind="primary" className="w-full" disabled={isSame}>
          {to === "" ? strings.assignToNobody : strings.assign}
        </Button>
      </form>
    </Dialog>
  );
}
