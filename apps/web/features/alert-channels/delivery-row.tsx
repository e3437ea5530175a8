import {
  isTroubled,
  kindWords,
  remarkOf,
  stagesOf,
  stateWords,
  tookText,
  wayText,
} from "../../client/delivery-words.ts";
import { formatDay, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { DeliveryView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/delivery-row.ts";
import { cn } from "../../ui/cn.ts";

/** The columns of the log where there is room for them. */
export const columns = "md:grid md:grid-cols-[7.5rem_minmax(0,1fr)_9rem_7rem_4.5rem_6.5rem] md:gap-x-4";

/** One delivery: what was told, by which channel, how far it has come. */
export function DeliveryRow({ delivery }: { delivery: DeliveryView }) {
  const zone = useTimeZone();
  const { kind, ruleId, message, state, attempts, atEpochMs, by } = delivery;
  const now = serverNow();
  const remark = remarkOf(delivery, zone, now) || stagesOf(delivery, zone, now);
  const isBad = isTroubled(delivery);
  const day = formatDay(atEpochMs, zone);
  return (
    <li className={cn(columns, "px-4 py-2 text-sm max-md:space-y-0.5")}>
      <time
        dateTime={new Date(atEpochMs).toISOString()}
        className="figure text-xs leading-5 text-ink-faint max-md:mr-3"
      >
        {day === formatDay(now, zone) ? null : <span className="md:block">{day} </span>}
        {formatTime(atEpochMs, zone)}
      </time>
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <p>
          <span className="text-ink-soft">{kindWords[kind]}</span>{" "}
          {kind === "test" || kind === "more" ? null : <span className="text-ink-faint">{ruleId}</span>}{" "}
          {message}
          {by === null ? null : (
            <span className="text-ink-soft">
              {kind === "test" ? strings.askedForBy : strings.by}
              {by}
            </span>
          )}
        </p>
        {remark === "" ? null : <p className="mt-0.5 text-xs text-ink-soft">{remark}</p>}
      </div>
      <span className="min-w-0 truncate max-md:mr-3">
        <span className="sr-only">{strings.by2} </span>
        {wayText(delivery)}
      </span>
      <span className={cn("max-md:mr-3", isBad ? "font-medium text-warning" : "text-ink-soft")}>
        {isBad ? <span aria-hidden>▲ </span> : null}
        {stateWords[state]}
      </span>
      <span className="figure text-ink-soft max-md:mr-3 md:text-right">
        {attempts}
        <span className="md:sr-only"> {strings.attempts({ attempts })}</span>
      </span>
      <span className="figure text-ink-soft md:text-right">
        {state === "sent" ? tookText(delivery) : "–"}
      </span>
    </li>
  );
}
