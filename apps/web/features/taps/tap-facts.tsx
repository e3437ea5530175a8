import Link from "next/link";
import type { ReactNode } from "react";
import { formatCount, formatDayTime } from "../../client/format.ts";
import { reasonWords } from "../../client/reason-labels.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { TapSegment, TapTrace } from "../../contracts/taps.ts";
import { Part } from "../../ui/part.tsx";

const link = "underline decoration-line-strong underline-offset-2 hover:decoration-ink";

/** An address of this page at which a tap is open. */
export const tapHref = (name: string): string => `/taps?${new URLSearchParams({ tap: name })}`;

/** Who read whose tap, and where. */
export function Whose({ trace }: { trace: TapTrace }) {
  const { tracker, agent, reader, segment } = trace;
  const many = segment !== null && segment.taps > 1;
  return (
    <Part title="Whose">
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1">
        <Fact name="Tracker">
          {tracker === null ? (
            many ? (
              "one of the segment's; which one is sealed with it"
            ) : (
              "not kept in the clear"
            )
          ) : (
            <>
              <Link className={link} href={`/taps?${new URLSearchParams({ of: `tracker:${tracker.id}` })}`}>
                <code className="font-mono text-xs">{tracker.id}</code>
              </Link>
              , epoch <span className="figure">{tracker.epoch}</span>, number{" "}
              <span className="figure">{tracker.seq}</span>
            </>
          )}
        </Fact>
        <Fact name="Agent">
          {agent === null ? (
            "one of the segment's; which one is sealed with it"
          ) : (
            <>
              <Link className={link} href={`/agents?${new URLSearchParams({ agent: agent.id })}`}>
                {agent.id}
              </Link>
              {agent.site === null ? "" : `, site ${agent.site}`}, epoch{" "}
              <span className="figure">{agent.epoch}</span>
              {agent.seq === null ? (
                ", one of its numbers"
              ) : (
                <>
                  , number <span className="figure">{agent.seq}</span>
                </>
              )}
            </>
          )}
        </Fact>
        <Fact name="Reader">{reader ?? "sealed with the tap"}</Fact>
        {tracker?.digest == null ? null : (
          <Fact name="SHA-256">
            <code className="font-mono text-xs">{tracker.digest}…</code>{" "}
            <span className="text-ink-faint">the index keeps 8 bytes</span>
          </Fact>
        )}
      </dl>
      <p className="mt-2 text-xs text-ink-faint">
        What the tracker measured is encrypted to the archive's keys, and shown nowhere here.
      </p>
    </Part>
  );
}

/** What validation said of it, where that is not simply yes. */
export function Verdict({ trace }: { trace: TapTrace }) {
  const zone = useTimeZone();
  const { rejection, firstCopyIn, state } = trace;
  if (state === "duplicate" && firstCopyIn !== null)
    return (
      <Part title="Verdict">
        <p>
          The same packet lies in segment{" "}
          <Link className={link} href={tapHref(firstCopyIn)}>
            <code className="font-mono text-xs">{firstCopyIn}</code>
          </Link>
          . The archive holds it once.
        </p>
      </Part>
    );
  if (rejection === null)
    return state === "archived" ? (
      <Part title="Verdict">
        <p>Accepted.</p>
      </Part>
    ) : null;
  const { reason, detail, quarantinedAtEpochMs: at, rulesVersion, replays, outcome, digest } = rejection;
  return (
    <Part title="Verdict">
      <p className="font-medium">Refused: {reasonWords(reason)}</p>
      {detail === "" ? null : <p className="mt-0.5 text-ink-soft [overflow-wrap:anywhere]">{detail}</p>}
      <p className="mt-1 text-ink-soft">
        In quarantine since {formatDayTime(at, zone, serverNow(), true)}, by release{" "}
        <span className="figure">{rulesVersion}</span> of the rules; its bytes lie there sealed.{" "}
        {replays === 0
          ? "It was not replayed."
          : `Replayed ${formatCount(replays)} times; ${outcome === null ? "the last one is under way" : `last: ${outcome}`}.`}
      </p>
      <p className="mt-1 text-xs text-ink-faint [overflow-wrap:anywhere]">
        SHA-256 <code className="font-mono">{digest}</code>
      </p>
    </Part>
  );
}

/** Where it lies, under which names, and whose keys open it. */
export function Where({ segment }: { segment: TapSegment }) {
  const zone = useTimeZone();
  const now = serverNow();
  const { id, taps, keys, copies, entry, expiredAtEpochMs } = segment;
  return (
    <Part title="In the archive">
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1 [overflow-wrap:anywhere]">
        <Fact name="Segment">
          <code className="font-mono text-xs">{id}</code>, {formatCount(taps)} {taps === 1 ? "tap" : "taps"}
        </Fact>
        <Fact name="Object">
          <code className="font-mono text-xs">{segment.objectPath}</code>, {formatCount(segment.objectBytes)}{" "}
          bytes
        </Fact>
        <Fact name="Manifest">
          <code className="font-mono text-xs">{segment.manifestPath}</code>
        </Fact>
        <Fact name="Archives">
          {copies.length === 0
            ? "none"
            : copies
                .map(({ target, readBackAtEpochMs: at }) =>
                  at === null
                    ? `${target} (not read back yet)`
                    : `${target} (read back ${formatDayTime(at, zone, now)})`,
                )
                .join(", ")}
        </Fact>
        <Fact name="Opened by">
          {keys.length === 0
            ? "not kept"
            : keys
                .map(({ subject, ski, state }) =>
                  subject === null ? `a key of before (${ski.slice(0, 8)}…)` : `${subject} (${state})`,
                )
                .join("; ")}
        </Fact>
        <Fact name="Audit entry">
          {entry === null ? (
            "none yet"
          ) : (
            <>
              <code className="font-mono text-xs">{entry.id}</code>
              {entry.index === null ? ", waits for its place" : `, place ${formatCount(entry.index)}`}
            </>
          )}
        </Fact>
        <Fact name="Trace">spans carry it as tapline.segment</Fact>
      </dl>
      {expiredAtEpochMs === null ? null : (
        <p className="mt-2 text-ink-soft">
          Its files were removed {formatDayTime(expiredAtEpochMs, zone, now)}, since their time was over.
        </p>
      )}
    </Part>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
