"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type RefObject, useId, useState } from "react";
import { api } from "../../client/api.ts";
import { zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { type TimeZoneChoice, useTimeZone } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/audit/filter-bar.ts";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import type { Names } from "./entry-words.ts";
import { fieldTime, fieldTimeOf } from "./field-time.ts";
import { type AuditView, isFiltered } from "./view.ts";

export interface FilterBarProps {
  view: AuditView;
  names: Names;
  textField: RefObject<HTMLInputElement | null>;
  onChange: (given: Partial<AuditView>) => void;
}

/** Which entries are looked at: what is typed counts with Enter, or once the field is left. */
export function FilterBar(props: FilterBarProps) {
  const { view, textField, onChange } = props;
  const [isTimeOpen, setTimeOpen] = useState(view.sinceEpochMs !== null || view.untilEpochMs !== null);
  return (
    <form
      aria-label={strings.whichEntries}
      onSubmit={(event: FormEvent) => event.preventDefault()}
      className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2"
    >
      <FilterField
        name={strings.wordsName}
        hint={strings.words}
        value={view.text}
        field={textField}
        className="min-w-40 flex-2"
        onValue={(text) => onChange({ text })}
      />
      <Actions {...props} />
      <Actor {...props} />
      <FilterField name={strings.onWhat} value={view.subject} onValue={(subject) => onChange({ subject })} />
      <Button
        kind="outline"
        className="h-8 px-2.5"
        aria-expanded={isTimeOpen}
        onClick={() => setTimeOpen(!isTimeOpen)}
      >
        {strings.time}
      </Button>
      {isFiltered(view) ? (
        <Button className="h-8 px-2.5" onClick={() => onChange(unfiltered)}>
          {strings.clear}
        </Button>
      ) : null}
      {isTimeOpen ? <Times {...props} /> : null}
    </form>
  );
}

const unfiltered = { by: "", action: "", subject: "", text: "", sinceEpochMs: null, untilEpochMs: null };

/** Typed, or chosen of what there is. */
function Actions({ view, onChange }: FilterBarProps) {
  const known = useQuery({ ...api.auditBoard.actions.queryOptions(), staleTime: Number.POSITIVE_INFINITY });
  return (
    <FilterField
      name={strings.what}
      value={view.action}
      options={known.data ?? []}
      onValue={(action) => onChange({ action })}
    />
  );
}

/** People by their names, where they are known from what is shown. */
function Actor({ view, names, onChange }: FilterBarProps) {
  const idOf = (said: string): string => Object.entries(names).find(([, name]) => name === said)?.[0] ?? said;
  return (
    <FilterField
      name={strings.who}
      value={names[view.by] ?? view.by}
      options={Object.values(names)}
      onValue={(said) => onChange({ by: idOf(said) })}
    />
  );
}

function Times({ view, onChange }: FilterBarProps) {
  const zone = useTimeZone();
  return (
    <div className="flex basis-full flex-wrap items-center gap-2 text-sm text-ink-soft">
      <TimeField
        name={strings.from}
        epochMs={view.sinceEpochMs}
        zone={zone}
        onValue={(sinceEpochMs) => onChange({ sinceEpochMs })}
      />
      <TimeField
        name={strings.before}
        epochMs={view.untilEpochMs}
        zone={zone}
        onValue={(untilEpochMs) => onChange({ untilEpochMs })}
      />
      <span className="text-xs text-ink-faint">{zoneName(serverNow(), zone)}</span>
    </div>
  );
}

function TimeField(props: {
  name: string;
  epochMs: number | null;
  zone: TimeZoneChoice;
  onValue: (epochMs: number | null) => void;
}) {
  const { name, epochMs, zone, onValue } = props;
  return (
    <label className="flex items-center gap-1.5">
      {name}
      <input
        key={`${epochMs} ${zone}`}
        type="datetime-local"
        step={1}
        defaultValue={epochMs === null ? "" : fieldTime(epochMs, zone)}
        onBlur={({ target }) => {
          const given = fieldTimeOf(target.value, zone);
          if (given !== epochMs) onValue(given);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
        className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink"
      />
    </label>
  );
}

function FilterField({
  name,
  hint,
  value,
  options = [],
  field,
  className,
  onValue,
}: {
  name: string;
  /** Stands in the empty field in place of its name. */
  hint?: string;
  value: string;
  options?: readonly string[];
  field?: RefObject<HTMLInputElement | null>;
  className?: string;
  onValue: (value: string) => void;
}) {
  const listId = useId();
  return (
    <>
      <input
        // What the address says anew stands in the field anew.
        key={value}
        ref={field}
        type="search"
        aria-label={name}
        placeholder={hint ?? name}
        defaultValue={value}
        maxLength={200}
        list={options.length === 0 ? undefined : listId}
        onBlur={({ target }) => {
          const given = target.value.trim();
          if (given !== value) onValue(given);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
        className={cn(
          "h-8 min-w-32 flex-1 rounded-md border border-line-strong bg-surface px-2.5 text-sm placeholder:text-ink-faint",
          className,
        )}
      />
      <datalist id={listId}>
        {options.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
    </>
  );
}
