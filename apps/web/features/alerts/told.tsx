import {
  isTroubled,
  kindWords,
  remarkOf,
  sinceWords,
  stagesOf,
  stateWords,
  tookText,
  wayText,
} from "../../client/delivery-words.ts";
import { formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useDeliveries } from "../../client/use-channels.ts";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/alerts/told.ts";
import { rich } from "../../strings/rich.tsx";
import { cn } from "../../ui/cn.ts";

/** Whom this alert was told beside the console, the last first; nothing where nobody was. */
export function Told({ alertId }: { alertId: string }) {
  const { deliveries, isFailed } = useDeliveries({ alertId });
  const zone = useTimeZone();
  useNow(5_000);
  if (deliveries.length === 0 && !isFailed) return null;
  return (
    <section aria-label={strings.toldBesideTheConsole} className="border-b border-line px-5 py-4">
      <h3 className="text-xs font-medium text-ink-faint">{strings.toldBesideTheConsole}</h3>
      {isFailed ? (
        <p className="mt-2 text-sm text-ink-soft">{strings.whomItWasToldCould}</p>
      ) : (
        <ol className="mt-2 space-y-2.5 text-sm">
          {deliveries.map((delivery) => {
            const now = serverNow();
            const remark = remarkOf(delivery, zone, now) || stagesOf(delivery, zone, now);
            return (
              <li key={delivery.id} className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3">
                <time
                  dateTime={new Date(delivery.atEpochMs).toISOString()}
                  className="figure text-xs leading-5 text-ink-faint"
                >
                  {formatTime(delivery.atEpochMs, zone)}
                </time>
                <div className="min-w-0">
                  {rich(strings.kindByWaySpan, {
                    kind: kindWords[delivery.kind],
                    way: <span className="font-medium">{wayText(delivery)}</span>,
                    span: (
                      <span
                        className={cn(isTroubled(delivery) ? "font-medium text-warning" : "text-ink-soft")}
                      >
                        {" · "}
                        {isTroubled(delivery) ? <span aria-hidden>▲ </span> : null}
                        {stateWords[delivery.state]}
                      </span>
                    ),
                  })}
                  {delivery.state === "sent" ? (
                    <span className="text-ink-soft">
                      {" "}
                      <span className="figure">{tookText(delivery)}</span> {sinceWords(delivery)}
                    </span>
                  ) : null}
                  {remark === "" ? null : (
                    <p className="mt-0.5 text-xs text-ink-soft [overflow-wrap:anywhere]">{remark}</p>
                  )}
                </div>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
