"use client";

import { useState } from "react";

export type GuardedAct = ReturnType<typeof useGuardedAct>;

/** An act for which the server may ask for the password: one at a time, and what stood against the last try. `askAnew`: asks for what it may have changed, whatever became of it. */
export function useGuardedAct(askAnew: () => void) {
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
    askAnew();
  };
  return { password, setPassword, error, isUnderWay, run };
}
