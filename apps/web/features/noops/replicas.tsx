"use client";

import type { ServiceWish, Wishes } from "@tapline/core/balance";
import { formatCount, formatMs, formatRate, formatSpan, unknown } from "../../client/format.ts";
import { Unread } from "../../client/list-states.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useNoops } from "../../client/use-noops.ts";
import { useNow } from "../../client/use-now.ts";
import type { NoopsBoard } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/replicas.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ForecastPanel } from "./forecast-panel.tsx";
import { SwitchBar } from "./switch-bar.tsx";
import { useNoopsAsked } from "./use-noops-asked.tsx";

/** How many replicas each service has and needs, now and by the forecast, and how good forecasts were. */
export function Replicas() {
  const { board, isFailed, heardEpochMs } = useNoops(true);
  const asking = useNoopsAsked();
  useNow(1_000);
  return (
    <div data-stale={isFailed} className="flex flex-1 flex-col">
      <SwitchBar title={strings.replicas} board={board} onAsk={asking.ask} />
      {asking.outcome}
      {isFailed ? <Unread what={strings.replicas2} heardEpochMs={heardEpochMs} /> : null}
      <Card aria-label={strings.replicasOfServices} className="overflow-hidden">
        <Whole board={board} isFailed={isFailed} />
      </Card>
      <div className="mt-3">
        <ForecastPanel />
      </div>
      {asking.dialog}
    </div>
  );
}

function Whole({ board, isFailed }: { board: NoopsBoard | undefined; isFailed: boolean }) {
  if (board === undefined) return isFailed ? null : <ListSkeleton of={strings.services} />;
  if (board.wishes === null)
    return (
      <div className="p-4">
        <Notice tone="warning" title={strings.nobodySaysWhatServicesNeed}>
          {strings.noWorkerWithTheRole}
        </Notice>
      </div>
    );
  return <WishTable wishes={board.wishes} />;
}

const cell = "border-b border-line px-3 py-2 align-top text-sm";
const figures = cn(cell, "figure text-right");
const wide = "@max-3xl:hidden";

function WishTable({ wishes: { atEpochMs, services } }: { wishes: Wishes }) {
  const heads = [
    { name: strings.service, look: "text-left" },
    { name: strings.has, look: "text-right" },
    { name: strings.needs, look: "text-right" },
    { name: strings.byTheLoadOfNow, look: cn("text-right", wide) },
    { name: strings.byTheForecast, look: cn("text-right", wide) },
    { name: strings.comesInPerS, look: cn("text-right", wide) },
    { name: strings.takesMs, look: cn("text-right", wide) },
    { name: strings.why, look: "text-left" },
  ];
  return (
    <div className="@container overflow-x-auto">
      <table aria-label={strings.replicas} className="w-full border-collapse">
        <thead>
          <tr className="text-xs text-ink-faint">
            {heads.map(({ name, look }) => (
              <th key={name} scope="col" className={cn("border-b border-line px-3 py-2 font-medium", look)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map((wish) => (
            <WishRow key={wish.service} of={wish} />
          ))}
        </tbody>
      </table>
      <p className="age px-3 py-2 text-xs text-ink-faint">
        {strings.toldSpanAgoWhatIs({ span: formatSpan(serverNow() - atEpochMs) })}
      </p>
    </div>
  );
}

function WishRow({
  of: { service, readings, wish, reactive, forecast, why, mayLower },
}: {
  of: ServiceWish;
}) {
  const has = readings.replicas;
  const isShort = has !== null && wish > has;
  return (
    <tr>
      <th scope="row" className={cn(cell, "text-left font-medium")}>
        {service}
      </th>
      <td className={figures}>{formatCount(has)}</td>
      <td className={cn(figures, isShort && "font-medium text-warning")}>
        {isShort ? <span aria-hidden>▲ </span> : null}
        {formatCount(wish)}
      </td>
      <td className={cn(figures, wide, "text-ink-soft")}>{formatCount(reactive)}</td>
      <td className={cn(figures, wide, "text-ink-soft")}>
        {forecast === null ? (
          <span title={strings.noForecastIsGoodEnough}>{unknown}</span>
        ) : (
          formatCount(forecast)
        )}
      </td>
      <td className={cn(figures, wide, "text-ink-soft")}>{formatRate(readings.arrivalsPerSecond)}</td>
      <td className={cn(figures, wide, "text-ink-soft")}>{formatMs(readings.serviceMs)}</td>
      <td className={cn(cell, "text-ink-soft")}>
        {why[0] ?? ""}
        {mayLower ? null : <span className="block text-xs text-ink-faint">{strings.heldNotMadeSmaller}</span>}
      </td>
    </tr>
  );
}
