import type { ReactNode } from "react";
import { Card } from "../../ui/card.tsx";

/** One thing told of the alarm system; `note` says over what or by which measure. */
export function Panel({ title, note, children }: { title: string; note: ReactNode; children: ReactNode }) {
  return (
    <Card aria-label={title} className="min-w-0 p-4">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="text-sm font-semibold">{title}</h2>
        <span className="text-xs text-ink-faint">{note}</span>
      </div>
      {children}
    </Card>
  );
}
