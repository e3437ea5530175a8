"use client";

import { useMemo } from "react";
import type { KeyWishInput } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/change-dialog.ts";
import { Dialog } from "../../ui/dialog.tsx";
import type { AskedChange } from "./asked.ts";
import { ChangeForm } from "./change-form.tsx";
import { usePreview } from "./use-preview.ts";

const titles = {
  activate: strings.activateTheKey,
  retire: strings.retireTheKey,
  revoke: strings.revokeTheKey,
  rule: strings.twoPersons,
  approve: strings.approveWhatWasAskedFor,
} as const;

const verbs = {
  activate: strings.activate,
  retire: strings.retire,
  revoke: strings.revokeForEver,
  rule: strings.changeTheRule,
  approve: strings.approveAndDoIt,
} as const;

/** What is done to a key that is there, to the rule, or at another person's request. */
export function ChangeDialog({
  asked,
  onDone,
  onClose,
}: {
  asked: AskedChange;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const wish = useMemo(() => wishOf(asked), [asked]);
  const preview = usePreview(wish);
  const approves = asked.act === "approve" ? asked.request.id : null;
  return (
    <Dialog title={titles[asked.act]} isOpen onClose={onClose}>
      <ChangeForm {...{ preview, approves, onDone }} verb={verbs[asked.act]} />
    </Dialog>
  );
}

function wishOf(asked: AskedChange): KeyWishInput {
  if (asked.act === "rule") return { do: "rule", twoPersons: asked.twoPersons };
  if (asked.act === "approve") return { do: "approve", request: asked.request.id };
  return { do: asked.act, key: asked.key.certSha256 };
}
