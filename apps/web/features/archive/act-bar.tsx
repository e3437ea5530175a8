import type { ReactNode } from "react";

/** At the foot of a pane: what can be done about what is open. `what`: such as "this segment". */
export function ActBar({ what, children }: { what: string; children: ReactNode }) {
  return (
    <fieldset className="flex flex-wrap items-center gap-2 border-t border-line bg-surface px-5 py-3">
      <legend className="sr-only">What to do about {what}</legend>
      {children}
    </fieldset>
  );
}
