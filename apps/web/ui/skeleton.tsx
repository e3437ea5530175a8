import { cn } from "./cn.ts";

/** Stands where a figure will be. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("skeleton", className)} />;
}
