"use client";

import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import * as strings from "../../../strings/generated/shell/palette/palette.ts";
import { cn } from "../../../ui/cn.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { Keys } from "../keys.tsx";
import { type Entry, type EntryGroup, findEntries } from "./find-entries.ts";
import { useEntries } from "./use-entries.ts";

/** Finds pages, what keys do here, alerts and agents by words, and goes there or does it. */
export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const chosen = useRef<Entry | null>(null);
  useEffect(() => {
    if (isOpen) return;
    // Once the window is closed: what is done may open another one, or want the focus.
    const entry = chosen.current;
    chosen.current = null;
    entry?.run();
  }, [isOpen]);
  return (
    <Dialog title={strings.findOrDo} isOpen={isOpen} onClose={onClose}>
      {isOpen ? (
        <Combobox
          onChoose={(entry) => {
            chosen.current = entry;
            onClose();
          }}
        />
      ) : null}
    </Dialog>
  );
}

/** A combobox as WAI-ARIA's pattern has it: the field keeps the focus and points at an option of the list. */
function Combobox({ onChoose }: { onChoose: (entry: Entry) => void }) {
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const listId = useId();
  const groups = findEntries(useEntries(text), text);
  const found = groups.flatMap(({ entries }) => entries);
  const at = Math.min(index, found.length - 1);
  const current = found[at];
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextIndex(event.key, at, found.length);
    if (next !== null) setIndex(next);
    else if (event.key === "Enter" && current !== undefined && !event.nativeEvent.isComposing)
      onChoose(current);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        // As an attribute: React's own would focus it before the window is open.
        ref={(field) => field?.setAttribute("autofocus", "")}
        role="combobox"
        aria-label={strings.findAPageAnAct}
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={current === undefined ? undefined : optionId(listId, current)}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
        className="h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-sm"
      />
      <Options
        {...{ listId, groups, current, onChoose }}
        onPoint={(entry) => setIndex(found.indexOf(entry))}
      />
      <p role="status" className="mt-2 text-xs text-ink-faint">
        {found.length === 0 ? strings.nothingIsCalledSo : strings.foundFound({ found: found.length })}
      </p>
    </>
  );
}

const optionId = (listId: string, { id }: Entry) => `${listId} ${id}`.replaceAll(/\s/g, "-");

/** Where a key leads in a list of `count`, round its ends; `null`: it does not move. */
function nextIndex(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "PageDown") return Math.min(at + 8, count - 1);
  return key === "PageUp" ? Math.max(at - 8, 0) : null;
}

function Options({
  listId,
  groups,
  current,
  onPoint,
  onChoose,
}: {
  listId: string;
  groups: readonly EntryGroup[];
  current: Entry | undefined;
  onPoint: (entry: Entry) => void;
  onChoose: (entry: Entry) => void;
}) {
  return (
    <div
      id={listId}
      role="listbox"
      aria-label={strings.whatWasFound}
      tabIndex={-1}
      className="mt-3 h-80 max-h-[50vh] overflow-y-auto"
    >
      {groups.map(({ name, entries }) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options is no group of fields
        <div key={name} role="group" aria-label={name} className="not-first:mt-2">
          <p aria-hidden className="px-2 py-1 text-xs font-medium text-ink-faint">
            {name}
          </p>
          {entries.map((entry) => (
            <Option
              key={entry.id}
              id={optionId(listId, entry)}
              {...{ entry, onPoint, onChoose }}
              isCurrent={entry.id === current?.id}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function Option({
  id,
  entry,
  isCurrent,
  onPoint,
  onChoose,
}: {
  id: string;
  entry: Entry;
  isCurrent: boolean;
  onPoint: (entry: Entry) => void;
  onChoose: (entry: Entry) => void;
}) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isCurrent) row.current?.scrollIntoView({ block: "nearest" });
  }, [isCurrent]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the field points at it by aria-activedescendant
    <div
      ref={row}
      id={id}
      role="option"
      aria-selected={isCurrent}
      onPointerMove={() => isCurrent || onPoint(entry)}
      onClick={() => onChoose(entry)}
      className={cn(
        "flex cursor-pointer items-center justify-between gap-3 rounded-md px-2 py-1.5 text-sm",
        isCurrent ? "bg-raised text-ink ring-1 ring-line-strong ring-inset" : "text-ink-soft",
      )}
    >
      <span className="min-w-0 truncate">{entry.name}</span>
      <span aria-hidden className="flex shrink-0 items-center gap-1 text-xs text-ink-faint">
        {entry.aside}
        <Keys keys={entry.keys ?? []} />
      </span>
    </div>
  );
}
