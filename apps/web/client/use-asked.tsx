"use client";

import { type ReactNode, useState } from "react";
import { Notice } from "../ui/notice.tsx";

/** How the dialog of an act ends. */
export interface AskedEnds {
  /** It was done, or asked for: in a sentence. */
  onDone: (outcome: string) => void;
  onClose: () => void;
}

/** What somebody wants to do: the dialog that asks about it, as `draw` has it, and afterwards what happened. */
export function useAsked<Asked>(draw: (asked: Asked, ends: AskedEnds) => ReactNode): {
  ask: (asked: Asked) => void;
  dialog: ReactNode;
  outcome: ReactNode;
} {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const onClose = () => setAsked(null);
  const onDone = (outcome: string) => {
    setTold(outcome);
    setAsked(null);
  };
  return {
    ask: (wanted) => {
      setTold(null);
      setAsked(wanted);
    },
    dialog: asked === null ? null : draw(asked, { onDone, onClose }),
    outcome:
      told === null ? null : (
        <div role="status">
          <Notice className="mb-3" tone="info" title={told} onDismiss={() => setTold(null)} />
        </div>
      ),
  };
}
