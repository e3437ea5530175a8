"use client";

import type { Severity } from "@tapline/core/alerts";
import type { KpiLive } from "@tapline/core/kpi";
import Link from "next/link";
import { formatCount } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAlertList } from "../../client/use-alerts.ts";
import { useHeldOrder } from "../../client/use-held-order.ts";
import * as strings from "../../strings/generated/overview/wrong-list.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { SeverityMark, severityLooks } from "../../ui/severity.tsx";
import { type Wrong, wrongNow } from "./wrong-now.ts";

const usualMost = 6;
const looks: Record<Severity, string> = {
  critical: "border-l-critical bg-critical-surface",
  warning: "border-l-warning bg-warning-surface",
  info: "border-l-line-strong",
};

/**
 * What is wrong now, and the way to its cause. No line moves while somebody points at one.
 * @param most so many lines
 * @param calm is said while all is well; else nothing is
 */
export function WrongList({ live, most = usualMost, calm }: { live: KpiLive; most?: number; calm?: string }) {
  const zone = useTimeZone();
  const { alerts } = useAlertList({ view: "open" });
  return <WrongRows wrong={wrongNow(live, alerts, zone)} {...{ most, calm }} />;
}

/** The same of what was found already. */
export function WrongRows({
  wrong,
  most = usualMost,
  calm,
}: {
  wrong: readonly Wrong[];
  most?: number | undefined;
  calm?: string | undefined;
}) {
  const { rows, holding } = useHeldOrder(wrong);
  if (rows.length === 0) {
    return calm === undefined ? null : <p className="px-1 text-sm text-ink-faint">{calm}</p>;
  }
  return (
    <Card aria-label={strings.whatIsWrongNow} className="mb-3 overflow-hidden" {...holding}>
      <ul className="divide-y divide-line">
        {rows.slice(0, most).map(({ key, ...row }) => (
          <WrongRow key={key} {...row} />
        ))}
      </ul>
      {rows.length > most ? (
        <Link href="/alerts" className="block border-t border-line px-4 py-2 text-sm underline">
          {strings.rowsMoreAreOpen({ rows: formatCount(rows.length - most) })}
        </Link>
      ) : null}
    </Card>
  );
}

function WrongRow({ severity, title, text, links, isGone }: Omit<Wrong, "key"> & { isGone: boolean }) {
  return (
    <li
      data-testid="trouble"
      className={cn(
        "flex flex-wrap items-baseline gap-x-4 gap-y-1 border-l-4 px-4 py-2.5 text-sm",
        isGone ? "border-l-line text-ink-faint" : looks[severity],
      )}
    >
      <div className="min-w-0 flex-1 basis-80">
        <p className={cn("font-semibold", isGone ? "" : severityLooks[severity].ink)}>
          <SeverityMark severity={severity} isCalm={isGone} /> {title}
          {isGone ? strings.over : ""}
        </p>
        {text === null ? null : <p className={cn("mt-0.5", isGone ? "" : "text-ink")}>{text}</p>}
      </div>
      <p className="flex flex-wrap gap-x-3">
        {links.map(({ href, label }) => (
          <Link
            key={href}
            href={href}
            aria-label={`${label}: ${title}`}
            className="font-medium text-ink underline underline-offset-4"
          >
            {label}
          </Link>
        ))}
      </p>
    </li>
  );
}
