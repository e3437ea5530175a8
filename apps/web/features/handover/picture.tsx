"use client";

import type { ReactNode } from "react";
import { formatAge, formatDayTime } from "../../client/format.ts";
import { maintenanceWords } from "../../client/maintenance-words.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AlertLine, HandoverPicture } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/picture.ts";
import { rich } from "../../strings/rich.tsx";
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
        <Section title={strings.goneSinceItWasSubmitted} count={changes.gone.length} none="">
          {changes.gone.map((words) => (
            <li key={words} className="line-through decoration-ink-faint">
              {words}
            </li>
          ))}
        </Section>
      )}
      {alerts(strings.openAlerts, strings.noAlertIsOpen, picture.open)}
      {alerts(strings.shelved, strings.nothingIsShelved, picture.shelved)}
      {alerts(strings.suppressedOrOutOfService, strings.nothingIsHeldBack, picture.held)}
      {unnamedAlerts === 0 ? null : (
        <p className="text-sm">{strings.andUnnamedAlertsMoreAlerts({ unnamedAlerts })}</p>
      )}
      <Section title={strings.maintenanceRunning} count={picture.maintenance.length} none={strings.noneIsOn}>
        {picture.maintenance.map((one) => (
          <Row key={one.id} mark={changes.marks.get(keyOf.maintenance(one))}>
            {rich(strings.maintenanceUntilTimeNames, {
              maintenance: maintenanceWords(one),
              time: time(one.endsAtEpochMs),
              names: (
                <Soft>
                  {names[one.startedBy] ?? one.startedBy}: {one.reason}
                </Soft>
              ),
            })}
          </Row>
        ))}
      </Section>
      <Section
        title={strings.agentsAway}
        count={picture.agentsAway.length}
        none={strings.allAgentsAreHeardOf}
      >
        {picture.agentsAway.map((one) => (
          <Row key={one.id} mark={changes.marks.get(keyOf.agent(one))}>
            {one.id}
            <Soft>
              {strings.siteLastHeardOfSpan({
                site: one.site,
                span: formatAge(Math.max(0, atEpochMs - one.seenAtEpochMs)),
              })}
            </Soft>
          </Row>
        ))}
      </Section>
      <Section title={strings.archives} count={picture.archives.length} none={strings.noArchiveIsKnownYet}>
        {picture.archives.map((one) => (
          <Row key={one.archive} mark={changes.marks.get(keyOf.archive(one))}>
            {one.archive}:{" "}
            {one.awaySinceEpochMs === null
              ? strings.inUse
              : strings.cannotBeUsedSinceTime({ time: time(one.awaySinceEpochMs) })}
            <Soft>
              {one.lastStoredEpochMs === null
                ? strings.nothingStoredYet
                : strings.lastStoredTime({ time: time(one.lastStoredEpochMs) })}
              {one.waiting === 0 ? "" : strings.waitingSegmentsToBeCopied({ waiting: one.waiting })}
            </Soft>
          </Row>
        ))}
      </Section>
      <Section title={strings.lastProvenRestore} count={1} none="">
        <li>
          {picture.restoreProvenEpochMs === null
            ? strings.noneYet
            : strings.timeSpanBefore({
                time: time(picture.restoreProvenEpochMs),
                span: formatAge(Math.max(0, atEpochMs - picture.restoreProvenEpochMs)),
              })}
        </li>
      </Section>
      <Section title={strings.releases} count={1} none="">
        <li className="text-ink-soft">{strings.whatIsOnItsWay}</li>
      </Section>
      {unknown.length === 0 ? null : (
        <Section title={strings.notKnown} count={unknown.length} none="">
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
    line.assignee === null ? strings.nobodyInParticular : (names[line.assignee] ?? strings.somebodyWhoIsGone);
  return (
    <Row mark={mark}>
      <SeverityMark severity={line.severity} isCalm={line.state !== "active-unacknowledged"} /> {line.message}
      <Soft>
        {strings.placeRaisedAgeBeforeState({
          place: line.place,
          age,
          state: line.state.replaceAll("-", " "),
          who,
        })}
        {line.untilEpochMs === null ? "" : strings.untilTime({ time: time(line.untilEpochMs) })}
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
