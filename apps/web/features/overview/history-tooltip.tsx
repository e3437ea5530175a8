import { formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/overview/history-tooltip.ts";
import { LineSample } from "../../ui/line-sample.tsx";
import type { HistoryRow, SeriesSpec } from "./history-series.ts";

/** The figures of one bucket. `active` and `payload` are filled in by the chart. */
export function HistoryTooltip(props: {
  series: readonly SeriesSpec[];
  format: (value: number) => string;
  zone: TimeZoneChoice;
  bucketMs: number;
  active?: boolean;
  payload?: readonly { payload?: HistoryRow }[];
}) {
  const row = props.payload?.[0]?.payload;
  if (!props.active || row === undefined) return null;
  const { startEpochMs, unfinished } = row;
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-xs shadow-md">
      <p className="mb-1 text-ink-faint">
        <span className="figure">
          {formatTime(startEpochMs, props.zone)} – {formatTime(startEpochMs + props.bucketMs, props.zone)}
        </span>
        {unfinished ? strings.notFinished : ""}
      </p>
      {props.series.map((spec) => {
        const value = row[unfinished ? `${spec.key}:tail` : spec.key];
        return (
          <p key={spec.key} className="flex items-center gap-2">
            <LineSample spec={spec} />
            <span className="text-ink-soft">{spec.label}</span>
            <span className="figure ml-auto pl-4 text-ink">
              {typeof value === "number" ? props.format(value) : "–"}
            </span>
          </p>
        );
      })}
    </div>
  );
}
