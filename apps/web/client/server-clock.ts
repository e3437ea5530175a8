/** How far the server's clock is ahead of this browser's, whole ms; 0 until the server has answered once. */
let offsetMs = 0;

/** Learns from one answer: the server read its clock somewhere between asking and answering. */
export function learnServerTime(serverEpochMs: number, askedEpochMs: number, answeredEpochMs: number): void {
  if (!Number.isFinite(serverEpochMs)) return;
  // The server takes whole milliseconds alone, such as where somebody says until when.
  offsetMs = Math.round(serverEpochMs - (askedEpochMs + answeredEpochMs) / 2);
}

/** The wall clock as the server has it, whole ms since 1970. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
