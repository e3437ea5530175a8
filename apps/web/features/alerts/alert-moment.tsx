"use client";

import { useQuery } from "@tanstack/react-query";
import type { Alert, AlertRule } from "@tapline/core/alerts";
import dynamic from "next/dynamic";
import { adviceOf, api } from "../../client/api.ts";
import { recheckMs, useAsking } from "../../client/asking.ts";
import { formatAge, formatDayTime } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/alerts/alert-moment.ts";
import { rich } from "../../strings/rich.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { formatFigure } from "./figures.ts";
import { latestOf, momentOfAlert, momentRows } from "./moment-series.ts";

const loading = () => <Skeleton className="h-full w-full" />;
const MomentChart = dynamic(
  () => loadPart(() => import("./moment-chart.tsx")).then((part) => part.MomentChart),
  { ssr: false, loading },
);

/** The figure that an alert is of, around its moment, as far as history has it for its place. */
export function AlertMoment({ alert, rule }: { alert: Alert; rule: AlertRule }) {
  const zone = useTimeZone();
  const moment = momentOfAlert(alert, serverNow());
  const query = useQuery({
    ...api.kpi.series.queryOptions({ kpi: rule.kpi, scope: alert.scope, ...moment }),
    ...useAsking(recheckMs),
    placeholderData: (before) => before,
  });
  const { data } = query;
  if (data === undefined)
    return (
      <Frame kpi={rule.kpi}>
        {query.isError ? (
          <p className="text-ink-soft">{adviceOf(query.error) ?? strings.itsHistoryCouldNotBe}</p>
        ) : (
          <div className="h-40">{loading()}</div>
        )}
      </Frame>
    );
  const { unit } = data;
  const rows = momentRows(moment, data.points, serverNow());
  const latest = latestOf(rows, moment.resolutionMs);
  if (latest === null)
    return (
      <Frame kpi={rule.kpi}>
        <p className="text-ink-soft">{strings.noHistoryOfItIs}</p>
      </Frame>
    );
  const ageMs = Math.max(0, serverNow() - latest.endEpochMs);
  return (
    <Frame kpi={rule.kpi}>
      <p className="age mb-1 text-xs text-ink-soft">
        {rich(strings.lastKnownFigureSpan, {
          figure: <span className="figure text-ink">{formatFigure(latest.value, unit)}</span>,
          span: ageMs === 0 ? strings.ofTheMinuteUnderWay : strings.spanAgo({ span: formatAge(ageMs) }),
        })}
      </p>
      <div className="h-40">
        <MomentChart {...{ rows, unit, zone, moment, alert, rule }} />
      </div>
      <details className="mt-2 text-xs">
        <summary className="cursor-pointer text-ink-soft">{strings.asATable}</summary>
        <table className="mt-1 w-full">
          <thead>
            <tr className="text-left text-ink-faint">
              <th scope="col">{strings.from}</th>
              <th scope="col">{strings.value}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ startEpochMs, value, tail, isUnfinished }) => (
              <tr key={startEpochMs}>
                <td className="figure">{formatDayTime(startEpochMs, zone, serverNow())}</td>
                <td className="figure">
                  {formatFigure(value ?? tail, unit)}
                  {isUnfinished ? strings.notFinished : ""}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Frame>
  );
}

function Frame({ kpi, children }: { kpi: string; children: React.ReactNode }) {
  return (
    <section aria-label={strings.theFigureAroundItsMoment} className="border-b border-line px-5 py-4 text-sm">
      <h3 className="mb-1 text-xs font-medium text-ink-faint">
        {rich(strings.aroundItsMomentKpi, { kpi: <span className="font-mono">{kpi}</span> })}
      </h3>
      {children}
    </section>
  );
}
