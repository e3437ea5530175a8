import { formatAge, formatDayTime } from "../../client/format.ts";
import { maintenanceWords } from "../../client/maintenance-words.ts";
import { serverNow } from "../../client/server-clock.ts";
import { type TimeZoneChoice, useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { MaintenanceView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/maintenance-row.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";

/** One time in which alerts are told to nobody: of what, until when, by whom and why. */
export function MaintenanceRow({ window, onEnd }: { window: MaintenanceView; onEnd: () => void }) {
  useNow(1_000);
  const zone = useTimeZone();
  const mayOperate = useMayOperate();
  const leftMs = window.endsAtEpochMs - serverNow();
  const isOn = window.endedAtEpochMs === null && leftMs > 0;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 px-4 py-3">
      <div className="min-w-0 text-sm [overflow-wrap:anywhere]">
        <p className={isOn ? "font-medium" : "text-ink-soft"}>
          {isOn ? <span aria-hidden>● </span> : null}
          {maintenanceWords(window)}
        </p>
        <p className="age mt-0.5 text-ink-soft">
          {isOn
            ? strings.untilTimeSpanLeft({
                time: formatDayTime(window.endsAtEpochMs, zone, serverNow()),
                span: formatAge(leftMs),
              })
            : endWords(window, zone)}
        </p>
        <p className="mt-0.5 text-xs text-ink-faint">
          {window.startedBy}: {window.reason}
        </p>
      </div>
      {isOn ? (
        <Button kind="outline" className="disabled:opacity-60" disabled={!mayOperate} onClick={onEnd}>
          {rich(strings.endMaintenance, {
            maintenance: (
              <span className="sr-only">
                {" "}
                {strings.maintenanceOfMaintenance({ maintenance: maintenanceWords(window) })}
              </span>
            ),
          })}
        </Button>
      ) : null}
    </li>
  );
}

function endWords({ endsAtEpochMs, endedAtEpochMs, endedBy }: MaintenanceView, zone: TimeZoneChoice): string {
  if (endedAtEpochMs === null)
    return strings.endedTime({ time: formatDayTime(endsAtEpochMs, zone, serverNow()) });
  return strings.endedTimeByEndedBy({
    time: formatDayTime(endedAtEpochMs, zone, serverNow()),
    endedBy: endedBy ?? "somebody",
  });
}
