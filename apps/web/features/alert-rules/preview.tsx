"use client";

import type { AlertRule } from "@tapline/core/alerts";
import { useEffect, useRef, useState } from "react";
import { adviceOf, apiClient } from "../../client/api.ts";
import { formatCount, formatSpan } from "../../client/format.ts";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/alert-rules/preview.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";

const days = 7;

type Told = Awaited<ReturnType<typeof apiClient.alertRules.preview.query>>;
/** What of the two is being played. */
type Part = "now" | "changed";

/** How often the rule would have fired in the last days, as it is in force and as it was changed. */
export function Preview({
  now,
  changed,
  isSound,
}: {
  now: AlertRule;
  /** `null`: nothing is changed. */
  changed: AlertRule | null;
  isSound: boolean;
}) {
  const [told, setTold] = useState<{ of: string; now: Told; changed: Told | null } | null>(null);
  const [underWay, setUnderWay] = useState<{ part: Part; sinceMs: number } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const cancelling = useRef<AbortController | null>(null);
  useEffect(() => () => cancelling.current?.abort(), []);
  const asked = JSON.stringify([now, changed]);
  const run = async () => {
    const controller = new AbortController();
    cancelling.current = controller;
    const { signal } = controller;
    const play = (part: Part, rule: AlertRule) => {
      setUnderWay({ part, sinceMs: Date.now() });
      return apiClient.alertRules.preview.query({ rule, days }, { signal });
    };
    setError(null);
    try {
      const first = await play("now", now);
      setTold({ of: asked, now: first, changed: changed === null ? null : await play("changed", changed) });
    } catch (refusal) {
      if (!signal.aborted) setError(refusal);
    }
    setUnderWay(null);
  };
  return (
    <section aria-label={strings.preview} className="rounded-md border border-line p-3 text-sm">
      <div className="flex items-center gap-2">
        <h3 className="mr-auto text-xs font-semibold text-ink-soft">
          {strings.overTheLastDaysDays({ days })}
        </h3>
        {underWay === null ? (
          <Button
            kind="outline"
            className="h-8 text-xs disabled:opacity-60"
            disabled={!isSound}
            onClick={() => void run()}
          >
            {strings.preview}
          </Button>
        ) : (
          <Button kind="outline" className="h-8 text-xs" onClick={() => cancelling.current?.abort()}>
            {strings.cancel}
          </Button>
        )}
      </div>
      {underWay === null ? null : <Progress {...underWay} isOfTwo={changed !== null} />}
      {error === null ? null : (
        <div role="alert">
          <Notice className="mt-2" tone="warning" title={strings.itCouldNotBePreviewed}>
            {adviceOf(error) ?? strings.theServerDoesNotAnswer}
          </Notice>
        </div>
      )}
      {told === null || told.of !== asked ? null : (
        <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
          <dt className="text-ink-faint">{strings.asInForce}</dt>
          <dd>{wordsOf(told.now)}</dd>
          {told.changed === null ? null : (
            <>
              <dt className="text-ink-faint">{strings.asChanged}</dt>
              <dd>{wordsOf(told.changed)}</dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}

/** The server does not say how far it is: what is played and since when is all that is known. */
function Progress({ part, sinceMs, isOfTwo }: { part: Part; sinceMs: number; isOfTwo: boolean }) {
  const nowMs = useNow(1_000) ?? sinceMs;
  const step = part === "now" ? 1 : 2;
  return (
    <p role="status" className="mt-2 text-xs text-ink-soft">
      {isOfTwo ? strings.stepOf2({ step }) : ""}
      {rich(strings.theMinutesOfDaysDays, {
        days,
        part: part === "now" ? strings.asItIsInForce : strings.asItWasChanged,
        span: <span className="figure">{formatSpan(Math.max(0, nowMs - sinceMs))}</span>,
      })}
    </p>
  );
}

function wordsOf({ fired, activeMs, longestMs, scopes, unjudged }: Told): string {
  if (unjudged.because !== null) return strings.cannotBeJudgedNoHistory;
  const places = scopes.length > 1 ? strings.inScopesPlaces({ scopes: formatCount(scopes.length) }) : "";
  const stood =
    activeMs === 0
      ? ""
      : strings.standingForSpanAtMost({ span: formatSpan(activeMs), span2: formatSpan(longestMs) });
  const missing =
    unjudged.missingMs === 0 ? "" : strings.noHistoryOfSpanOf({ span: formatSpan(unjudged.missingMs) });
  return `${fired === 1 ? "once" : strings.firedTimes({ fired: formatCount(fired) })}${places}${stood}${missing}`;
}
