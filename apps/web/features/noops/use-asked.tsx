"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { loadPart } from "../../client/load-part.ts";
import { Notice } from "../../ui/notice.tsx";
import type { AskedAct } from "./asked.ts";

const Dialogs = dynamic(() => loadPart(() => import("./dialogs.tsx")).then((part) => part.Dialogs), {
  ssr: false,
});

/** What somebody wants to do: the dialog that asks about it, and afterwards what happened. */
export function useAsked(): { ask: (asked: AskedAct) => void; dialog: ReactNode; outcome: ReactNode } {
  const [asked, setAsked] = useState<AskedAct | null>(null);
  const [told, setTold] = useState<string | null>(null);
  return {
    ask: (wanted) => {
      setTold(null);
      setAsked(wanted);
    },
    dialog:
      asked === null ? null : (
        <Dialogs
          asked={asked}
          onDone={(outcome) => {
            setTold(outcome);
            setAsked(null);
          }}
          onClose={() => setAsked(null)}
        />
      ),
    outcome:
      told === null ? null : (
        <div role="status">
          <Notice className="mb-3" tone="info" title={told} onDismiss={() => setTold(null)} />
        </div>
      ),
  };
}
