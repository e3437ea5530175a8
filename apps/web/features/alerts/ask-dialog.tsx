"use client";

import type { Alert, AlertAct, ShelfMode } from "@tapline/core/alerts";
import { type FormEvent, useState } from "react";
import { serverNow } from "../../client/server-clock.ts";
import { UntilField, usualSpanMs } from "../../client/until-field.tsx";
import * as strings from "../../strings/generated/alerts/ask-dialog.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { WhyField } from "../../ui/why-field.tsx";

/** Acts that ask why before they are done. */
export type AskedWhy = "shelve" | "unshelve" | "take-out-of-service" | "return-to-service";

/** What is asked back before it is done. */
export type Asked = AskedWhy | "assign" | "maintenance";

const words: Record<AskedWhy, { title: string; says: string; does: string }> = {
  shelve: {
    title: strings.shelve,
    says: strings.itCallsNobodyUntilThen,
    does: strings.shelve,
  },
  unshelve: {
    title: strings.takeOffTheShelf,
    says: strings.ifItIsStillActive,
    does: strings.takeOffTheShelf,
  },
  "take-out-of-service": {
    title: strings.takeOutOfService,
    says: strings.itCallsNobodyUntilSomebody,
    does: strings.takeOutOfService,
  },
  "return-to-service": {
    title: strings.returnToService,
    says: strings.ifItIsActiveIt,
    does: strings.returnToService,
  },
};

/** Says what an act will do, and asks why; for a shelf, also until when. */
export function AskDialog({
  asked,
  alerts,
  onClose,
  onAct,
}: {
  /** `null`: closed. */
  asked: AskedWhy | null;
  alerts: readonly Alert[];
  onClose: () => void;
  onAct: (act: AlertAct) => void;
}) {
  const { title, says } = words[asked ?? "shelve"];
  const many = alerts.length > 1 ? strings.alertsAlerts({ alerts: alerts.length }) : "";
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

function AskForm({ asked, onAct }: { asked: AskedWhy; onAct: (act: AlertAct) => void }) {
  const [note, setNote] = useState("");
  const [spanMs, setSpan] = useState<number>(usualSpanMs);
  const [mode, setMode] = useState<ShelfMode>("timed");
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
      <WhyField why={note} onWhy={setNote} />
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
  return (
    <>
      <UntilField spanMs={spanMs} onSpan={setSpan} />
      <label className="flex items-start gap-2 text-sm">
        <input
          type="checkbox"
          className="mt-1 accent-action"
          checked={mode === "one-shot"}
          onChange={(event) => setMode(event.target.checked ? "one-shot" : "timed")}
        />
        <span>
          {rich(strings.onlyThisBreachTheShelf, {
            b: (words) => <span className="block text-xs text-ink-faint">{words}</span>,
          })}
        </span>
      </label>
    </>
  );
}
