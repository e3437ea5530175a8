import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** One of the ways to look at a list, or a narrowing of it. */
export function Toggle({
  isOn,
  onClick,
  children,
}: {
  isOn: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className={cn(
        "inline-flex h-8 items-center gap-1.5 rounded-md border px-2.5 text-sm",
        isOn
          ? "border-line-strong bg-raised font-medium text-ink"
          : "border-transparent text-ink-soft hover:bg-raised",
      )}
    >
      {children}
    </button>
  );
}
