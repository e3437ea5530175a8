"use client";

import { useQuery } from "@tanstack/react-query";
import type { ShownEntry } from "@tapline/core/audit";
import Link from "next/link";
import type { ReactNode } from "react";
import { adviceOf, api } from "../../client/api.ts";
import { formatCount, formatSpan, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { AuditLogState, AuditRow } from "../../contracts/audit.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Part } from "../../ui/part.tsx";
import {
  actorText,
  changesOf,
  factName,
  factText,
  linkOf,
  type Names,
  placeText,
  timeText,
} from "./entry-words.ts";
import { ProofButton } from "./proof-button.tsx";
import type { AuditView } from "./view.ts";

const recheckMs = 5_000;

export interface AuditPaneProps {
  id: string;
  /** As the list has it; it is asked for where the list has it not. */
  row: AuditRow | null;
  names: Names;
  onClose: () => void;
  onFilter: (given: Partial<AuditView>) => void;
  onVerify: (row: AuditRow) => void;
}

/** One entry whole: who, what, on what, why, what it changed, where it stands and who vouches for it. */
export function AuditPane(props: AuditPaneProps) {
  const { id, row: held } = props;
  const asked = useQuery({
    ...api.auditBoard.entry.queryOptions({ id }),
    enabled: held === null || held.index === null,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.index === null ? recheckMs : false,
  });
  const row = held?.index != null ? held : (asked.data ?? held);
  return (
    <PaneFrame
      kind={
        <span className="figure font-normal text-ink-faint">{row === null ? "" : placeText(row.index)}</span>
      }
      title={row?.entry?.action ?? "Entry"}
      under={<span className="font-mono [overflow-wrap:anywhere]">{id}</span>}
      onClose={props.onClose}
      acts={row?.index == null ? null : <ActBar id={id} onVerify={() => props.onVerify(row)} />}
    >
      {row === null ? (
        <Missing error={asked.error} />
      ) : (
        <>
          {row.entry === null ? <Unreadable id={id} /> : <Entry {...props} entry={row.entry} />}
          <Standing row={row} />
        </>
      )}
    </PaneFrame>
  );
}

function ActBar({ id, onVerify }: { id: string; onVerify: () => void }) {
  return (
    <fieldset className="flex flex-wrap items-center gap-2 border-t border-line bg-surface px-5 py-3">
      <legend className="sr-only">What to do about this entry</legend>
      <ProofButton id={id} />
      <Button kind="outline" onClick={onVerify}>
        Verify it…
      </Button>
    </fieldset>
  );
}

function Entry({ entry, names, onFilter }: AuditPaneProps & { entry: ShownEntry }) {
  const link = linkOf(entry.subject);
  const changes = changesOf(entry);
  return (
    <>
      <Part title="What was done">
        <Facts>
          <Fact name="Who">
            <FilterLink onClick={() => onFilter({ by: entry.actor.id })}>
              {actorText(entry.actor, names)}
            </FilterLink>
            {entry.actor.kind === "operator" ? (
              <span className="block text-xs text-ink-faint">operator {entry.actor.id}</span>
            ) : null}
          </Fact>
          <Fact name="What">
            <FilterLink onClick={() => onFilter({ action: entry.action })}>{entry.action}</FilterLink>
          </Fact>
          <Fact name="On what">
            <FilterLink onClick={() => onFilter({ subject: entry.subject })}>{entry.subject}</FilterLink>
            {link === null ? null : (
              <Link href={link} className="ml-2 text-xs underline underline-offset-2">
                show
              </Link>
            )}
          </Fact>
          <Fact name="Why">
            <Why entry={entry} />
          </Fact>
          <When atEpochMs={entry.atEpochMs} />
          <Fact name="Trace">
            {entry.version === 2 && entry.traceId !== null ? (
              <FilterLink
                onClick={() => onFilter({ text: entry.version === 2 ? (entry.traceId ?? "") : "" })}
              >
                <span className="font-mono text-xs">{entry.traceId}</span>
              </FilterLink>
            ) : (
              <span className="text-ink-faint">none</span>
            )}
          </Fact>
        </Facts>
      </Part>
      {changes.length === 0 ? null : (
        <Part title="What it changed">
          <table className="w-full text-left">
            <thead className="text-xs text-ink-faint">
              <tr>
                <th className="font-normal">Part</th>
                <th className="font-normal">Before</th>
                <th className="font-normal">After</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ key, before, after }) => (
                <tr key={key} className="align-top [overflow-wrap:anywhere]">
                  <td className="pr-3 text-ink-soft">{factName(key)}</td>
                  <td className="pr-3">{before}</td>
                  <td>{after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Part>
      )}
      {Object.keys(entry.facts).length === 0 ? null : (
        <Part title="Facts">
          <Facts>
            {Object.entries(entry.facts).map(([key, value]) => (
              <Fact key={key} name={factName(key)}>
                {factText(key, value)}
              </Fact>
            ))}
          </Facts>
        </Part>
      )}
    </>
  );
}

function Why({ entry: { reason, erased } }: { entry: ShownEntry }) {
  if (erased?.reason !== undefined)
    return (
      <span className="text-ink-soft">
        Erased on {new Date(erased.reason).toISOString()}. The entry itself is unchanged; the log says who
        erased it (audit.erased).
      </span>
    );
  return reason === null || reason === "" ? (
    <span className="text-ink-faint">it explains itself</span>
  ) : (
    reason
  );
}

/** In every zone that people may mean, whichever is chosen; those that say the same once. */
function When({ atEpochMs }: { atEpochMs: number }) {
  const said = (zone: TimeZoneChoice) => `${timeText(atEpochMs, zone)} ${zoneName(atEpochMs, zone)}`;
  const [first, ...others] = new Set((["utc", "site", "local"] as const).map(said));
  return (
    <Fact name="When">
      <time dateTime={new Date(atEpochMs).toISOString()} className="age">
        {first}
        {others.map((other) => (
          <span key={other} className="block text-ink-faint">
            {other}
          </span>
        ))}
      </time>
    </Fact>
  );
}

function Unreadable({ id }: { id: string }) {
  return (
    <Notice className="m-4" tone="warning" title="This is no entry">
      What was recorded here cannot be read: a service that was taken over can record what is none. In the log
      it stands like any other. See whether it was changed: tapline audit verify --full. Its id is {id}.
    </Notice>
  );
}

/** Where it stands in the log, and who vouches for that. */
function Standing({ row: { index } }: { row: AuditRow }) {
  const log = useQuery({ ...api.auditBoard.log.queryOptions(), refetchInterval: recheckMs });
  return (
    <Part title="In the log">
      <Facts>
        <Fact name="Place">
          {index === null
            ? "waits for one: it gets it within a second where a worker with the role audit runs"
            : placeText(index)}
        </Fact>
        {log.data === undefined ? (
          <Fact name="Vouched for">
            {log.isError ? (adviceOf(log.error) ?? "could not be read; it is tried again") : "…"}
          </Fact>
        ) : (
          <Vouchers index={index} log={log.data} />
        )}
      </Facts>
    </Part>
  );
}

function Vouchers({ index, log }: { index: number | null; log: AuditLogState }) {
  const covers = (note: AuditLogState["signed"], none: string, behind: string): string => {
    if (note === null) return none;
    if (index === null || index >= note.size) return behind;
    return `yes: one of ${formatCount(note.size)} entries, ${formatSpan(serverNow() - note.atEpochMs)} ago`;
  };
  return (
    <>
      <Fact name="Checkpoint">{covers(log.signed, "none is signed yet", "not yet covered by one")}</Fact>
      <Fact name="Cosigned">
        {covers(log.cosigned, "no: no witness has cosigned one", "not yet by a witness")}
      </Fact>
      <Fact name="Archived">
        {covers(
          log.archived,
          "no: none lies in the archive yet",
          "not yet in the archive: it follows every 15 minutes",
        )}
      </Fact>
      <Fact name="Log">
        {log.name}
        {log.names.length < 2 ? null : (
          <span className="block text-xs text-warning">
            ▲ The database holds {log.names.length} logs: {log.names.join(", ")}. This is the one that was
            carried on last.
          </span>
        )}
      </Fact>
    </>
  );
}

function Missing({ error }: { error: unknown }) {
  const advice = adviceOf(error);
  if (advice === null) return <PaneWaiting isFailed={error !== null} />;
  return <p className="px-5 py-4 text-sm text-ink-soft">{advice}</p>;
}

function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 [overflow-wrap:anywhere]">
      {children}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint first-letter:uppercase">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Shows all entries that say the same. */
function FilterLink({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      title="Show all such entries"
      onClick={onClick}
      className="text-left underline decoration-line-strong decoration-dotted underline-offset-2 hover:decoration-solid"
    >
      {children}
    </button>
  );
}
