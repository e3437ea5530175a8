"use client";

import { X } from "lucide-react";
import { formatCount } from "../../client/format.ts";
import { reasonWords } from "../../client/reason-labels.ts";
import * as strings from "../../strings/generated/archive/refused-filter-bar.ts";
import { Button } from "../../ui/button.tsx";
import { FilterSelect } from "../../ui/filter-select.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import type { RefusedView } from "./view.ts";

/** Which refused taps are looked at: for which reason, where, and of which agent. */
export function RefusedFilterBar({
  view,
  reasons,
  sites,
  onChange,
}: {
  view: RefusedView;
  /** Of the chosen site and agent; `undefined`: not known yet. */
  reasons: readonly { reason: string; open: number; all: number }[] | undefined;
  sites: readonly string[];
  onChange: (given: Partial<RefusedView>) => void;
}) {
  const all = reasons?.reduce((sum, one) => sum + one.all, 0) ?? null;
  const shown = [{ reason: null, all }, ...(reasons ?? [])];
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{strings.reason}</legend>
        {shown.map((one) => (
          <Toggle
            key={one.reason ?? ""}
            isOn={view.reason === one.reason}
            onClick={() => onChange({ reason: one.reason })}
          >
            {one.reason === null ? strings.all : reasonWords(one.reason)}
            <span className="figure text-xs text-ink-faint">{formatCount(one.all)}</span>
          </Toggle>
        ))}
      </fieldset>
      <div className="ml-auto flex items-center gap-2">
        {view.agent === null ? null : (
          <Button kind="outline" className="h-8" onClick={() => onChange({ agent: null })}>
            {strings.agentAgent({ agent: view.agent })}
            <X aria-label={strings.anyAgent} className="size-4" />
          </Button>
        )}
        <FilterSelect
          name={strings.site}
          all={strings.allSites}
          values={sites}
          value={view.site}
          onValue={(site) => onChange({ site })}
        />
      </div>
    </div>
  );
}
