"use client";

import { useEffect, useState } from "react";

/** Whether this tab is the one of the browser's that does it: another one takes over once it is closed. @param mayLead is able to */
export function useLead(what: string, mayLead: boolean): boolean {
  const [isLead, setLead] = useState(false);
  useEffect(() => {
    if (!mayLead) return;
    const held = Promise.withResolvers<void>();
    const asked = new AbortController();
    void navigator.locks
      .request(what, { signal: asked.signal }, () => {
        setLead(true);
        return held.promise;
      })
      // Called off while another tab had it.
      .catch(() => undefined);
    return () => {
      setLead(false);
      held.resolve();
      asked.abort();
    };
  }, [what, mayLead]);
  return isLead;
}
