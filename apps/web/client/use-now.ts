"use client";

import { useEffect, useState } from "react";

/** Reads this browser's clock every `everyMs`; `null` on the server and in the first frame, which must agree. */
export function useNow(everyMs: number): number | null {
  const [nowEpochMs, setNow] = useState<number | null>(null);
  useEffect(() => {
    const read = () => setNow(Date.now());
    read();
    const timer = setInterval(read, everyMs);
    document.addEventListener("visibilitychange", read);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", read);
    };
  }, [everyMs]);
  return nowEpochMs;
}
