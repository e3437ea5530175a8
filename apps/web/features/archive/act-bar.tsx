import type { ReactNode } from "react";
import * as strings from "../../strings/generated/archive/act-bar.ts";

/** At the foot of a pane: what can be done about what is open. `what`: such as "this segment". */
export function ActBar({ what, children }: { what: string; children: ReactNode }) {
  return (
    <fieldset className="flex flex-wrap items-center gap-2 border-t border-line bg-surface px-5 py-3">
      <legend className="sr-only">{strings.whatToDoAboutWhat({ what })}</legend>
      {children}
    </fieldset>
  );
}
