"use client";

import type { RefObject } from "react";
import { segmentShows } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/filter-bar.ts";
import { FilterSelect } from "../../ui/filter-select.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import { showNames } from "./archive-words.ts";
import type { ArchiveView } from "./view.ts";

/** Which segments are looked at: how they lie, whose taps they hold, where, and under which address. */
export function FilterBar({
  view,
  sites,
  targets,
  textField,
  onChange,
}: {
  view: ArchiveView;
  sites: readonly string[];
  targets: readonly string[];
  textField: RefObject<HTMLInputElement | null>;
  onChange: (given: Partial<ArchiveView>) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{strings.howTheyLieInThe}</legend>
        {segmentShows.map((state) => (
          <Toggle key={state} isOn={view.state === state} onClick={() => onChange({ state })}>
            {showNames[state]}
          </Toggle>
        ))}
      </fieldset>
      <div className="flex min-w-56 flex-1 items-center gap-2">
        <FilterSelect
          name={strings.site}
          all={strings.allSites}
          values={sites}
          value={view.site}
          onValue={(site) => onChange({ site })}
        />
        <FilterSelect
          name={strings.archive}
          all={strings.anyArchive}
          values={targets}
          value={view.target}
          onValue={(target) => onChange({ target })}
        />
        <SearchField
          name={strings.filterByAddress}
          hint={strings.partOfTheAddress2026}
          value={view.text}
          field={textField}
          most={200}
          onValue={(text) => onChange({ text })}
        />
      </div>
    </div>
  );
}
