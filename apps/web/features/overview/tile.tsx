import type { ReactNode } from "react";
import * as strings from "../../strings/generated/overview/tile.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { Sparkline } from "../../ui/sparkline.tsx";

/** One indicator: name, figure with unit, over what it was measured, and its trend. */
export function Tile({
  name,
  window,
  trend,
  trendWindow = strings.n10Min,
  className,
  children,
  testId,
}: {
  name: string;
  /** Over what the figure is measured, such as "mean of 5 s". */
  window: string;
  trend?: readonly (number | null)[] | undefined;
  trendWindow?: string;
  className?: string;
  children: ReactNode;
  testId?: string;
}) {
  return (
    <Card className={cn("flex min-w-0 flex-col p-4", className)} data-testid={testId}>
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="truncate text-sm font-medium text-ink-soft">{name}</h2>
        <span className="shrink-0 text-xs text-ink-faint">{window}</span>
      </div>
      <div className={cn("mt-2 flex flex-col", trend === undefined && "flex-1")}>{children}</div>
      {trend === undefined ? null : (
        <div className="mt-2 flex flex-1 items-end gap-2">
          <div className="relative min-h-9 min-w-0 flex-1 self-stretch">
            <Sparkline values={trend} className="absolute inset-0 size-full" />
          </div>
          <span className="text-[11px] leading-none text-ink-faint">{trendWindow}</span>
        </div>
      )}
    </Card>
  );
}

/** The large figure of a tile. */
export function Figure({ value, unit, className }: { value: string; unit: string; className?: string }) {
  return (
    <p className={cn("flex items-baseline gap-1.5 text-ink", className)}>
      <span className="figure text-3xl leading-none font-medium">{value}</span>
      <span className="text-xs text-ink-faint">{unit}</span>
    </p>
  );
}
