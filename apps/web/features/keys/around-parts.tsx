import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { KeysView, KeyWorkerView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/around-parts.ts";
import { rich } from "../../strings/rich.tsx";
import { cn } from "../../ui/cn.ts";
import { Part } from "../../ui/part.tsx";
import { dayOf, daysWords, isSoon, objects } from "./key-words.ts";

/** What stands around the ring: who goes by it, what can run out, who signs the log. */
export function AroundParts({ view }: { view: KeysView }) {
  return (
    <>
      <Workers view={view} />
      <Endings view={view} />
      <LogKeys view={view} />
      <Strangers view={view} />
    </>
  );
}

function Workers({ view: { workers } }: { view: KeysView }) {
  return (
    <Part title={strings.whatWorkersTakeTheRing}>
      {workers === null ? <p className="text-ink-soft">{strings.redisDoesNotAnswerIt}</p> : null}
      {workers?.length === 0 ? <p className="text-ink-soft">{strings.noWorkerThatEncryptsHas}</p> : null}
      <ul className="space-y-1">
        {workers?.map((worker) => (
          <Worker key={worker.worker} of={worker} />
        ))}
      </ul>
    </Part>
  );
}

function Worker({ of }: { of: KeyWorkerView }) {
  const { worker, isCurrent, ring, recipients, refused } = of;
  const isWell = isCurrent && refused.length === 0;
  const old = ring === null ? strings.goesByTheKeysOf : strings.hasAnOlderRing;
  return (
    <li className="grid gap-x-4 @2xl:grid-cols-[14rem_minmax(0,1fr)]">
      <span className="truncate font-mono text-xs leading-5">{worker}</span>
      <span className={isWell ? "text-ink-soft" : "font-medium text-warning"}>
        {isWell ? null : <span aria-hidden>▲ </span>}
        {strings.oldEncryptsToRecipients({
          old: isCurrent ? strings.hasTheRingAsIt : old,
          recipients: strings.keys({ recipients: recipients.length }),
        })}
        {refused.length === 0 ? "" : strings.doesNotBelieveRefused({ refused: refused.length })}
      </span>
    </li>
  );
}

function Endings({ view: { found } }: { view: KeysView }) {
  const nowEpochMs = serverNow();
  if (found === null)
    return (
      <Part title={strings.certificatesAndLists}>
        <p className="text-ink-soft">{strings.noWorkerHasToldYet}</p>
      </Part>
    );
  return (
    <Part title={strings.certificatesAndLists}>
      <ul className="space-y-1">
        {found.endings.map(({ what, subject, endsAtEpochMs }) => {
          const isDue = isSoon(endsAtEpochMs, nowEpochMs);
          return (
            <li
              key={`${what} ${subject} ${endsAtEpochMs}`}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 @2xl:grid-cols-[10rem_minmax(0,1fr)_6rem_7rem]"
            >
              <span className="text-ink-faint">{what}</span>
              <span className="truncate @max-2xl:order-3 @max-2xl:col-span-2" title={subject}>
                {subject}
              </span>
              <span className="figure text-ink-soft @max-2xl:hidden">{dayOf(endsAtEpochMs)}</span>
              <span className={cn("figure text-right", isDue ? "font-medium text-warning" : "text-ink-soft")}>
                {isDue ? <span aria-hidden>▲ </span> : null}
                {daysWords(endsAtEpochMs, nowEpochMs)}
              </span>
            </li>
          );
        })}
        {found.unreadable.map((what) => (
          <li key={what} className="font-medium text-warning">
            <span aria-hidden>▲ </span>
            {strings.whatCannotBeReadBy({ what })}
          </li>
        ))}
      </ul>
      <p className="age mt-2 text-xs text-ink-faint">
        {strings.asAWorkerFoundIt({
          span: formatSpan(nowEpochMs - found.atEpochMs),
          rotateAfterDays:
            found.rotateAfterDays === 0
              ? strings.theArchivesKeyIsRotated
              : strings.theArchivesKeyIsRotated2({ rotateAfterDays: formatCount(found.rotateAfterDays) }),
        })}
      </p>
    </Part>
  );
}

function LogKeys({ view: { logKeys } }: { view: KeysView }) {
  return (
    <Part title={strings.keysOfTheAuditLog}>
      {logKeys.length === 0 ? <p className="text-ink-soft">{strings.noCheckpointIsSignedYet}</p> : null}
      <ul className="space-y-1">
        {logKeys.map(({ kind, name, id }) => (
          <li key={`${name} ${id}`} className="grid gap-x-4 @2xl:grid-cols-[10rem_minmax(0,1fr)]">
            <span className="text-ink-faint">{kind === "log" ? strings.signsIt : strings.cosignsIt}</span>
            <span className="truncate">
              {name} · <span className="font-mono text-xs">{id}</span>
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Strangers({ view: { strangers, countedAtEpochMs } }: { view: KeysView }) {
  return (
    <Part title={strings.whatElseIsArchived}>
      {strangers.length === 0 ? <p className="text-ink-soft">{strings.everyKeyThatOpensSomething}</p> : null}
      <ul className="space-y-1">
        {strangers.map(({ ski, share }) => (
          <li key={ski ?? "none"}>
            {strings.objectsWithTapsTaps({ objects: objects(share.segments), taps: share.taps })}{" "}
            {ski === null
              ? strings.noKeyIsNotedBy
              : rich(strings.openWithSkiWhichIs, { ski: <span className="font-mono text-xs">{ski}</span> })}
          </li>
        ))}
      </ul>
      <p className="age mt-2 text-xs text-ink-faint">
        {strings.whatKeysOpenWasCounted({ span: formatSpan(serverNow() - countedAtEpochMs) })}
      </p>
    </Part>
  );
}
