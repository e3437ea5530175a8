"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { ActEnd } from "./act-end.tsx";
import { useGuardedAct } from "./use-guarded-act.ts";

/** Says what an act will do, and asks why; stays open where it is refused. */
export function WhyDialog({
  title,
  does,
  lookAt,
  askAnew,
  onAct,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. */
  does: ReactNode;
  /** Where it shows whether it was done, such as "the list". */
  lookAt: string;
  /** Asks for what it may have changed, whatever became of it. */
  askAnew: () => void;
  onAct: (reason: string) => Promise<void>;
  onClose: () => void;
  /** What it will do. */
  children: ReactNode;
}) {
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason !== "") await act.run(() => onAct(reason));
  };
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {children}
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <ActEnd {...{ act, why, lookAt }} onWhy={setWhy} asksPassword={false}>
          {does}
        </ActEnd>
      </form>
    </Dialog>
  );
}
