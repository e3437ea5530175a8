import type { KpiLive } from "@tapline/core/kpi";
import { formatAge, formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";

/** Something that stands in the way of taps: what, since when where that is known, and what to do. */
export interface Trouble {
  key: string;
  title: string;
  text: string;
}

const remedies = {
  unavailable: "See that its server runs and can be reached.",
  misconfigured: "A setting, a key or a right is wrong: the worker's log names it.",
} as const;

/** What the live picture tells of archives that cannot be used, and of services that nothing is heard of. */
export function troublesOf(live: KpiLive, zone: TimeZoneChoice): Trouble[] {
  const archives = live.awayArchives.map(({ archive, sinceEpochMs, why }) => ({
    key: `archive ${archive}`,
    title:
      `Archive ${archive} ${why === "unavailable" ? "has not answered" : "has refused us"} since ` +
      `${formatTime(sinceEpochMs, zone)}, for ${formatAge(Math.max(0, live.atEpochMs - sinceEpochMs))}`,
    text: `${remedies[why]} It is tried again all the time. Taps wait and are not lost.`,
  }));
  if (live.silent.length === 0) return archives;
  const silent = {
    key: "silent",
    title: `Nothing is heard of: ${live.silent.join(", ")}`,
    text: "No process of theirs gives a sign of life, so what they count is not known. See that the workers run.",
  };
  return [silent, ...archives];
}
