import { count } from "../count.ts";
import { spanText } from "../span-text.ts";
import type { FleetStanding } from "./standing.ts";

/** So many silent agents are named; `tapline fleet ls` has them all. */
const mostNamed = 3;

/** As in `2 of 3 online; north/gate-1 silent for 3 min`. */
export function fleetText(fleet: FleetStanding, nowEpochMs: number): string {
  if (fleet.known === 0) return "none yet";
  const silent = fleet.silent.length === 0 ? [] : [silentText(fleet, nowEpochMs)];
  return [`${fleet.online} of ${fleet.known} online`, ...silent].join("; ");
}

/** Who is silent, and for how long; those that were heard last come first. */
export function silentText({ silent }: FleetStanding, nowEpochMs: number): string {
  const named = silent.slice(0, mostNamed).map(({ site, agent, heardAtEpochMs }) => {
    const span = heardAtEpochMs === null ? null : spanText(Math.max(0, nowEpochMs - heardAtEpochMs));
    return `${site}/${agent} ${span === null ? "never heard of" : `silent for ${span}`}`;
  });
  const more = silent.length - named.length;
  return [...named, ...(more === 0 ? [] : [`${count(more, "other")} silent`])].join(", ");
}
