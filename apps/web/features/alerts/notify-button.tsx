"use client";

import { Bell, BellRing } from "lucide-react";
import { type ReactNode, useState } from "react";
import { formatDay } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { type NotifiedState, type Reach, useNotifiedBrowsers } from "../../client/use-notified-browsers.ts";
import { useMayOperate, useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/alerts/notify-button.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

const says: Record<NotifiedState, string> = {
  loading: strings.askingTheServer,
  unknown: strings.theServerDoesNotAnswer,
  impossible: strings.thisBrowserCannotBeNotified,
  "not-set-up": strings.thisInstallationNotifiesNoBrowsers,
  off: strings.thisBrowserIsNotNotified,
  on: strings.thisBrowserIsNotifiedOf,
};

/**
 * For whoever may act on the alerts of the whole installation: notifications of them in this browser, on or off. Nothing is asked of the
 * browser before a click.
 */
export function NotifyButton() {
  const isWhole = useSites() === null;
  return useMayOperate() && isWhole ? <Notify /> : null;
}

function Notify() {
  const [isOpen, setOpen] = useState(false);
  const notified = useNotifiedBrowsers();
  const Icon = notified.state === "on" ? BellRing : Bell;
  return (
    <>
      <Button kind="outline" onClick={() => setOpen(true)}>
        <Icon aria-hidden className="size-4" />
        {notified.state === "on" ? strings.thisBrowserIsNotified : strings.notifyThisBrowser}
      </Button>
      <Dialog title={strings.notificationsInBrowsers} isOpen={isOpen} onClose={() => setOpen(false)}>
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
          {strings.notifyThisBrowser}
        </Button>
      ) : null}
      {state === "on" ? (
        <Button kind="outline" disabled={isBusy} onClick={() => void does.turnOff()}>
          {strings.switchOffHere}
        </Button>
      ) : null}
      {state === "off" || state === "on" ? <Unreached reach={reach} /> : null}
      {fault === null ? null : (
        <p role="alert" className="text-warning">
          ▲ {fault}
        </p>
      )}
      <Others {...{ others, isBusy }} onOff={(id) => void does.turnOffOther(id)} />
      <p className="text-xs text-ink-faint">{strings.whichAlertsComeAndTo}</p>
    </div>
  );
}

/** Why nothing would come, and what to do about it; nothing where channels reach one's browsers. */
function Unreached({ reach }: { reach: Reach | null }) {
  if (reach === null || reach === "own") return null;
  if (reach === "others")
    return (
      <p className="text-warning">
        {rich(strings.noAlertChannelReachesYour, { code: (words) => <Code>{words}</Code> })}
      </p>
    );
  return (
    <div className="space-y-1.5 rounded-md border border-line bg-raised px-3 py-2">
      <p className="text-warning">{strings.noAlertChannelOfKind}</p>
      <p className="text-ink-soft">
        {rich(strings.addKindWebPushName, { code: (words) => <Code>{words}</Code> })}
      </p>
    </div>
  );
}

function Code({ children }: { children: ReactNode }) {
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
      <h3 className="mb-1 font-medium">{strings.yourOtherBrowsers}</h3>
      <ul>
        {others.map(({ id, label, createdAtEpochMs }) => (
          <li key={id} className="flex items-center justify-between gap-3 py-1">
            <span className="min-w-0 truncate">
              {label}{" "}
              <span className="text-ink-faint">
                {strings.sinceDay({ day: formatDay(createdAtEpochMs, zone) })}
              </span>
            </span>
            <Button
              kind="outline"
              disabled={isBusy}
              aria-label={strings.switchOffLabel({ label })}
              onClick={() => onOff(id)}
            >
              {strings.switchOff}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
