/** How far the server's clock is ahead of this browser's, whole ms; 0 until the server has answered once. */
let offsetMs = 0;
/** How long the answer took that this was learnt from, ms, and when that was. */
let learntIn = { tookMs: Number.POSITIVE_INFINITY, atEpochMs: Number.NEGATIVE_INFINITY };

/** Clocks drift: after so long any answer is better than an old one, ms. */
const learntHoldsMs = 60_000;

/**
 * Learns from one answer: the server read its clock somewhere between asking and answering. So the quickest answer of the last
 * minute says most; a slow one may be off by half of the time that it took.
 */
export function learnServerTime(serverEpochMs: number, askedEpochMs: number, answeredEpochMs: number): void {
  if (!Number.isFinite(serverEpochMs)) return;
  const tookMs = answeredEpochMs - askedEpochMs;
  const isOld = Math.abs(answeredEpochMs - learntIn.atEpochMs) > learntHoldsMs;
  if (tookMs < 0 || (tookMs > learntIn.tookMs && !isOld)) return;
  learntIn = { tookMs, atEpochMs: answeredEpochMs };
  // The server takes whole milliseconds alone, such as where somebody says until when.
  offsetMs = Math.round(serverEpochMs - (askedEpochMs + answeredEpochMs) / 2);
}

/** The wall clock as the server has it, whole ms since 1970. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
