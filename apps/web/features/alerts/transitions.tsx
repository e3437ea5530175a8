import { formatTime } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AlertDetail } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/transitions.ts";
import { transitionWords } from "./alert-words.ts";

/** What has happened to an alert, the last first, as the audit log has it. */
export function Transitions({ transitions, names }: Pick<AlertDetail, "transitions" | "names">) {
  const zone = useTimeZone();
  if (transitions.length === 0) return null;
  return (
    <section aria-label={strings.whatHappened} className="border-b border-line px-5 py-4">
      <h3 className="text-xs font-medium text-ink-faint">{strings.whatHappened}</h3>
      <ol className="mt-2 space-y-2.5 text-sm">
        {transitions.map(({ kind, atEpochMs, actor, note, assignee }) => (
          <li key={`${atEpochMs} ${kind}`} className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3">
            <time
              dateTime={new Date(atEpochMs).toISOString()}
              title={new Date(atEpochMs).toISOString()}
              className="figure text-xs leading-5 text-ink-faint"
            >
              {formatTime(atEpochMs, zone)}
            </time>
            <div className="min-w-0">
              {actor.kind === "operator" ? `${names[actor.id] ?? strings.somebody} ` : ""}
              {transitionWords[kind]}
              {assignee === null
                ? ""
                : strings.toNames({ names: names[assignee] ?? strings.somebodyWhoIsGone })}
              {note === null ? null : (
                <p className="mt-0.5 border-l-2 border-line pl-2 text-ink-soft [overflow-wrap:anywhere]">
                  {note}
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
