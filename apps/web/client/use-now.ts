"use client";

import { useEffect, useState } from "react";

/** Who wants to know the time so often: all of them at once, so that the page is drawn once for it. */
const tickers = new Map<number, { readings: Set<() => void>; timer: ReturnType<typeof setInterval> }>();

/** Reads this browser's clock every `everyMs`; `null` on the server and in the first frame, which must agree. */
export function useNow(everyMs: number): number | null {
  const [nowEpochMs, setNow] = useState<number | null>(null);
  useEffect(() => {
    const read = () => setNow(Date.now());
    read();
    document.addEventListener("visibilitychange", read);
    const end = tick(everyMs, read);
    return () => {
      end();
      document.removeEventListener("visibilitychange", read);
    };
  }, [everyMs]);
  return nowEpochMs;
}

/** Calls `read` every `everyMs`, with all others that are called so often. @returns what ends it */
export function tick(everyMs: number, read: () => void): () => void {
  const ticker = tickers.get(everyMs) ?? startTicker(everyMs);
  ticker.readings.add(read);
  return () => {
    ticker.readings.delete(read);
    if (ticker.readings.size > 0) return;
    clearInterval(ticker.timer);
    tickers.delete(everyMs);
  };
}

function startTicker(everyMs: number) {
  const readings = new Set<() => void>();
  const timer = setInterval(() => {
    for (const read of readings) read();
  }, everyMs);
  const ticker = { readings, timer };
  tickers.set(everyMs, ticker);
  return ticker;
}
