"use client";

import type { RefObject } from "react";
import { formatCount } from "../../client/format.ts";
import * as strings from "../../strings/generated/agents/filter-bar.ts";
import { FilterSelect } from "../../ui/filter-select.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import { showNames } from "./agent-words.ts";
import { type AgentsView, shows } from "./view.ts";

/** Which agents are looked at: how they stand, where, and what is said of them. */
export function FilterBar({
  view,
  counts,
  sites,
  textField,
  onChange,
}: {
  view: AgentsView;
  /** Of the chosen site and words. */
  counts: Readonly<Record<AgentsView["show"], number>>;
  sites: readonly string[];
  textField: RefObject<HTMLInputElement | null>;
  onChange: (given: Partial<AgentsView>) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{strings.state}</legend>
        {shows.map((show) => (
          <Toggle key={show} isOn={view.show === show} onClick={() => onChange({ show })}>
            {showNames[show]}
            <span className="figure text-xs text-ink-faint">{formatCount(counts[show])}</span>
          </Toggle>
        ))}
      </fieldset>
      <fieldset className="flex gap-1">
        <legend className="sr-only">{strings.oneByOneOrBy}</legend>
        <Toggle isOn={view.by === "agent"} onClick={() => onChange({ by: "agent" })}>
          {strings.agents}
        </Toggle>
        <Toggle isOn={view.by === "site"} onClick={() => onChange({ by: "site" })}>
          {strings.sites}
        </Toggle>
      </fieldset>
      <div className="flex min-w-56 flex-1 items-center gap-2">
        <FilterSelect
          name={strings.site}
          all={strings.allSites}
          values={sites}
          value={view.site}
          onValue={(site) => onChange({ site })}
        />
        <SearchField
          name={strings.filterByWordsName}
          hint={strings.filterByWords}
          value={view.text}
          field={textField}
          onValue={(text) => onChange({ text })}
        />
      </div>
    </div>
  );
}
