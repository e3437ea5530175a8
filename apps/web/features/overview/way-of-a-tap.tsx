import type { KpiLive } from "@tapline/core/kpi";
import { useFleetCount } from "../../client/use-agents.ts";
import * as strings from "../../strings/generated/overview/way-of-a-tap.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { wayStages } from "./way-stages.ts";

const looks = {
  warning: { surface: "bg-warning-surface", ink: "text-warning", shape: "▲" },
  critical: { surface: "bg-critical-surface", ink: "text-critical", shape: "◆" },
} as const;

/** From reader to archive in one line: where taps are now, and what happens to them. */
export function WayOfATap({ live }: { live: KpiLive }) {
  const fleet = useFleetCount();
  return (
    <Card aria-label={strings.theWayOfATap} className="overflow-hidden">
      <ol className="grid grid-cols-2 sm:grid-cols-4 xl:grid-cols-7">
        {wayStages(live, fleet).map((stage, index) => (
          <li
            key={stage.name}
            className={cn(
              "relative -mt-px -ml-px border-t border-l border-line px-4 py-3",
              stage.warning === null ? "" : looks[stage.severity].surface,
            )}
          >
            {index === 0 ? null : (
              <span
                aria-hidden
                className="absolute top-3.5 -left-[7px] bg-surface text-xs leading-none text-ink-faint"
              >
                ▸
              </span>
            )}
            <p className="text-xs font-medium text-ink-soft">{stage.name}</p>
            <p className="mt-1.5 flex items-baseline gap-1.5">
              <span className="figure text-xl leading-none font-medium">{stage.value}</span>
              <span className="text-xs text-ink-faint">{stage.unit}</span>
            </p>
            <p
              className={cn(
                "mt-1.5 text-xs",
                stage.warning ? looks[stage.severity].ink : "truncate text-ink-faint",
              )}
            >
              {stage.warning === null ? null : (
                <span>
                  {looks[stage.severity].shape} {stage.warning},{" "}
                </span>
              )}
              {stage.note}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
