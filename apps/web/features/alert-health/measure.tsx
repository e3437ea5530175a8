import * as strings from "../../strings/generated/alert-health/measure.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import type { MeasureText } from "./measures.ts";

/** One measure with what would be tolerable; coloured only where it is not. */
export function Measure({ measure, className }: { measure: MeasureText; className?: string }) {
  const { name, value, unit, tolerable, isTolerable } = measure;
  return (
    <Card className={cn("min-w-0 p-4", className)} aria-label={name}>
      <h2 className="truncate text-sm font-medium text-ink-soft">{name}</h2>
      <p className="mt-2 flex flex-wrap items-baseline gap-x-1.5">
        <span className="figure text-3xl leading-none font-medium">{value}</span>
        <span className="text-xs text-ink-faint">{unit}</span>
      </p>
      <p className={cn("mt-3 text-xs", isTolerable ? "text-ink-faint" : "font-medium text-warning")}>
        {isTolerable ? "" : strings.tooMuch}
        {strings.tolerableTolerable({ tolerable })}
      </p>
    </Card>
  );
}
