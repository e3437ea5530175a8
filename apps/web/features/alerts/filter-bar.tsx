"use client";

import type { Severity } from "@tapline/core/alerts";
import type { RefObject } from "react";
import { formatCount } from "../../client/format.ts";
import { type AlertCounts, alertViews } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/filter-bar.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { severityLooks } from "../../ui/severity.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import { openOf, totalOf, viewNames } from "./counts.ts";
import type { AlertsView } from "./view.ts";

const severities = Object.keys(severityLooks) as Severity[];

/** Which alerts are looked at: by how they stand, how bad they are, and what they say. */
export function FilterBar({
  view: filter,
  counts,
  textField,
  onChange: change,
}: {
  view: AlertsView;
  counts: AlertCounts | undefined;
  textField: RefObject<HTMLInputElement | null>;
  onChange: (given: Partial<AlertsView>) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{strings.state}</legend>
        {alertViews.map((view) => (
          <Toggle
            key={view}
            isOn={filter.view === view}
            onClick={() => change({ view, group: null, open: null })}
          >
            {viewNames[view]}
            <Count of={counts && totalOf(counts, view)} />
          </Toggle>
        ))}
      </fieldset>
      <fieldset className="flex gap-1">
        <legend className="sr-only">{strings.severity}</legend>
        {severities.map((severity) => {
          const isOn = filter.severity === severity;
          const { shape, word } = severityLooks[severity];
          return (
            <Toggle key={severity} isOn={isOn} onClick={() => change({ severity: isOn ? null : severity })}>
              <span aria-hidden>{shape}</span>
              {word}
              {filter.view === "open" ? <Count of={counts && openOf(counts, severity)} /> : null}
            </Toggle>
          );
        })}
      </fieldset>
      <Toggle isOn={filter.isMine} onClick={() => change({ isMine: !filter.isMine })}>
        {strings.mine}
      </Toggle>
      {filter.view === "history" ? <Days {...{ filter, change }} /> : null}
      <div className="flex min-w-32 flex-1 items-center gap-2">
        <SearchField
          name={strings.filterByWordsName}
          hint={strings.filterByWords}
          value={filter.text}
          field={textField}
          onValue={(text) => change({ text })}
        />
        {filter.group === null ? null : (
          <Button kind="outline" className="h-8 shrink-0" onClick={() => change({ group: null })}>
            {rich(strings.oneGroupSpanShowAll, {
              span: <span aria-hidden>×</span>,
              b: (words) => <span className="sr-only">{words}</span>,
            })}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Of which days, both included, the history is. */
function Days({ filter, change }: { filter: AlertsView; change: (given: Partial<AlertsView>) => void }) {
  const day = (label: string, value: string | null, onDay: (day: string | null) => void) => (
    <label className="flex items-center gap-1.5 text-sm text-ink-soft">
      {label}
      <input
        type="date"
        value={value ?? ""}
        onChange={(event) => onDay(event.target.value || null)}
        className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink"
      />
    </label>
  );
  return (
    <div className="flex flex-wrap gap-x-3 gap-y-1">
      {day(strings.raisedFrom, filter.from, (from) => change({ from }))}
      {day("to", filter.until, (until) => change({ until }))}
    </div>
  );
}

function Count({ of }: { of: number | undefined }) {
  return of === undefined || of === 0 ? null : (
    <span className="figure text-xs text-ink-faint"> {formatCount(of)}</span>
  );
}
