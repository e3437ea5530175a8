import { useEffect } from "react";
import { useTimeZone } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/audit/searching.ts";
import { timeText } from "./entry-words.ts";
import type { LogWindow } from "./log-window.ts";
import type { Log } from "./use-log.ts";

/** How far a search for a text has come that takes its time. Where nothing was found yet there is no list that asks for more: so this does. */
export function Searching({ window, onMore }: { window: LogWindow; onMore: Log["more"] }) {
  const zone = useTimeZone();
  const { rows, hasOlder, searched } = window;
  const isEmpty = rows.length === 0;
  useEffect(() => {
    if (isEmpty && hasOlder) onMore("older");
  });
  if (searched.older === null) return null;
  return (
    <p className="border-t border-line px-4 py-2 text-xs text-ink-soft">
      <span role="status">{isEmpty ? strings.nothingFoundYet : strings.theSearchGoesOn}</span>{" "}
      <span className="figure">
        {strings.searchedBackTo({ time: timeText(searched.older.recordedAtEpochMs, zone) })}
      </span>
    </p>
  );
}
