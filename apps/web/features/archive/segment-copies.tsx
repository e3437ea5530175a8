import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { SegmentDetail } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/segment-copies.ts";
import { Part } from "../../ui/part.tsx";
import { ago } from "./archive-words.ts";

const kinds: Record<string, string> = {
  ...{ copy: strings.lacksItsCopy, withdraw: strings.isToMoveItInto, rewrap: strings.lacksRewrapsOfIt },
};

/** Which archives hold it, when each copy was last read back, and what is still to be done. */
export function SegmentCopies({ detail: { copies, tasks, drills } }: { detail: SegmentDetail }) {
  const nowEpochMs = serverNow();
  return (
    <Part title={strings.copies}>
      <ul className="space-y-1.5">
        {copies.map(({ target, storedAtEpochMs, readBackAtEpochMs }) => (
          <li key={target} className="flex justify-between gap-3">
            <span>{target}</span>
            <span className="age text-xs text-ink-faint">
              {strings.storedStoredReadBack({
                stored: ago(storedAtEpochMs, nowEpochMs),
                readBack:
                  readBackAtEpochMs === null
                    ? strings.notReadBackYet
                    : strings.readBackReadBack({ readBack: ago(readBackAtEpochMs, nowEpochMs) }),
              })}
            </span>
          </li>
        ))}
        {tasks.map(({ kind, target, attempts, fault, nextAtEpochMs, isUnderWay }) => (
          <li key={`${kind}/${target}`}>
            <span className="flex justify-between gap-3">
              <span className={fault === "" ? "" : "font-medium text-warning"}>
                {fault === "" ? null : <span aria-hidden>▲ </span>}
                {target}
              </span>
              <span className="age text-xs text-ink-faint">
                {strings.kindsAttemptsSpan({
                  kinds: kinds[kind] ?? kind,
                  attempts,
                  span: isUnderWay
                    ? strings.oneIsUnderWay
                    : nextAtEpochMs <= nowEpochMs
                      ? strings.theNextIsDue
                      : strings.theNextInSpan({ span: formatSpan(nextAtEpochMs - nowEpochMs) }),
                })}
              </span>
            </span>
            {fault === "" ? null : <p className="text-xs [overflow-wrap:anywhere] text-ink-soft">{fault}</p>}
          </li>
        ))}
      </ul>
      {copies.length + tasks.length === 0 ? (
        <p className="text-ink-faint">{strings.noArchiveHoldsIt}</p>
      ) : null}
      {drills.map(({ target, outcome, detail, atEpochMs }) => (
        <p key={atEpochMs} className="age mt-2 text-xs text-ink-faint">
          {strings.restoredForTrialFromTarget({ target, at: ago(atEpochMs, nowEpochMs), outcome })}
          {detail === "" ? "" : `, ${detail}`}
        </p>
      ))}
    </Part>
  );
}
