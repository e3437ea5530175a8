"use client";

import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import * as strings from "../strings/generated/ui/dialog.ts";
import { Button } from "./button.tsx";

/** A modal window: the browser's own, which keeps the focus in, closes on Escape and gives the focus back. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className="m-auto w-full max-w-md rounded-lg border border-line bg-surface p-0 text-ink shadow-xl"
    >
      <div className="flex items-center justify-between border-b border-line py-3 pr-3 pl-5">
        <h2 id={titleId} className="font-semibold">
          {title}
        </h2>
        <Button aria-label={strings.close} className="size-8 px-0" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      <div className="px-5 py-4">{children}</div>
    </dialog>
  );
}
