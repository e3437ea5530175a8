"use client";

import dynamic from "next/dynamic";
import { memo } from "react";
import {
  formatAge,
  formatCount,
  formatDayTime,
  formatRate,
  formatSpan,
  unknown,
} from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAddressPart } from "../../client/use-address-part.ts";
import { useForecasts } from "../../client/use-noops.ts";
import { useNow } from "../../client/use-now.ts";
import { ianaZone } from "../../client/zones.ts";
import type { ForecastHistory } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/forecast-panel.ts";
import { LineSample } from "../../ui/line-sample.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Nothing, Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { forecastHours, forecastRows, knownUntil, lines, services, unitOf } from "./forecast-series.ts";
import { valueWords } from "./noops-words.ts";

const loading = () => <Skeleton className="h-full w-full" />;
const ForecastChart = dynamic(
  () => loadPart(() => import("./forecast-chart.tsx")).then((part) => part.ForecastChart),
  { ssr: false, loading },
);

const usualService = "ingest";

/** How good forecasts of load were: by the minute what had been foretold of a service, beside what came. Drawn anew when that is, not by the page's seconds. */
export const ForecastPanel = memo(function ForecastPanel() {
  const address = useAddressPart("service");
  const service = services.find((one) => one === address.value) ?? usualService;
  const { history, isFailed } = useForecasts(service);
  const choose = (
    <select
      aria-label={strings.ofTheService}
      value={service}
      onChange={({ target }) => address.set(target.value === usualService ? null : target.value)}
      className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm"
    >
      {services.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
  return (
    <Panel title={strings.forecastAgainstActual} aside={choose}>
      {isFailed ? (
        <div className="p-4">
          <Notice tone="warning" title={strings.theForecastsCouldNotBe}>
            {history === undefined ? strings.itIsTriedAgain : strings.whatIsDrawnIsThe}
          </Notice>
        </div>
      ) : null}
      {history === undefined ? (
        isFailed ? null : (
          <div className="h-64 p-4">{loading()}</div>
        )
      ) : (
        <Known history={history} />
      )}
    </Panel>
  );
});

function Known({ history }: { history: ForecastHistory }) {
  const zone = useTimeZone();
  const { service, minutes, record } = history;
  if (minutes.length === 0)
    return <Nothing title={strings.nothingIsKeptYet}>{strings.balanceKeepsItAt}</Nothing>;
  const unit = unitOf(service);
  return (
    <div className="p-4">
      <p className="text-sm">{goodness(record)}</p>
      <Age minutes={minutes} unit={unit} />
      <Legend />
      <div className="mt-2 h-64">
        <ForecastChart
          title={`${strings.forecastAgainstActual}: ${service}`}
          rows={forecastRows(history)}
          {...{ unit, zone }}
        />
      </div>
      <Hours history={history} unit={unit} />
    </div>
  );
}

/** In words, how good forecasts were. */
function goodness(record: ForecastHistory["record"]): string {
  if (record === null) return strings.nothingWasForetold;
  if (record.offRatio === null) return strings.nothingCameOfWhat;
  return strings.offByOffWithinNotTrusted({
    ...{ minutes: record.minutes, shut: record.shutMinutes },
    ...{ off: percent(record.offRatio), within: percent(record.withinRatio) },
  });
}

function Age({ minutes, unit }: { minutes: ForecastHistory["minutes"]; unit: string }) {
  const zone = useTimeZone();
  useNow(1_000);
  const until = knownUntil(minutes);
  const aheadMs = minutes.findLast(({ foretold }) => foretold !== null)?.foretold?.aheadMs ?? null;
  return (
    <p className="age mt-1 text-xs text-ink-faint">
      {until === null
        ? strings.noMinuteIsKnown
        : strings.lastMinuteEndedSpanAgo({
            span: formatSpan(serverNow() - until),
            ahead: aheadMs === null ? unknown : formatAge(aheadMs),
            ...{ unit, zone: ianaZone(zone) },
          })}
    </p>
  );
}

/** Right of it the chart's menu stands. */
function Legend() {
  return (
    <ul className="mt-3 mr-9 flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-soft">
      {Object.values(lines).map((spec) => (
        <li key={spec.label} className="flex items-center gap-1.5">
          <LineSample spec={spec} />
          {spec.label}
        </li>
      ))}
      <li className="flex items-center gap-1.5">
        <svg aria-hidden width="14" height="12" className="shrink-0">
          <rect width="14" height="12" fill="var(--chart-gap)" fillOpacity="0.3" />
        </svg>
        {strings.notTrusted}
      </li>
      <li className="flex items-center gap-1.5">
        <svg aria-hidden width="14" height="12" className="shrink-0">
          <path d="M-2 12 L10 0 M4 12 L16 0 M-8 12 L4 0" stroke="var(--chart-gap)" />
        </svg>
        {strings.nobodyKnowsWhatCame}
      </li>
    </ul>
  );
}

function Hours({ history: { minutes }, unit }: { history: ForecastHistory; unit: string }) {
  const zone = useTimeZone();
  const heads = [
    ...[strings.came({ unit }), strings.foretold({ unit })],
    ...[strings.offBy, strings.notTrustedMin],
  ];
  return (
    <details className="mt-2 text-xs">
      <summary className="cursor-pointer text-ink-soft">{strings.byTheHourAsATable}</summary>
      <table aria-label={strings.forecastAgainstActual} className="mt-1 w-full">
        <thead>
          <tr className="text-right text-ink-faint">
            <th scope="col" className="text-left font-medium">
              {strings.from}
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className="font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {forecastHours(minutes).map(({ fromEpochMs, came, foretold, offRatio, shutMinutes }) => (
            <tr key={fromEpochMs} className="figure text-right">
              <th scope="row" className="text-left font-normal">
                {formatDayTime(fromEpochMs, zone, serverNow())}
              </th>
              <td>{valueWords(came)}</td>
              <td>{valueWords(foretold)}</td>
              <td>{percent(offRatio)}</td>
              <td>{formatCount(shutMinutes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

const percent = (ratio: number | null) => (ratio === null ? unknown : `${formatRate(100 * ratio)} %`);
