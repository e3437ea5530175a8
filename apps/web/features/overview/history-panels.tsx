"use client";

import type { KpiHistory } from "@tapline/core/kpi";
import dynamic from "next/dynamic";
import { memo } from "react";
import { formatMs, formatRate } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useSeen } from "../../client/use-seen.ts";
import { ianaZone } from "../../client/zones.ts";
import * as strings from "../../strings/generated/overview/history-panels.ts";
import { Card } from "../../ui/card.tsx";
import { LineSample } from "../../ui/line-sample.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { describeSeries, isBlank, recentValues, type SeriesSpec } from "./history-series.ts";

const loading = () => <Skeleton className="h-full w-full" />;
const HistoryChart = dynamic(
  () => loadPart(() => import("./history-chart.tsx")).then((room) => room.HistoryChart),
  {
    ssr: false,
    loading,
  },
);

const rates: readonly SeriesSpec[] = [
  { key: "in", label: strings.tapsIn, color: "--chart-in", of: (f) => f.ingestedPerSecond },
  {
    key: "archived",
    label: strings.archived,
    color: "--chart-archived",
    dash: "5 3",
    of: (f) => f.archivedPerSecond,
  },
];

const latencies: readonly SeriesSpec[] = [
  { key: "p50", label: "p50", color: "--chart-p50", of: (f) => f.tapToArchiveMs.p50 },
  { key: "p95", label: "p95", color: "--chart-p95", dash: "6 3", of: (f) => f.tapToArchiveMs.p95 },
  { key: "p99", label: "p99", color: "--chart-p99", dash: "2 3", of: (f) => f.tapToArchiveMs.p99 },
];

interface PanelsProps {
  history: KpiHistory | undefined;
  /** The last question went unanswered: what is shown is older than it looks. */
  isFailed: boolean;
}

/** How the first of the lines runs: what is there before somebody looks at the chart. */
function Trend({ history, series }: { history: KpiHistory; series: readonly SeriesSpec[] }) {
  const [first] = series;
  if (first === undefined) return null;
  return (
    <Sparkline values={recentValues(history, Number.POSITIVE_INFINITY, first.of)} className="size-full" />
  );
}

/** The last hour, drawn: anew with each history, and not with each live picture. */
export const HistoryPanels = memo(function HistoryPanels(props: PanelsProps) {
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Panel title={strings.throughput} unit={strings.tapsS} series={rates} format={formatRate} {...props} />
      <Panel title={strings.tapArchive} unit={strings.ms} series={latencies} format={formatMs} {...props} />
    </div>
  );
});

function Panel({
  title,
  unit,
  series,
  format,
  history,
  isFailed,
}: PanelsProps & {
  title: string;
  unit: string;
  series: readonly SeriesSpec[];
  format: (n: number) => string;
}) {
  const zone = useTimeZone();
  const { ref, isSeen } = useSeen<HTMLDivElement>();
  const note = strings.unitLastHour10S({ unit, zone: ianaZone(zone) });
  return (
    <Card className="p-4" aria-label={strings.titleLastHour({ title })}>
      <div className="mb-2 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 className="text-sm font-semibold">{title}</h2>
        <span className="text-xs text-ink-faint">{note}</span>
        <ul className="mr-9 ml-auto flex flex-wrap gap-x-4 text-xs text-ink-soft">
          {series.map((spec) => (
            <li key={spec.key} className="flex items-center gap-1.5">
              <LineSample spec={spec} />
              {spec.label}
            </li>
          ))}
        </ul>
      </div>
      {isFailed ? (
        <Notice tone="warning" title={strings.theHistoryCouldNotBe} className="mb-2 py-1.5">
          {history === undefined ? strings.itIsTriedAgainAll : strings.whatIsDrawnIsThe}
        </Notice>
      ) : null}
      <div ref={ref} className="relative h-56">
        {history === undefined ? (
          isFailed ? null : (
            loading()
          )
        ) : isSeen ? (
          <HistoryChart {...{ title, note, history, series, unit, format, zone }} />
        ) : (
          <Trend {...{ history, series }} />
        )}
        {history !== undefined && isBlank(history) ? (
          <p className="absolute inset-0 grid place-items-center pb-8 pl-12 text-sm text-ink-soft">
            <span className="rounded bg-surface px-3 py-1">{strings.nothingWasRecordedInThe}</span>
          </p>
        ) : null}
      </div>
      {history === undefined ? null : (
        <p className="sr-only">
          {series
            .map((spec) => describeSeries(history, spec, (value) => `${format(value)} ${unit}`))
            .join(". ")}
          .
        </p>
      )}
    </Card>
  );
}
