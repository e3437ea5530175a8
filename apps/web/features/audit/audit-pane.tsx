"use client";

import { useQuery } from "@tanstack/react-query";
import type { ShownEntry } from "@tapline/core/audit";
import Link from "next/link";
import type { ReactNode } from "react";
import { adviceOf, api } from "../../client/api.ts";
import { formatSpan, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { AuditLogState, AuditRow } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/audit/audit-pane.ts";
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
      title={row?.entry?.action ?? strings.entry}
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
      <legend className="sr-only">{strings.whatToDoAboutThis}</legend>
      <ProofButton id={id} />
      <Button kind="outline" onClick={onVerify}>
        {strings.verifyIt}
      </Button>
    </fieldset>
  );
}

function Entry({ entry, names, onFilter }: AuditPaneProps & { entry: ShownEntry }) {
  const link = linkOf(entry.subject);
  const changes = changesOf(entry);
  return (
    <>
      <Part title={strings.whatWasDone}>
        <Facts>
          <Fact name={strings.who}>
            <FilterLink onClick={() => onFilter({ by: entry.actor.id })}>
              {actorText(entry.actor, names)}
            </FilterLink>
            {entry.actor.kind === "operator" ? (
              <span className="block text-xs text-ink-faint">
                {strings.operatorId({ id: entry.actor.id })}
              </span>
            ) : null}
          </Fact>
          <Fact name={strings.what}>
            <FilterLink onClick={() => onFilter({ action: entry.action })}>{entry.action}</FilterLink>
          </Fact>
          <Fact name={strings.onWhat}>
            <FilterLink onClick={() => onFilter({ subject: entry.subject })}>{entry.subject}</FilterLink>
            {link === null ? null : (
              <Link href={link} className="ml-2 text-xs underline underline-offset-2">
                {strings.show}
              </Link>
            )}
          </Fact>
          <Fact name={strings.why}>
            <Why entry={entry} />
          </Fact>
          <When atEpochMs={entry.atEpochMs} />
          <Fact name={strings.trace}>
            {entry.version === 2 && entry.traceId !== null ? (
              <FilterLink
                onClick={() => onFilter({ text: entry.version === 2 ? (entry.traceId ?? "") : "" })}
              >
                <span className="font-mono text-xs">{entry.traceId}</span>
              </FilterLink>
            ) : (
              <span className="text-ink-faint">{strings.none}</span>
            )}
          </Fact>
        </Facts>
      </Part>
      {changes.length === 0 ? null : (
        <Part title={strings.whatItChanged}>
          <table className="w-full text-left">
            <thead className="text-xs text-ink-faint">
              <tr>
                <th className="font-normal">{strings.part}</th>
                <th className="font-normal">{strings.before}</th>
                <th className="font-normal">{strings.after}</th>
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
        <Part title={strings.facts}>
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
        {strings.erasedOnMomentTheEntry({ moment: new Date(erased.reason).toISOString() })}
      </span>
    );
  return reason === null || reason === "" ? (
    <span className="text-ink-faint">{strings.itExplainsItself}</span>
  ) : (
    reason
  );
}

/** In every zone that people may mean, whichever is chosen; those that say the same once. */
function When({ atEpochMs }: { atEpochMs: number }) {
  const said = (zone: TimeZoneChoice) => `${timeText(atEpochMs, zone)} ${zoneName(atEpochMs, zone)}`;
  const [first, ...others] = new Set((["utc", "site", "local"] as const).map(said));
  return (
    <Fact name={strings.when}>
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
    <Notice className="m-4" tone="warning" title={strings.thisIsNoEntry}>
      {strings.whatWasRecordedHereCannot({ id })}
    </Notice>
  );
}

/** Where it stands in the log, and who vouches for that. */
function Standing({ row: { index } }: { row: AuditRow }) {
  const log = useQuery({ ...api.auditBoard.log.queryOptions(), refetchInterval: recheckMs });
  return (
    <Part title={strings.inTheLog}>
      <Facts>
        <Fact name={strings.place}>{index === null ? strings.waitsForOneItGets : placeText(index)}</Fact>
        {log.data === undefined ? (
          <Fact name={strings.vouchedFor}>
            {log.isError ? (adviceOf(log.error) ?? strings.couldNotBeReadIt) : "…"}
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
    return strings.yesOneOfSizeEntries({
      size: note.size,
      span: formatSpan(serverNow() - note.atEpochMs),
    });
  };
  return (
    <>
      <Fact name={strings.checkpoint}>
        {covers(log.signed, strings.noneIsSignedYet, strings.notYetCoveredByOne)}
      </Fact>
      <Fact name={strings.cosigned}>
        {covers(log.cosigned, strings.noNoWitnessHasCosigned, strings.notYetByAWitness)}
      </Fact>
      <Fact name={strings.archived}>
        {covers(log.archived, strings.noNoneLiesInThe, strings.notYetInTheArchive)}
      </Fact>
      <Fact name={strings.log}>
        {log.name}
        {log.names.length < 2 ? null : (
          <span className="block text-xs text-warning">
            {strings.theDatabaseHoldsNamesLogs({ names: log.names.length, names2: log.names.join(", ") })}
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
      title={strings.showAllSuchEntries}
      onClick={onClick}
      className="text-left underline decoration-line-strong decoration-dotted underline-offset-2 hover:decoration-solid"
    >
      {children}
    </button>
  );
}
