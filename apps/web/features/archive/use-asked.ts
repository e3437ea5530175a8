"use client";

import { useState } from "react";
import { askArchiveAnew, useAskedTask } from "../../client/use-archive.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";

/** Asks something of the workers, and follows what comes of it. */
export function useAsked() {
  const [id, setId] = useState<string | null>(null);
  const { run, ...guarded } = useGuardedAct(askArchiveAnew);
  const task = useAskedTask(id);
  return {
    ...guarded,
    /** It was asked for; what is known of it follows. */
    isAsked: id !== null,
    task,
    ask: (send: () => Promise<{ task: string }>) => run(async () => setId((await send()).task)),
  };
}
