"use client";

import type { Alert } from "@tapline/core/alerts";
import { X } from "lucide-react";
import type { RefObject } from "react";
import { formatSpan, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAlertDetail } from "../../client/use-alerts.ts";
import { useNow } from "../../client/use-now.ts";
import { usePeople } from "../../client/use-people.ts";
import { useSites } from "../../client/viewer.tsx";
import type { AlertDetail } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/alert-detail.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { SeverityMark, severityLooks } from "../../ui/severity.tsx";
import { ActBar, type ActBarProps } from "./act-bar.tsx";
import { AlertMoment } from "./alert-moment.tsx";
import { FirstOut } from "./alert-row.tsx";
import { placeOf, staleAfterMs, standingOf, timeLeftMs } from "./alert-words.ts";
import { formatDuration, formatFigure, momentOf } from "./figures.ts";
import { RuleCard, WhatToDo } from "./rule-card.tsx";
import { Similar } from "./similar.tsx";
import { Told } from "./told.tsx";
import { Transitions } from "./transitions.tsx";

export interface AlertPaneProps extends Omit<ActBarProps, "alert"> {
  /** As the list has it; `null`: nothing is pointed at. */
  alert: Alert | null;
  noteField: RefObject<HTMLTextAreaElement | null>;
  onGroup: (group: string) => void;
  onClose: () => void;
}

/** Everything that is known of one alert, and what can be done about it. */
export function AlertPane(props: AlertPaneProps) {
  const { detail, isFailed } = useAlertDetail(props.alert?.id ?? null);
  const isWhole = useSites() === null;
  const { alert } = props;
  if (alert === null) {
    return <p className="p-6 text-sm text-ink-faint">{strings.nothingToShowNoAlert}</p>;
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <section
        aria-label={strings.whatIsKnown}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      >
        <Head {...props} alert={alert} groupSize={detail?.groupSize ?? 1} />
        <Figures alert={alert} detail={detail} />
        {detail === undefined ? (
          <PaneWaiting isFailed={isFailed} />
        ) : (
          <>
            <WhatToDo alert={alert} rule={detail.rule} section={detail.runbookSection} />
            <Transitions transitions={detail.transitions} names={detail.names} />
            {detail.rule === null ? null : (
              <>
                <AlertMoment alert={alert} rule={detail.rule} />
                <RuleCard rule={detail.rule} />
              </>
            )}
            {isWhole ? <Told alertId={alert.id} /> : null}
            <Similar alertId={alert.id} />
          </>
        )}
      </section>
      <ActBar {...props} alert={alert} />
    </div>
  );
}

function Head({ alert, groupSize, onGroup, onClose }: AlertPaneProps & { alert: Alert; groupSize: number }) {
  useNow(1_000);
  const zone = useTimeZone();
  const { names } = usePeople();
  const isCalling = alert.state === "active-unacknowledged";
  const { word, ink } = severityLooks[alert.severity];
  return (
    <header className="border-b border-line px-5 pt-4 pb-3">
      <div className="flex items-start gap-2">
        <p className={cn("flex-1 text-xs font-semibold", isCalling ? ink : "text-ink-soft")}>
          <SeverityMark severity={alert.severity} isCalm={!isCalling} /> <span aria-hidden>{word}</span>
          <span className="age font-normal text-ink-soft"> · {standingOf(alert, serverNow(), zone)}</span>
        </p>
        <Button
          aria-label={strings.backToTheList}
          className="-mt-1.5 -mr-2 size-8 px-0 lg:hidden"
          onClick={onClose}
        >
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      <h2 className="mt-1.5 text-base leading-snug font-semibold [overflow-wrap:anywhere]">
        {alert.message}
      </h2>
      <p className="mt-1 text-xs text-ink-faint">
        {placeOf(alert)} · <span className="font-mono">{alert.ruleId}</span>
        {alert.assignee ? (
          <span className="text-ink-soft">
            {" "}
            {strings.assignedToAssignee({ assignee: names.get(alert.assignee) ?? strings.somebodyWhoIsGone })}
          </span>
        ) : null}
      </p>
      {alert.group === null || groupSize < 2 ? null : (
        <p className="mt-2 flex flex-wrap items-center gap-2 text-xs text-ink-soft">
          {alert.firstOut ? <FirstOut /> : null}
          {rich(strings.firstOutGroupSizeAlerts, {
            firstOut: alert.firstOut ? strings.ofWord : strings.oneOf,
            groupSize,
            button: (words) => (
              <button
                type="button"
                className="font-medium text-ink underline underline-offset-4"
                onClick={() => alert.group !== null && onGroup(alert.group)}
              >
                {words}
              </button>
            ),
          })}
        </p>
      )}
    </header>
  );
}

type FiguresProps = { alert: Alert; detail: AlertDetail | undefined };

function Figures({ alert, detail }: FiguresProps) {
  const { unit } = alert;
  useNow(1_000);
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  const ageMs = nowEpochMs - alert.raisedAtEpochMs;
  const within = detail?.rule?.card.respondWithinMinutes;
  const leftMs = within === undefined ? null : timeLeftMs(alert, within, nowEpochMs);
  return (
    <dl className="grid grid-cols-3 gap-x-4 gap-y-3 border-b border-line px-5 py-3">
      <Fact name={strings.valueMoment({ moment: momentOf(alert) })} value={formatFigure(alert.value, unit)} />
      <Fact name={strings.limit} value={formatFigure(alert.limit, unit)} />
      {/* Known once the breach is over. */}
      <Fact name={strings.farthest} value={alert.active ? "–" : formatFigure(alert.peakValue, unit)} />
      <Fact
        name={strings.raised}
        value={formatSpan(ageMs)}
        note={`${formatTime(alert.raisedAtEpochMs, zone)}${alert.occurrences > 1 ? strings.occurrencesTimes({ occurrences: alert.occurrences }) : ""}`}
        warning={alert.active && ageMs > staleAfterMs ? strings.standsTooLong : null}
      />
      <Fact
        name={strings.respondWithin}
        value={within === undefined ? "–" : formatDuration(within * 60_000)}
        note={leftMs === null || leftMs < 0 ? null : strings.spanLeft({ span: formatSpan(leftMs) })}
        warning={leftMs !== null && leftMs < 0 ? strings.overBySpan({ span: formatSpan(-leftMs) }) : null}
      />
    </dl>
  );
}

function Fact({
  name,
  value,
  note = null,
  warning = null,
}: {
  name: string;
  value: string;
  note?: string | null;
  warning?: string | null;
}) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-faint">{name}</dt>
      <dd className="figure mt-0.5 text-sm">{value}</dd>
      {warning === null ? null : (
        <dd className="age text-xs font-medium text-warning">
          <span aria-hidden>▲ </span>
          {warning}
        </dd>
      )}
      {note === null ? null : <dd className="age text-xs text-ink-faint">{note}</dd>}
    </div>
  );
}
