import dynamic from "next/dynamic";
import { formatCount } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AlarmHealth } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/calls-panel.ts";
import { rich } from "../../strings/rich.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { barLength } from "./bars.ts";
import { Panel } from "./panel.tsx";

const loading = () => <Skeleton className="h-full w-full" />;
const BarsChart = dynamic(() => loadPart(() => import("./bars-chart.tsx")).then((room) => room.BarsChart), {
  ssr: false,
  loading,
});

const title = strings.alertsThatCalledSomebody;

/** How often somebody was called over time, and when it was a flood. */
export function CallsPanel({ health }: { health: AlarmHealth }) {
  const { bars, floods, annunciated, targets } = health;
  const zone = useTimeZone();
  return (
    <Panel
      title={title}
      note={
        <span className="mr-9 flex flex-wrap gap-x-4 gap-y-1">
          <span>
            {rich(strings.annunciatedInAllOneBar, {
              annunciated: (
                <span className="figure text-ink-soft" data-testid="annunciated">
                  {formatCount(annunciated)}
                </span>
              ),
              barLength: barLength(bars.barMs),
            })}
          </span>
          <span className="flex items-center gap-1.5">
            <FloodSample />
            {strings.withAFloodMoreThan({ floodAbove: targets.floodAbove })}
          </span>
        </span>
      }
    >
      <div className="relative h-60">
        <BarsChart {...{ title, bars, floods, zone }} />
        {annunciated === 0 ? (
          <p className="absolute inset-0 grid place-items-center pb-8 pl-10 text-sm text-ink-soft">
            <span className="rounded bg-surface px-3 py-1">{strings.nobodyWasCalledInThis}</span>
          </p>
        ) : null}
      </div>
      <p className="sr-only">
        {strings.atMostCountInOne({
          count: formatCount(Math.max(...bars.counts)),
          floods: formatCount(floods.length),
        })}
      </p>
    </Panel>
  );
}

function FloodSample() {
  return (
    <svg aria-hidden width="14" height="12" className="shrink-0">
      <rect x="0.5" y="0.5" width="13" height="11" fill="var(--warning-surface)" stroke="var(--warning)" />
      <path d="M2 11 L12 1 M-3 11 L7 1 M7 11 L17 1" stroke="var(--warning)" strokeWidth="1.5" />
    </svg>
  );
}
