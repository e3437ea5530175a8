"use client";

import { useState } from "react";
import { formatAge, formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useAlarmHealth } from "../../client/use-alerts.ts";
import { type AlarmHealth, type HealthSpanMs, healthSpansMs } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/alert-health.ts";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { CallsPanel } from "./calls-panel.tsx";
import { Counted } from "./counted.tsx";
import { HealthControls } from "./health-controls.tsx";
import { Measure } from "./measure.tsx";
import { measuresOf, shareOf } from "./measures.ts";
import { Panel } from "./panel.tsx";
import { SeveritySplit } from "./severity-split.tsx";

/** How well alerts serve the people who watch: the measures of ISA-18.2 and EEMUA 191, each beside what is tolerable. */
export function AlertHealthPage() {
  const [spanMs, setSpan] = useState<HealthSpanMs>(healthSpansMs[1]);
  const [operators, setOperators] = useState(1);
  const { health, isOld, isFailed } = useAlarmHealth({ spanMs, operators });
  return (
    <div data-stale={isOld}>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-lg font-semibold tracking-tight">{strings.healthOfTheAlarmSystem}</h1>
        <HealthControls {...{ spanMs, setSpan, operators, setOperators }} />
      </div>
      {isFailed ? (
        <Notice tone="warning" title={strings.theMeasuresCouldNotBe} className="mb-3">
          {health === undefined ? strings.itIsTriedAgainAll : strings.whatIsShownIsThe}
        </Notice>
      ) : null}
      {health === undefined ? isFailed ? null : <Loading /> : <Health health={health} />}
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="space-y-3">
      <span className="sr-only">{strings.loadingTheMeasures}</span>
      <Skeleton className="h-28 rounded-lg" />
      <Skeleton className="h-72 rounded-lg" />
    </div>
  );
}

function Health({ health }: { health: AlarmHealth }) {
  const { top, topRatio, chattering, stale, totals } = health;
  return (
    <div className="space-y-3">
      {health.isWhole ? null : (
        <Notice tone="info" title={strings.theSpanIsCutShort}>
          {strings.thereWereMoreAlertsThan({ span: formatAge(serverNow() - health.fromEpochMs) })}
        </Notice>
      )}
      <div className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-5">
        {measuresOf(health).map((measure, index) => (
          <Measure key={measure.name} measure={measure} className={index === 0 ? "max-xl:col-span-2" : ""} />
        ))}
      </div>
      <CallsPanel health={health} />
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-4">
        <Panel
          title={strings.calledMostOften}
          note={topRatio === null ? null : strings.theFirst10ShareOf({ share: shareOf(topRatio) })}
        >
          <Counted
            total={top.length}
            rows={top.map(({ ruleId, times }) => ({
              ...{ name: ruleId, place: null, figure: `${formatCount(times)}×` },
              ratio: times / health.annunciated,
            }))}
          />
        </Panel>
        <Panel title={strings.severities} note={strings.ofThoseThatCalled}>
          <SeveritySplit health={health} />
        </Panel>
        <Panel title={strings.whatChatters} note={strings.n3TimesOrMoreIn}>
          <Counted
            total={totals.chattering}
            rows={chattering.map(({ ruleId, scopeKey, times }) => ({
              ...{ name: ruleId, place: scopeKey, figure: `${formatCount(times)}×` },
            }))}
          />
        </Panel>
        <Panel title={strings.whatIsStale} note={strings.activeForMoreThan24}>
          <Counted
            total={totals.stale}
            rows={stale.map(({ ruleId, scopeKey, raisedAtEpochMs }) => ({
              ...{ name: ruleId, place: scopeKey, figure: formatAge(health.untilEpochMs - raisedAtEpochMs) },
            }))}
          />
        </Panel>
      </div>
    </div>
  );
}
