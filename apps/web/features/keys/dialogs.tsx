"use client";

import type { AskedAct } from "./asked.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { CertificateDialog } from "./certificate-dialog.tsx";
import { ChangeDialog } from "./change-dialog.tsx";

/** The dialog of what an admin would do. */
export function Dialogs({
  asked,
  onDone,
  onClose,
}: {
  asked: AskedAct;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  if (asked.act === "add" || asked.act === "rotate")
    return <CertificateDialog act={asked.act} {...{ onDone, onClose }} />;
  if (asked.act === "cancel") return <CancelDialog request={asked.request} {...{ onDone, onClose }} />;
  return <ChangeDialog asked={asked} {...{ onDone, onClose }} />;
}
