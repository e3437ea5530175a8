"use client";

import type { ServiceWish, Wishes } from "@tapline/core/balance";
import { formatCount, formatMs, formatRate, formatSpan, unknown } from "../../client/format.ts";
import { Unread } from "../../client/list-states.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useNoops } from "../../client/use-noops.ts";
import { useNow } from "../../client/use-now.ts";
import type { NoopsBoard } from "../../contracts/noops.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { SwitchBar } from "./switch-bar.tsx";
import { useNoopsAsked } from "./use-noops-asked.tsx";

/** How many replicas each service has and needs, now and by the forecast. */
export function Replicas() {
  const { board, isFailed, heardEpochMs } = useNoops(true);
  const asking = useNoopsAsked();
  useNow(1_000);
  return (
    <div data-stale={isFailed} className="flex flex-1 flex-col">
      <SwitchBar title="Replicas" board={board} onAsk={asking.ask} />
      {asking.outcome}
      {isFailed ? <Unread what="replicas" heardEpochMs={heardEpochMs} /> : null}
      <Card aria-label="Replicas of services" className="overflow-hidden">
        <Whole board={board} isFailed={isFailed} />
      </Card>
      {asking.dialog}
    </div>
  );
}

function Whole({ board, isFailed }: { board: NoopsBoard | undefined; isFailed: boolean }) {
  if (board === undefined) return isFailed ? null : <ListSkeleton of="services" />;
  if (board.wishes === null)
    return (
      <div className="p-4">
        <Notice tone="warning" title="Nobody says what services need">
          No worker with the role balance has told anything for 10 s, or Redis does not answer. Nothing is
          scaled meanwhile.
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
    { name: "Service", look: "text-left" },
    { name: "Has", look: "text-right" },
    { name: "Needs", look: "text-right" },
    { name: "By the load of now", look: cn("text-right", wide) },
    { name: "By the forecast", look: cn("text-right", wide) },
    { name: "Comes in, per s", look: cn("text-right", wide) },
    { name: "Takes, ms", look: cn("text-right", wide) },
    { name: "Why", look: "text-left" },
  ];
  return (
    <div className="@container overflow-x-auto">
      <table aria-label="Replicas" className="w-full border-collapse">
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
        Told {formatSpan(serverNow() - atEpochMs)} ago. What is held is not made smaller while figures are
        missing or old.
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
          <span title="No forecast is good enough to be used">{unknown}</span>
        ) : (
          formatCount(forecast)
        )}
      </td>
      <td className={cn(figures, wide, "text-ink-soft")}>{formatRate(readings.arrivalsPerSecond)}</td>
      <td className={cn(figures, wide, "text-ink-soft")}>{formatMs(readings.serviceMs)}</td>
      <td className={cn(cell, "text-ink-soft")}>
        {why[0] ?? ""}
        {mayLower ? null : <span className="block text-xs text-ink-faint">held: not made smaller</span>}
      </td>
    </tr>
  );
}
