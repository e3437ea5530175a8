"use client";

import type { RefObject } from "react";
import { segmentShows } from "../../contracts/archive.ts";
import { cn } from "../../ui/cn.ts";
import { showNames } from "./archive-words.ts";
import { FilterSelect } from "./filter-select.tsx";
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
        <legend className="sr-only">How they lie in the archives</legend>
        {segmentShows.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={view.state === state}
            onClick={() => onChange({ state })}
            className={cn(
              "inline-flex h-8 items-center rounded-md border px-2.5 text-sm",
              view.state === state
                ? "border-line-strong bg-raised font-medium text-ink"
                : "border-transparent text-ink-soft hover:bg-raised",
            )}
          >
            {showNames[state]}
          </button>
        ))}
      </fieldset>
      <div className="flex min-w-56 flex-1 items-center gap-2">
        <FilterSelect
          name="Site"
          all="All sites"
          values={sites}
          value={view.site}
          onValue={(site) => onChange({ site })}
        />
        <FilterSelect
          name="Archive"
          all="Any archive"
          values={targets}
          value={view.target}
          onValue={(target) => onChange({ target })}
        />
        <input
          ref={textField}
          type="search"
          aria-label="Filter by address"
          placeholder="Part of the address: 2026/11/29, an id (/)"
          value={view.text}
          maxLength={200}
          onChange={(event) => onChange({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
          }}
          className="h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm placeholder:text-ink-faint"
        />
      </div>
    </div>
  );
}
