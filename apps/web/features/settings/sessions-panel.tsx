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
import * as strings from "../../strings/generated/settings/sessions-panel.ts";
import { rich } from "../../strings/rich.tsx";
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
      setSaid(strings.sessionsWereEnded({ ended }));
    });
  const endOne = (session: SessionView) =>
    run(async () => {
      const stood = await apiClient.you.endSession.mutate({ id: session.id });
      setSaid(stood ? strings.nameWasSignedOut({ name: nameOf(session) }) : strings.itHadEndedAlready);
    });
  return (
    <Panel
      title={strings.whereYouAreSignedIn}
      aside={
        others === 0 ? null : (
          <Button kind="outline" disabled={isUnderWay} onClick={() => void endOthers()}>
            {strings.signOutAllOthers}
          </Button>
        )
      }
    >
      <div role="status" className="px-4 pt-3 text-sm empty:hidden">
        {said}
      </div>
      <div className="px-4 pt-3 empty:hidden">
        <RefusedNotice error={error} lookAt={strings.theList} />
      </div>
      {you === undefined ? (
        isFailed ? (
          <Nothing title={strings.yourSessionsCannotBeShown}>{strings.theServerDoesNotAnswer}</Nothing>
        ) : (
          <Waiting of={strings.yourSessions} />
        )
      ) : (
        <ul aria-label={strings.sessions} className="divide-y divide-line">
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
  userAgent === null ? strings.aProgramThatGivesNo : browserLabel(userAgent);

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
              {strings.thisBrowser}
            </span>
          ) : null}
        </p>
        <p className="text-ink-soft">
          {rich(strings.addressSinceSince, {
            address:
              session.address === null
                ? strings.fromAnAddressThatIs
                : strings.fromAddress({ address: session.address }),
            since: <span className="age">{since}</span>,
          })}
        </p>
        <p className="text-xs text-ink-faint">
          {rich(strings.spanEndsByItselfTime, {
            span: isThis
              ? strings.inUse
              : strings.lastUsedSpanAgo({ span: formatSpan(now - session.usedAtEpochMs) }),
            time: <span className="age">{formatDayTime(session.endsAtEpochMs, zone, now)}</span>,
          })}
        </p>
      </div>
      {isThis ? null : (
        <Button kind="outline" disabled={isUnderWay} onClick={onEnd}>
          {rich(strings.signOutSpan, {
            span: (
              <span className="sr-only"> {strings.nameSinceSince({ name: nameOf(session), since })}</span>
            ),
          })}
        </Button>
      )}
    </li>
  );
}
