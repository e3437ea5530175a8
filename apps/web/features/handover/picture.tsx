"use client";

import type { ReactNode } from "react";
import { formatAge, formatCount, formatDayTime } from "../../client/format.ts";
import { maintenanceWords } from "../../client/maintenance-words.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AlertLine, HandoverPicture } from "../../contracts/handover.ts";
import { SeverityMark } from "../../ui/severity.tsx";
import { ActsOfShift } from "./acts-of-shift.tsx";
import { type Changes, keyOf, noChanges } from "./changes.ts";
import { Mark, Section } from "./section.tsx";

export interface PictureProps {
  picture: HandoverPicture;
  names: Record<string, string>;
  /** Since it was submitted. */
  changes?: Changes;
}

/** How everything stood at one moment, and what was done in the shift. */
export function Picture({ picture, names, changes = noChanges }: PictureProps) {
  const zone = useTimeZone();
  const { atEpochMs, unnamedAlerts, unknown } = picture;
  const time = (epochMs: number) => formatDayTime(epochMs, zone, atEpochMs);
  const alerts = (title: string, none: string, lines: readonly AlertLine[]) => (
    <Section title={title} count={lines.length} none={none}>
      {lines.map((line) => (
        <Alert
          key={line.id}
          {...{ line, names, atEpochMs, time }}
          mark={changes.marks.get(keyOf.alert(line))}
        />
      ))}
    </Section>
  );
  return (
    <div className="grid gap-x-8 gap-y-5 lg:grid-cols-2 print:grid-cols-1">
      {changes.gone.length === 0 ? null : (
        <Section title="Gone since it was submitted" count={changes.gone.length} none="">
          {changes.gone.map((words) => (
            <li key={words} className="line-through decoration-ink-faint">
              {words}
            </li>
          ))}
        </Section>
      )}
      {alerts("Open alerts", "No alert is open.", picture.open)}
      {alerts("Shelved", "Nothing is shelved.", picture.shelved)}
      {alerts("Suppressed or out of service", "Nothing is held back.", picture.held)}
      {unnamedAlerts === 0 ? null : <p className="text-sm">And {formatCount(unnamedAlerts)} more alerts.</p>}
      <Section title="Maintenance running" count={picture.maintenance.length} none="None is on.">
        {picture.maintenance.map((one) => (
          <Row key={one.id} mark={changes.marks.get(keyOf.maintenance(one))}>
            {maintenanceWords(one)}, until {time(one.endsAtEpochMs)}
            <Soft>
              {names[one.startedBy] ?? one.startedBy}: {one.reason}
            </Soft>
          </Row>
        ))}
      </Section>
      <Section title="Agents away" count={picture.agentsAway.length} none="All agents are heard of.">
        {picture.agentsAway.map((one) => (
          <Row key={one.id} mark={changes.marks.get(keyOf.agent(one))}>
            {one.id}
            <Soft>
              {one.site}, last heard of {formatAge(Math.max(0, atEpochMs - one.seenAtEpochMs))} ago
            </Soft>
          </Row>
        ))}
      </Section>
      <Section title="Archives" count={picture.archives.length} none="No archive is known yet.">
        {picture.archives.map((one) => (
          <Row key={one.archive} mark={changes.marks.get(keyOf.archive(one))}>
            {one.archive}:{" "}
            {one.awaySinceEpochMs === null
              ? "in use"
              : `▲ cannot be used since ${time(one.awaySinceEpochMs)}`}
            <Soft>
              {one.lastStoredEpochMs === null
                ? "nothing stored yet"
                : `last stored ${time(one.lastStoredEpochMs)}`}
              {one.waiting === 0 ? "" : `, ${formatCount(one.waiting)} segments to be copied there`}
            </Soft>
          </Row>
        ))}
      </Section>
      <Section title="Last proven restore" count={1} none="">
        <li>
          {picture.restoreProvenEpochMs === null
            ? "None yet."
            : `${time(picture.restoreProvenEpochMs)}, ${formatAge(Math.max(0, atEpochMs - picture.restoreProvenEpochMs))} before`}
        </li>
      </Section>
      <Section title="Roll-backs pending" count={1} none="">
        <li className="text-ink-soft">Releases are not steered from here yet.</li>
      </Section>
      {unknown.length === 0 ? null : (
        <Section title="Not known" count={unknown.length} none="">
          {unknown.map((what) => (
            <li key={what}>{what}</li>
          ))}
        </Section>
      )}
      <ActsOfShift {...{ picture, names, time, newActs: changes.newActs }} />
    </div>
  );
}

function Alert({
  line,
  names,
  atEpochMs,
  time,
  mark,
}: {
  line: AlertLine;
  names: Record<string, string>;
  atEpochMs: number;
  time: (epochMs: number) => string;
  mark: "new" | "changed" | undefined;
}) {
  const age = formatAge(Math.max(0, atEpochMs - line.raisedAtEpochMs));
  const who =
    line.assignee === null ? "nobody in particular" : (names[line.assignee] ?? "somebody who is gone");
  return (
    <Row mark={mark}>
      <SeverityMark severity={line.severity} isCalm={line.state !== "active-unacknowledged"} /> {line.message}
      <Soft>
        {line.place} · raised {age} before · {line.state.replaceAll("-", " ")} · {who}
        {line.untilEpochMs === null ? "" : ` · until ${time(line.untilEpochMs)}`}
      </Soft>
    </Row>
  );
}

function Row({ mark, children }: { mark: "new" | "changed" | undefined; children: ReactNode }) {
  return (
    <li className="[overflow-wrap:anywhere]">
      {mark === undefined ? null : <Mark>{mark}</Mark>}
      {children}
    </li>
  );
}

function Soft({ children }: { children: ReactNode }) {
  return <span className="block text-xs text-ink-soft print:text-ink">{children}</span>;
}
