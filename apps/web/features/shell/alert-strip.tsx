"use client";

import type { Severity } from "@tapline/core/alerts";
import Link from "next/link";
import { formatAge, formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useAlertCounts } from "../../client/use-alerts.ts";
import { useConnection } from "../../client/use-live.ts";
import { useNow } from "../../client/use-now.ts";
import { useSites } from "../../client/viewer.tsx";
import { type AlertCounts, sumOfOpen } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/shell/alert-strip.ts";
import { rich } from "../../strings/rich.tsx";
import { cn } from "../../ui/cn.ts";
import { SeverityMark, severityLooks } from "../../ui/severity.tsx";

const severities = Object.keys(severityLooks) as Severity[];

/** On every page: how many alerts are open, how bad they are, and what came first. Grey while nobody is called. */
export function AlertStrip() {
  const { counts, isFailed } = useAlertCounts();
  const connection = useConnection();
  const isWhole = useSites() === null;
  const isStale = connection === "stale" || connection === "signed-out";
  return (
    <aside aria-label={strings.alertCounts}>
      <Link
        href="/alerts"
        data-testid="alert-strip"
        data-stale={isStale}
        className="flex h-10 min-w-0 items-center gap-x-4 border-b border-line bg-surface px-5 text-xs text-ink-soft hover:bg-raised max-sm:gap-x-3 max-sm:px-3"
      >
        <span className="font-medium">{isWhole ? strings.alerts : strings.alertsOfYourSites}</span>
        {counts === undefined ? (
          <span className="text-ink-faint">{isFailed ? strings.couldNotBeCounted : "…"}</span>
        ) : (
          <Counted counts={counts} />
        )}
      </Link>
    </aside>
  );
}

function Counted({ counts }: { counts: AlertCounts }) {
  const open = severities.filter((severity) => sumOfOpen(counts.open[severity]) > 0);
  return (
    <>
      {open.length === 0 ? <span className="text-ink-faint">{strings.noneIsOpen}</span> : null}
      {open.map((severity) => (
        <SeverityCount key={severity} severity={severity} counts={counts.open[severity]} />
      ))}
      <Held counts={counts} />
      <Newest counts={counts} />
    </>
  );
}

/** Coloured while one of them calls; where all are acknowledged or over, grey. */
function SeverityCount({ severity, counts }: { severity: Severity; counts: AlertCounts["open"][Severity] }) {
  const { ink, word } = severityLooks[severity];
  const isCalling = counts.activeUnacknowledged > 0;
  return (
    <span
      className={cn("flex items-baseline gap-1.5 whitespace-nowrap", isCalling ? `font-semibold ${ink}` : "")}
    >
      <SeverityMark severity={severity} isCalm={!isCalling} />
      <span className="figure">{formatCount(sumOfOpen(counts))}</span>
      <span aria-hidden className="max-sm:hidden">
        {word.toLowerCase()}
      </span>
    </span>
  );
}

function Held({ counts }: { counts: AlertCounts }) {
  const held = counts.shelved + counts.suppressed + counts.outOfService;
  if (held === 0) return null;
  return (
    <span className="whitespace-nowrap text-ink-faint max-md:hidden">
      {rich(strings.heldHeldBack, { held: <span className="figure">{formatCount(held)}</span> })}
    </span>
  );
}

function Newest({ counts: { newestFirstOut } }: { counts: AlertCounts }) {
  const isKnown = useNow(1_000) !== null;
  if (newestFirstOut === null) return null;
  const { severity, message, raisedAtEpochMs } = newestFirstOut;
  return (
    <span className="ml-auto flex min-w-0 items-baseline gap-1.5">
      <SeverityMark severity={severity} />
      <span className="truncate text-ink">{message}</span>
      {isKnown ? (
        <span className="age shrink-0 text-ink-faint">
          {formatAge(Math.max(0, serverNow() - raisedAtEpochMs))}
        </span>
      ) : null}
    </span>
  );
}
