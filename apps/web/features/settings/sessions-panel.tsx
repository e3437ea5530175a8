"use client";

import { useState } from "react";
import { apiClient } from "../../client/api.ts";
import { browserLabel } from "../../client/browser-label.ts";
import { formatDayTime, formatSpan } from "../../client/format.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { useNow } from "../../client/use-now.ts";
import { askYouAnew } from "../../client/use-you.ts";
import type { SessionView, YouView } from "../../contracts/people.ts";
import { Button } from "../../ui/button.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";

/** Where one is signed in; each session can be ended, and all others at once. */
export function SessionsPanel({ you, isFailed }: { you: YouView | undefined; isFailed: boolean }) {
  useNow(30_000);
  const [said, setSaid] = useState<string | null>(null);
  const { error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const others = you?.sessions.filter(({ id }) => id !== you.sessionId).length ?? 0;
  const endOthers = () =>
    run(async () => {
      const ended = await apiClient.you.endOtherSessions.mutate();
      setSaid(ended === 1 ? "1 session was ended." : `${ended} sessions were ended.`);
    });
  const endOne = (session: SessionView) =>
    run(async () => {
      const stood = await apiClient.you.endSession.mutate({ id: session.id });
      setSaid(stood ? `${nameOf(session)} was signed out.` : "It had ended already.");
    });
  return (
    <Panel
      title="Where you are signed in"
      aside={
        others === 0 ? null : (
          <Button kind="outline" disabled={isUnderWay} onClick={() => void endOthers()}>
            Sign out all others
          </Button>
        )
      }
    >
      <div role="status" className="px-4 pt-3 text-sm empty:hidden">
        {said}
      </div>
      <div className="px-4 pt-3 empty:hidden">
        <RefusedNotice error={error} lookAt="the list" />
      </div>
      {you === undefined ? (
        isFailed ? (
          <Nothing title="Your sessions cannot be shown">
            The server does not answer. It is asked again.
          </Nothing>
        ) : (
          <Waiting of="your sessions" />
        )
      ) : (
        <ul aria-label="Sessions" className="divide-y divide-line">
          {you.sessions.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              isThis={session.id === you.sessionId}
              isUnderWay={isUnderWay}
              onEnd={() => void endOne(session)}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const nameOf = ({ userAgent }: SessionView): string =>
  userAgent === null ? "A program that gives no name" : browserLabel(userAgent);

function SessionRow({
  session,
  isThis,
  isUnderWay,
  onEnd,
}: {
  session: SessionView;
  isThis: boolean;
  isUnderWay: boolean;
  onEnd: () => void;
}) {
  const zone = useTimeZone();
  const now = serverNow();
  const since = formatDayTime(session.sinceEpochMs, zone, now);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="font-medium">
          {nameOf(session)}
          {isThis ? (
            <span className="ml-2 rounded border border-line-strong px-1.5 py-px text-xs font-normal text-ink-soft">
              this browser
            </span>
          ) : null}
        </p>
        <p className="text-ink-soft">
          {session.address === null ? "From an address that is not known" : `From ${session.address}`}, since{" "}
          <span className="age">{since}</span>
        </p>
        <p className="text-xs text-ink-faint">
          {isThis ? "In use" : `Last used ${formatSpan(now - session.usedAtEpochMs)} ago`}, ends by itself{" "}
          <span className="age">{formatDayTime(session.endsAtEpochMs, zone, now)}</span> unless it is used
          before
        </p>
      </div>
      {isThis ? null : (
        <Button kind="outline" disabled={isUnderWay} onClick={onEnd}>
          Sign out
          <span className="sr-only">
            {" "}
            {nameOf(session)}, since {since}
          </span>
        </Button>
      )}
    </li>
  );
}
