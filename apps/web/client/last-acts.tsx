import type { ShownEntry } from "@tapline/core/audit";
import * as strings from "../strings/generated/client/last-acts.ts";
import { Part } from "../ui/part.tsx";
import { formatDay, formatTime } from "./format.ts";
import { useTimeZone } from "./time-zone.ts";

/** What the audit log has of something, the last first. `words`: what an action did, said of who did it. */
export function LastActs({
  acts,
  names,
  words,
}: {
  acts: readonly ShownEntry[];
  /** Of the people among the actors, by their ids. */
  names: Readonly<Record<string, string>>;
  words: Partial<Record<ShownEntry["action"], string>>;
}) {
  const zone = useTimeZone();
  return (
    <Part title={strings.lastInTheAuditLog}>
      {acts.length === 0 ? <p className="text-ink-faint">{strings.nothingYet}</p> : null}
      <ol className="space-y-2">
        {acts.map(({ id, action, actor, atEpochMs, reason }) => (
          <li key={id} className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3">
            <time
              dateTime={new Date(atEpochMs).toISOString()}
              title={new Date(atEpochMs).toISOString()}
              className="age text-xs leading-5 text-ink-faint"
            >
              {formatDay(atEpochMs, zone).replace(/^\w+,? /, "")}, {formatTime(atEpochMs, zone, false)}
            </time>
            <div className="min-w-0">
              {whoOf(actor, names)} {words[action] ?? action}
              {reason === null ? null : (
                <p className="mt-0.5 border-l-2 border-line pl-2 text-ink-soft [overflow-wrap:anywhere]">
                  {reason}
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function whoOf({ kind, id }: ShownEntry["actor"], names: Readonly<Record<string, string>>): string {
  if (kind === "operator") return names[id] ?? id;
  return kind === "agent" ? strings.it : strings.jobId({ id });
}
