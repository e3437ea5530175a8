"use client";

import { useState } from "react";
import { askAgentsAnew } from "../../client/use-agents.ts";

/** An act on agents for which the server may ask for the password: one at a time, and what stood against the last try. */
export function useGuardedAct() {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isUnderWay, setUnderWay] = useState(false);
  const run = async (act: () => Promise<void>): Promise<void> => {
    if (isUnderWay) return;
    setUnderWay(true);
    setError(null);
    try {
      await act();
    } catch (refusal) {
      setError(refusal);
      setPassword("");
    }
    setUnderWay(false);
    askAgentsAnew();
  };
  return { password, setPassword, error, isUnderWay, run };
}
