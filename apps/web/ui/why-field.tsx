"use client";

import { useId } from "react";
import * as strings from "../strings/generated/ui/why-field.ts";

/** As many characters as the audit log takes of a reason. */
export const mostReason = 500;

/** Asks for the reason that goes into the audit log. `isFirst`: has the focus when its dialog opens. */
export function WhyField({
  why,
  onWhy,
  isFirst = true,
}: {
  why: string;
  onWhy: (why: string) => void;
  isFirst?: boolean;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {strings.why}
      </label>
      <textarea
        // React would focus it before the dialog opens, and the dialog would then choose for itself.
        ref={(field) => void field?.toggleAttribute("autofocus", isFirst)}
        id={id}
        required
        rows={2}
        maxLength={mostReason}
        value={why}
        onChange={(event) => onWhy(event.target.value)}
        className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 text-sm"
      />
    </div>
  );
}
