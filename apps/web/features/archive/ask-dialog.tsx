"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import * as strings from "../../strings/generated/archive/ask-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { WhyField } from "../../ui/why-field.tsx";
import { AskedOutcome } from "./asked-outcome.tsx";
import { useAsked } from "./use-asked.ts";

export interface AskDialogProps {
  title: string;
  /** What it will do, and further fields. */
  children: ReactNode;
  /** On the button. */
  does: string;
  /** Whether a reason is asked for: what only looks needs none. */
  hasReason: boolean;
  send: (reason: string) => Promise<{ task: string }>;
  onClose: () => void;
}

/** Says what is asked of the workers, asks why, and then shows what comes of it. */
export function AskDialog({ title, children, does, hasReason, send, onClose }: AskDialogProps) {
  const [why, setWhy] = useState("");
  const { error, isUnderWay, isAsked, task, ask } = useAsked();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (!hasReason || reason !== "") void ask(() => send(reason));
  };
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {isAsked ? (
        <AskedOutcome task={task} />
      ) : (
        <form onSubmit={submit} className="space-y-4">
          {children}
          {hasReason ? <WhyField why={why} onWhy={setWhy} /> : null}
          <RefusedNotice error={error} lookAt={strings.whatWasAskedOfThe} />
          <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
            {does}
          </Button>
        </form>
      )}
    </Dialog>
  );
}
