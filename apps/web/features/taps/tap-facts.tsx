import Link from "next/link";
import type { ReactNode } from "react";
import { formatCount, formatDayTime } from "../../client/format.ts";
import { reasonWords } from "../../client/reason-labels.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useSites } from "../../client/viewer.tsx";
import type { TapSegment, TapTrace } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/tap-facts.ts";
import { rich } from "../../strings/rich.tsx";
import { Part } from "../../ui/part.tsx";

const link = "underline decoration-line-strong underline-offset-2 hover:decoration-ink";

/** An address of this page at which a tap is open. */
export const tapHref = (name: string): string => `/taps?${new URLSearchParams({ tap: name })}`;

/** Who read whose tap, and where. */
export function Whose({ trace }: { trace: TapTrace }) {
  const { tracker, agent, reader, segment } = trace;
  const many = segment !== null && segment.taps !== 1;
  const isWhole = useSites() === null;
  return (
    <Part title={strings.whose}>
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1">
        <Fact name={strings.tracker}>
          {tracker === null
            ? many
              ? strings.oneOfTheSegmentsWhich
              : strings.notKeptInTheClear
            : rich(strings.linkEpochEpochNumberSeq, {
                link: isWhole ? (
                  <Link
                    className={link}
                    href={`/taps?${new URLSearchParams({ of: `tracker:${tracker.id}` })}`}
                  >
                    <code className="font-mono text-xs">{tracker.id}</code>
                  </Link>
                ) : (
                  <code className="font-mono text-xs">{tracker.id}</code>
                ),
                epoch: <span className="figure">{tracker.epoch}</span>,
                seq: <span className="figure">{tracker.seq}</span>,
              })}
        </Fact>
        <Fact name={strings.agent}>
          {agent === null ? (
            strings.oneOfTheSegmentsWhich
          ) : (
            <>
              {rich(strings.idSiteEpochEpoch, {
                id: (
                  <Link className={link} href={`/agents?${new URLSearchParams({ agent: agent.id })}`}>
                    {agent.id}
                  </Link>
                ),
                site: agent.site === null ? "" : strings.siteSite({ site: agent.site }),
                epoch: <span className="figure">{agent.epoch}</span>,
              })}
              {agent.seq === null
                ? strings.oneOfItsNumbers
                : rich(strings.numberSeq, { seq: <span className="figure">{agent.seq}</span> })}
            </>
          )}
        </Fact>
        <Fact name={strings.reader}>{reader ?? strings.sealedWithTheTap}</Fact>
        {tracker?.digest == null ? null : (
          <Fact name={strings.sha256}>
            <code className="font-mono text-xs">{tracker.digest}…</code>{" "}
            <span className="text-ink-faint">{strings.theIndexKeeps8Bytes}</span>
          </Fact>
        )}
      </dl>
      <p className="mt-2 text-xs text-ink-faint">{strings.whatTheTrackerMeasuredIs}</p>
    </Part>
  );
}

/** What validation said of it, where that is not simply yes. */
export function Verdict({ trace }: { trace: TapTrace }) {
  const zone = useTimeZone();
  const { rejection, firstCopyIn, state } = trace;
  if (state === "duplicate")
    return (
      <Part title={strings.verdict}>
        <p>
          {firstCopyIn === null
            ? strings.theArchiveHoldsTheSame
            : rich(strings.theSamePacketLiesIn, {
                link: (
                  <Link className={link} href={tapHref(firstCopyIn)}>
                    <code className="font-mono text-xs">{firstCopyIn}</code>
                  </Link>
                ),
              })}
        </p>
      </Part>
    );
  if (rejection === null)
    return state === "archived" ? (
      <Part title={strings.verdict}>
        <p>{strings.accepted}</p>
      </Part>
    ) : null;
  const { reason, detail, quarantinedAtEpochMs: at, rulesVersion, replays, outcome, digest } = rejection;
  return (
    <Part title={strings.verdict}>
      <p className="font-medium">{strings.refusedReason({ reason: reasonWords(reason) })}</p>
      {detail === "" ? null : <p className="mt-0.5 text-ink-soft [overflow-wrap:anywhere]">{detail}</p>}
      <p className="mt-1 text-ink-soft">
        {rich(strings.inQuarantineSinceTimeBy, {
          time: formatDayTime(at, zone, serverNow(), true),
          rulesVersion: <span className="figure">{rulesVersion}</span>,
          replays:
            replays === 0
              ? strings.itWasNotReplayed
              : strings.replayedReplaysTimesOutcome({
                  replays,
                  outcome: outcome === null ? strings.theLastOneIsUnder : strings.lastOutcome({ outcome }),
                }),
        })}
      </p>
      <p className="mt-1 text-xs text-ink-faint [overflow-wrap:anywhere]">
        {rich(strings.sha256Digest, { digest: <code className="font-mono">{digest}</code> })}
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
    <Part title={strings.inTheArchive}>
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1 [overflow-wrap:anywhere]">
        <Fact name={strings.segment}>
          {taps === null
            ? rich(strings.idWithTapsOfOther, { id: <code className="font-mono text-xs">{id}</code> })
            : rich(strings.idTaps, { id: <code className="font-mono text-xs">{id}</code>, taps })}
        </Fact>
        <Fact name={strings.object}>
          {segment.objectBytes === null ? (
            <code className="font-mono text-xs">{segment.objectPath}</code>
          ) : (
            rich(strings.objectPathObjectBytesBytes, {
              objectPath: <code className="font-mono text-xs">{segment.objectPath}</code>,
              objectBytes: formatCount(segment.objectBytes),
            })
          )}
        </Fact>
        <Fact name={strings.manifest}>
          <code className="font-mono text-xs">{segment.manifestPath}</code>
        </Fact>
        <Fact name={strings.archives}>
          {copies.length === 0
            ? strings.none
            : copies
                .map(({ target, readBackAtEpochMs: at }) =>
                  at === null
                    ? strings.targetNotReadBackYet({ target })
                    : strings.targetReadBackTime({ target, time: formatDayTime(at, zone, now) }),
                )
                .join(", ")}
        </Fact>
        <Fact name={strings.openedBy}>
          {keys.length === 0
            ? strings.notKept
            : keys
                .map(({ subject, ski, state }) =>
                  subject === null
                    ? strings.aKeyOfBeforeSki({ ski: ski.slice(0, 8) })
                    : `${subject} (${state})`,
                )
                .join("; ")}
        </Fact>
        <Fact name={strings.auditEntry}>
          {entry === null ? (
            strings.noneYet
          ) : (
            <>
              <code className="font-mono text-xs">{entry.id}</code>
              {entry.index === null
                ? strings.waitsForItsPlace
                : strings.placeIndex({ index: formatCount(entry.index) })}
            </>
          )}
        </Fact>
        <Fact name={strings.trace}>{strings.spansCarryItAsTapline}</Fact>
      </dl>
      {expiredAtEpochMs === null ? null : (
        <p className="mt-2 text-ink-soft">
          {strings.itsFilesWereRemovedTime({ time: formatDayTime(expiredAtEpochMs, zone, now) })}
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
