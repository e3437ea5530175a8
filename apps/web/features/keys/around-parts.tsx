import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { KeysView, KeyWorkerView } from "../../contracts/keys.ts";
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
    <Part title="What workers take the ring for">
      {workers === null ? <p className="text-ink-soft">Redis does not answer: it is not known.</p> : null}
      {workers?.length === 0 ? (
        <p className="text-ink-soft">No worker that encrypts has told anything for 30 s.</p>
      ) : null}
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
  const old = ring === null ? "goes by the keys of its settings" : "has an older ring";
  return (
    <li className="grid gap-x-4 @2xl:grid-cols-[14rem_minmax(0,1fr)]">
      <span className="truncate font-mono text-xs leading-5">{worker}</span>
      <span className={isWell ? "text-ink-soft" : "font-medium text-warning"}>
        {isWell ? null : <span aria-hidden>▲ </span>}
        {isCurrent ? "has the ring as it is" : old}, encrypts to{" "}
        {recipients.length === 1 ? "1 key" : `${recipients.length} keys`}
        {refused.length === 0 ? "" : `, does not believe ${refused.length}`}
      </span>
    </li>
  );
}

function Endings({ view: { found } }: { view: KeysView }) {
  const nowEpochMs = serverNow();
  if (found === null)
    return (
      <Part title="Certificates and lists">
        <p className="text-ink-soft">No worker has told yet what can run out.</p>
      </Part>
    );
  return (
    <Part title="Certificates and lists">
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
            {what}: cannot be read by the worker
          </li>
        ))}
      </ul>
      <p className="age mt-2 text-xs text-ink-faint">
        As a worker found it {formatSpan(nowEpochMs - found.atEpochMs)} ago.{" "}
        {found.rotateAfterDays === 0
          ? "The archive's key is rotated on purpose alone."
          : `The archive's key is rotated by itself when it is ${formatCount(found.rotateAfterDays)} d old.`}
      </p>
    </Part>
  );
}

function LogKeys({ view: { logKeys } }: { view: KeysView }) {
  return (
    <Part title="Keys of the audit log">
      {logKeys.length === 0 ? <p className="text-ink-soft">No checkpoint is signed yet.</p> : null}
      <ul className="space-y-1">
        {logKeys.map(({ kind, name, id }) => (
          <li key={`${name} ${id}`} className="grid gap-x-4 @2xl:grid-cols-[10rem_minmax(0,1fr)]">
            <span className="text-ink-faint">{kind === "log" ? "signs it" : "cosigns it"}</span>
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
    <Part title="What else is archived">
      {strangers.length === 0 ? (
        <p className="text-ink-soft">Every key that opens something is in the ring.</p>
      ) : null}
      <ul className="space-y-1">
        {strangers.map(({ ski, share }) => (
          <li key={ski ?? "none"}>
            {objects(share.segments)} with {formatCount(share.taps)} taps:{" "}
            {ski === null ? (
              "no key is noted, by an earlier version"
            ) : (
              <>
                open with <span className="font-mono text-xs">{ski}</span>, which is not in the ring
              </>
            )}
          </li>
        ))}
      </ul>
      <p className="age mt-2 text-xs text-ink-faint">
        What keys open was counted {formatSpan(serverNow() - countedAtEpochMs)} ago.
      </p>
    </Part>
  );
}
