import { type ComponentProps, useId } from "react";
import { cn } from "./cn.ts";

/** A labelled input. */
export function Field({ label, className, ...rest }: ComponentProps<"input"> & { label: string }) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        {label}
      </label>
      <input
        id={id}
        className={cn(
          "h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-sm text-ink",
          "aria-invalid:border-warning disabled:opacity-60",
        )}
        {...rest}
      />
    </div>
  );
}
