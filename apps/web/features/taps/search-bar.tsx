"use client";

import { type RefObject, useEffect, useState } from "react";
import * as strings from "../../strings/generated/taps/search-bar.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { type TapsView, viewOfSearch } from "./view.ts";

/** Finds one tap by any of its names, or lists the taps of an agent, a site or a tracker. */
export function SearchBar({
  of,
  textField,
  onChange,
}: {
  of: string;
  textField: RefObject<HTMLInputElement | null>;
  onChange: (given: Partial<TapsView>) => void;
}) {
  const [text, setText] = useState(of);
  useEffect(() => setText(of), [of]);
  return (
    <form
      className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        textField.current?.blur();
        onChange(viewOfSearch(text));
      }}
    >
      <input
        ref={textField}
        type="search"
        aria-label={strings.findATap}
        aria-describedby="tap-names"
        placeholder={strings.findATap2}
        value={text}
        maxLength={300}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
        className="h-8 min-w-40 flex-1 rounded-md border border-line-strong bg-surface px-2.5 text-sm placeholder:text-ink-faint"
      />
      <Button type="submit" kind="outline" className="h-8">
        {strings.find}
      </Button>
      {of === "" ? null : (
        <Button className="h-8" onClick={() => onChange({ of: "", open: null })}>
          {strings.showAll}
        </Button>
      )}
      <p id="tap-names" className="w-full text-xs text-ink-faint">
        {rich(strings.aTrackerAndItsNumber, { b: (words) => <span className="font-mono">{words}</span> })}
      </p>
    </form>
  );
}
