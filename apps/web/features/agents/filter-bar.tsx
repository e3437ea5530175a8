"use client";

import type { RefObject } from "react";
import { formatCount } from "../../client/format.ts";
import { cn } from "../../ui/cn.ts";
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
        <legend className="sr-only">State</legend>
        {shows.map((show) => (
          <button
            key={show}
            type="button"
            aria-pressed={view.show === show}
            onClick={() => onChange({ show })}
            className={cn(
              "inline-flex h-8 items-center gap-1.5 rounded-md border px-2.5 text-sm",
              view.show === show
                ? "border-line-strong bg-raised font-medium text-ink"
                : "border-transparent text-ink-soft hover:bg-raised",
            )}
          >
            {showNames[show]}
            <span className="figure text-xs text-ink-faint">{formatCount(counts[show])}</span>
          </button>
        ))}
      </fieldset>
      <div className="flex min-w-56 flex-1 items-center gap-2">
        {sites.length < 2 && view.site === null ? null : (
          <select
            aria-label="Site"
            value={view.site ?? ""}
            onChange={(event) => onChange({ site: event.target.value || null })}
            className="h-8 max-w-40 rounded-md border border-line-strong bg-surface px-2 text-sm"
          >
            <option value="">All sites</option>
            {[...new Set([...sites, ...(view.site === null ? [] : [view.site])])].map((site) => (
              <option key={site}>{site}</option>
            ))}
          </select>
        )}
        <input
          ref={textField}
          type="search"
          aria-label="Filter by words"
          placeholder="Filter by words (/)"
          value={view.text}
          maxLength={100}
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
