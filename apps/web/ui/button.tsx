import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

const kinds = {
  primary: "bg-action text-on-action hover:opacity-90 disabled:opacity-60 px-4 h-10 font-medium",
  quiet:
    "text-ink-soft hover:bg-raised hover:text-ink border border-transparent hover:border-line px-2.5 h-9",
  outline: "border border-line-strong text-ink hover:bg-raised px-3 h-9",
} as const;

export function Button({
  kind = "quiet",
  className,
  ...rest
}: ComponentProps<"button"> & { kind?: keyof typeof kinds }) {
  return (
    <button
      type="button"
      className={cn(
        "inline-flex items-center justify-center gap-2 rounded-md text-sm transition-colors",
        kinds[kind],
        className,
      )}
      {...rest}
    />
  );
}
