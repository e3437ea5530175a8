import type { ReactNode } from "react";
import * as strings from "../strings/generated/ui/panel.ts";
import { Card } from "./card.tsx";
import { Skeleton } from "./skeleton.tsx";

/** One part of the page, with what can be done about all of it beside its heading. */
export function Panel({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Card aria-label={title} className="flex min-w-0 flex-col">
      <div className="flex min-h-13 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2">
        <h2 className="text-sm font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </Card>
  );
}

/** Stands where nothing is, and says so. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="px-4 py-6 text-sm">
      <p className="font-medium">{title}</p>
      <p className="mt-1 text-ink-soft">{children}</p>
    </div>
  );
}

/** Before the first answer. */
export function Waiting({ of }: { of: string }) {
  return (
    <div aria-busy="true" className="space-y-4 px-4 py-4">
      <span className="sr-only">{strings.loadingOf({ of })}</span>
      {["a", "b", "c"].map((key) => (
        <div key={key} className="space-y-2">
          <Skeleton className="h-4 w-1/3" />
          <Skeleton className="h-3 w-1/2" />
        </div>
      ))}
    </div>
  );
}
