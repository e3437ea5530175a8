"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { ActEnd } from "./act-end.tsx";
import { useGuardedAct } from "./use-guarded-act.ts";

/** Says what an act will do, and asks why and, where that is wanted, for the password; stays open where it is refused. */
export function WhyDialog({
  title,
  does,
  lookAt,
  askAnew,
  asksPassword = false,
  isReady = true,
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
  asksPassword?: boolean;
  /** False while it is not known what it will do. */
  isReady?: boolean;
  /** @param password "" where it is not asked for */
  onAct: (reason: string, password: string) => Promise<void>;
  onClose: () => void;
  /** What it will do. */
  children: ReactNode;
}) {
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason !== "") await act.run(() => onAct(reason, act.password));
  };
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {children}
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <ActEnd {...{ act, why, lookAt, asksPassword, isReady }} onWhy={setWhy}>
          {does}
        </ActEnd>
      </form>
    </Dialog>
  );
}
