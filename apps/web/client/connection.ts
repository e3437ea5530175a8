import { staleAfterMs } from "../contracts/events.ts";
import type { SocketState } from "./live-state.ts";

/**
 * - `live`: connected, and the figures are fresh.
 * - `recovering`: not connected, the figures still fresh, or none there yet.
 * - `stale`: the figures are old, or nobody publishes any.
 * - `signed-out`: the session has ended; nothing will be updated.
 */
export type Connection = "live" | "recovering" | "stale" | "signed-out";

/** @param ageMs age of the newest figures; `null` where there are none */
export function connectionOf(socket: SocketState, ageMs: number | null): Connection {
  if (socket === "signed-out") return "signed-out";
  if (ageMs !== null && ageMs > staleAfterMs) return "stale";
  if (socket !== "connected") return "recovering";
  return ageMs === null ? "stale" : "live";
}

/**
 * How old figures are, ms: by the server's clock, and at least as long as they have been here. So a publisher
 * whose clock runs ahead cannot make old figures look fresh.
 */
export function ageOf(figures: {
  atEpochMs: number;
  receivedEpochMs: number;
  serverNowEpochMs: number;
  nowEpochMs: number;
}): number {
  const byClock = figures.serverNowEpochMs - figures.atEpochMs;
  const sinceReceived = figures.nowEpochMs - figures.receivedEpochMs;
  return Math.max(0, byClock, sinceReceived);
}
