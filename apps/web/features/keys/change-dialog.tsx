"use client";

import { useMemo } from "react";
import type { KeyWishInput } from "../../contracts/keys.ts";
import { Dialog } from "../../ui/dialog.tsx";
import type { AskedChange } from "./asked.ts";
import { ChangeForm } from "./change-form.tsx";
import { usePreview } from "./use-preview.ts";

const titles = {
  activate: "Activate the key",
  retire: "Retire the key",
  revoke: "Revoke the key",
  rule: "Two persons",
  approve: "Approve what was asked for",
} as const;

const verbs = {
  activate: "Activate",
  retire: "Retire",
  revoke: "Revoke for ever",
  rule: "Change the rule",
  approve: "Approve and do it",
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
