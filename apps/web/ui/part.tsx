import type { ReactNode } from "react";

/** A part of what a pane tells, under its name. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="border-b border-line px-5 py-3 text-sm last:border-b-0">
      <h3 className="mb-1.5 text-xs font-medium text-ink-faint">{title}</h3>
      {children}
    </section>
  );
}
