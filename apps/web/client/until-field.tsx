"use client";

import * as strings from "../strings/generated/client/until-field.ts";
import { Choice } from "../ui/choice.tsx";
import { formatTime, zoneName } from "./format.ts";
import { serverNow } from "./server-clock.ts";
import { useTimeZone } from "./time-zone.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 24 * 3_600_000];

/** For how long something may hold back alerts; a week at most, less the minute in which it is decided. */
const spans = [
  { label: strings.n15Min, value: 15 * minuteMs },
  { label: "1 h", value: hourMs },
  { label: "4 h", value: 4 * hourMs },
  { label: "8 h", value: 8 * hourMs },
  { label: "1 d", value: dayMs },
  { label: "7 d", value: 7 * dayMs - minuteMs },
] as const;

export const usualSpanMs = hourMs;

/** Asks for how long, and says until when that is. */
export function UntilField({
  spanMs,
  onSpan,
  isFirst = false,
}: {
  spanMs: number;
  onSpan: (ms: number) => void;
  /** Has the focus when its dialog opens. */
  isFirst?: boolean;
}) {
  const zone = useTimeZone();
  const untilEpochMs = serverNow() + spanMs;
  return (
    <Choice<number>
      {...{ legend: strings.forHowLong, name: "span", options: spans, isFirst }}
      value={spanMs}
      onChange={onSpan}
    >
      <p className="age mt-1.5 text-xs text-ink-faint">
        {strings.untilToDateStringTime({
          toDateString: spanMs >= dayMs ? `${new Date(untilEpochMs).toDateString()}, ` : "",
          time: formatTime(untilEpochMs, zone, false),
          zone: zoneName(untilEpochMs, zone),
        })}
      </p>
    </Choice>
  );
}
