import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex min-w-6 justify-center rounded border border-line-strong bg-raised px-1.5 py-0.5 font-mono text-xs text-ink">
      {children}
    </kbd>
  );
}
