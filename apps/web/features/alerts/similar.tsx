"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { api } from "../../client/api.ts";
import { recheckMs, useAsking } from "../../client/asking.ts";
import { formatDayTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { SimilarAlert } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/similar.ts";
import { transitionWords } from "./alert-words.ts";
import { formatDuration } from "./figures.ts";

/** Alerts of before of the same rule in the same place: when, how long, and what was done about them by whom. */
export function Similar({ alertId }: { alertId: string }) {
  const zone = useTimeZone();
  const query = useQuery({
    ...api.alertBoard.similar.queryOptions({ id: alertId }),
    ...useAsking(recheckMs),
  });
  const { data } = query;
  if (data === undefined && !query.isError) return null;
  return (
    <section aria-label={strings.similarAlertsOfBefore} className="px-5 py-4 text-sm">
      <h3 className="text-xs font-medium text-ink-faint">{strings.beforeOfTheSameRule}</h3>
      {data === undefined ? (
        <p className="mt-2 text-ink-soft">{strings.whetherThereWereAnyCould}</p>
      ) : data.similar.length === 0 ? (
        <p className="mt-2 text-ink-soft">{strings.noneThatIsOverThis}</p>
      ) : (
        <ol className="mt-2 space-y-2.5">
          {data.similar.map((one) => (
            <li key={one.alert.id}>
              <Link
                href={`/alerts?view=history&alert=${one.alert.id}`}
                className="underline underline-offset-4"
              >
                {formatDayTime(one.alert.openedAtEpochMs, zone, serverNow())}
              </Link>
              <span className="text-ink-soft">, {lengthOf(one)}</span>
              <Acts {...one} names={data.names} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function lengthOf({ alert }: SimilarAlert): string {
  const stood = (alert.returnedAtEpochMs ?? alert.changedAtEpochMs) - alert.breachedAtEpochMs;
  const times =
    alert.occurrences > 1 ? strings.raisedOccurrencesTimes({ occurrences: alert.occurrences }) : "";
  return strings.stoodForDurationTimes({ duration: formatDuration(Math.max(0, stood)), times });
}

function Acts({ acts, names }: SimilarAlert & { names: Record<string, string> }) {
  if (acts.length === 0)
    return <p className="mt-0.5 text-xs text-ink-faint">{strings.nobodyDidAnythingAboutIt}</p>;
  return (
    <ul className="mt-0.5 space-y-0.5 border-l-2 border-line pl-2 text-xs text-ink-soft">
      {acts.map(({ kind, actor, atEpochMs, note, assignee }) => (
        <li key={`${atEpochMs} ${kind}`} className="[overflow-wrap:anywhere]">
          {names[actor.id] ?? strings.somebody} {transitionWords[kind]}
          {assignee === null ? "" : strings.toNames({ names: names[assignee] ?? strings.somebodyWhoIsGone })}
          {note === null ? "" : `: ${note}`}
        </li>
      ))}
    </ul>
  );
}
