"use client";

import { Bell, BellRing } from "lucide-react";
import { useState } from "react";
import { formatDay } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { type NotifiedState, type Reach, useNotifiedBrowsers } from "../../client/use-notified-browsers.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

const says: Record<NotifiedState, string> = {
  loading: "Asking the server…",
  unknown: "The server does not answer: whether this browser is notified is not known.",
  impossible:
    "This browser cannot be notified: it has no push service, or the console is open without https.",
  "not-set-up": "This installation notifies no browsers: the role alerts has no key for it.",
  off: "This browser is not notified.",
  on: "This browser is notified of alerts, also while the console is closed.",
};

/** For whoever may act on alerts: notifications of them in this browser, on or off. Nothing is asked of the browser before a click. */
export function NotifyButton() {
  return useMayOperate() ? <Notify /> : null;
}

function Notify() {
  const [isOpen, setOpen] = useState(false);
  const notified = useNotifiedBrowsers();
  const Icon = notified.state === "on" ? BellRing : Bell;
  return (
    <>
      <Button kind="outline" onClick={() => setOpen(true)}>
        <Icon aria-hidden className="size-4" />
        {notified.state === "on" ? "This browser is notified" : "Notify this browser"}
      </Button>
      <Dialog title="Notifications in browsers" isOpen={isOpen} onClose={() => setOpen(false)}>
        <Choices {...notified} />
      </Dialog>
    </>
  );
}

function Choices({ state, isBusy, fault, reach, others, ...does }: ReturnType<typeof useNotifiedBrowsers>) {
  return (
    <div className="space-y-3 text-sm">
      <p aria-live="polite">{says[state]}</p>
      {state === "off" ? (
        <Button kind="primary" disabled={isBusy} onClick={() => void does.turnOn()}>
          Notify this browser
        </Button>
      ) : null}
      {state === "on" ? (
        <Button kind="outline" disabled={isBusy} onClick={() => void does.turnOff()}>
          Switch off here
        </Button>
      ) : null}
      {state === "off" || state === "on" ? <Unreached reach={reach} /> : null}
      {fault === null ? null : (
        <p role="alert" className="text-warning">
          ▲ {fault}
        </p>
      )}
      <Others {...{ others, isBusy }} onOff={(id) => void does.turnOffOther(id)} />
      <p className="text-xs text-ink-faint">
        Which alerts come, and to whom, says the installation's document of alert channels. Signing out
        switches this browser off.
      </p>
    </div>
  );
}

/** Why nothing would come, and what to do about it; nothing where channels reach one's browsers. */
function Unreached({ reach }: { reach: Reach | null }) {
  if (reach === null || reach === "own") return null;
  if (reach === "others")
    return (
      <p className="text-warning">
        ▲ No alert channel reaches your browsers: those of kind <Code>web-push</Code> name other people by{" "}
        <Code>to</Code>, so nothing will come.
      </p>
    );
  return (
    <div className="space-y-1.5 rounded-md border border-line bg-raised px-3 py-2">
      <p className="text-warning">▲ No alert channel of kind web-push is released, so nothing will come.</p>
      <p className="text-ink-soft">
        Add <Code>{"- { kind: web-push, name: browsers }"}</Code> to the document's channels, have rules lead
        to it by their routing, and put it in force by{" "}
        <Code>tapline alerts channel release FILE --reason …</Code> (docs/operations.md, “Alert channels”).
      </p>
    </div>
  );
}

function Code({ children }: { children: string }) {
  return <code className="font-mono text-xs [overflow-wrap:anywhere]">{children}</code>;
}

function Others({
  others,
  isBusy,
  onOff,
}: Pick<ReturnType<typeof useNotifiedBrowsers>, "others" | "isBusy"> & { onOff: (id: string) => void }) {
  const zone = useTimeZone();
  if (others.length === 0) return null;
  return (
    <div>
      <h3 className="mb-1 font-medium">Your other browsers</h3>
      <ul>
        {others.map(({ id, label, createdAtEpochMs }) => (
          <li key={id} className="flex items-center justify-between gap-3 py-1">
            <span className="min-w-0 truncate">
              {label} <span className="text-ink-faint">since {formatDay(createdAtEpochMs, zone)}</span>
            </span>
            <Button
              kind="outline"
              disabled={isBusy}
              aria-label={`Switch off ${label}`}
              onClick={() => onOff(id)}
            >
              Switch off
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
