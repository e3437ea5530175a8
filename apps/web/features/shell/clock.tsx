"use client";

import { formatTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { chooseTimeZone, nextTimeZone, useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/shell/clock.ts";
import { Button } from "../../ui/button.tsx";
import { zoneWords } from "./zone-words.ts";

/** The server's time, in the zone that all times on the page are shown in; pressing it changes the zone. */
export function Clock() {
  const isKnown = useNow(1_000) !== null;
  const zone = useTimeZone();
  if (!isKnown) return <span aria-hidden className="inline-block h-9 w-32 max-sm:w-24" />;
  const nowEpochMs = serverNow();
  const next = nextTimeZone(zone);
  return (
    <Button
      onClick={() => chooseTimeZone(next)}
      title={strings.allTimesAreInZone({ zone: zoneWords(zone), zone2: zoneWords(next) })}
      className="tabular-nums max-sm:flex-col max-sm:gap-0 max-sm:px-1 max-sm:leading-tight"
    >
      <time dateTime={new Date(nowEpochMs).toISOString()} className="font-mono text-[0.8125rem]">
        {formatTime(nowEpochMs, zone)}
      </time>
      <span className="text-xs text-ink-faint max-sm:text-[10px]">{zoneName(nowEpochMs, zone)}</span>
    </Button>
  );
}
