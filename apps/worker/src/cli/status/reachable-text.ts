import { spanText } from "../span-text.ts";
import type { Reachable } from "./standing.ts";

const dayMs = 24 * 3_600_000;

/** UTC. */
export const clock = (epochMs: number): string =>
  new Date(epochMs).toISOString().slice(0, 19).replace("T", " ");

/** How a server or an archive stands, and where it is away since when and by what error. */
export function reachableText(
  { state, sinceEpochMs, awaySinceEpochMs, why }: Reachable,
  nowEpochMs: number,
): string {
  if (state === "unknown") return `unknown: ${why}`;
  if (state === "answers")
    return sinceEpochMs === null ? "answers" : `answers, up since ${clock(sinceEpochMs)}`;
  const what = state === "refuses" ? "refuses us" : "does not answer";
  if (awaySinceEpochMs === null) return `${what}: ${why}`;
  const forMs = Math.max(0, nowEpochMs - awaySinceEpochMs);
  const since = forMs < dayMs ? clock(awaySinceEpochMs).slice(11) : clock(awaySinceEpochMs);
  return `${what} since ${since} (${spanText(forMs)}): ${why}`;
}
