"use client";

import { useEffect, useRef } from "react";
import { ctrl, type Hotkey, type HotkeyGroup, hotkeyMatcher, ownFirst } from "./hotkeys.ts";

/** One entry for each component that has hotkeys. */
const standing = new Set<() => HotkeyGroup>();

/** Every hotkey that works now, by where. */
export function standingHotkeys(): HotkeyGroup[] {
  return ownFirst([...standing].map((group) => group()));
}

// One matcher for all: else the second key of a sequence would run what a page has on that key alone.
const match = hotkeyMatcher(() => standingHotkeys().flatMap(({ hotkeys }) => hotkeys));

/** Listens on the whole page as long as the component stands. */
export function useHotkeys(on: string, hotkeys: readonly Hotkey[]): void {
  const current = useRef({ on, hotkeys });
  useEffect(() => {
    current.current = { on, hotkeys };
  });
  useEffect(() => {
    const own = () => current.current;
    if (standing.size === 0) window.addEventListener("keydown", onKeyDown);
    standing.add(own);
    return () => {
      standing.delete(own);
      if (standing.size === 0) window.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}

function onKeyDown(event: KeyboardEvent): void {
  // An open dialog has the keys, also where nothing in it has the focus any more.
  if (document.querySelector("dialog:modal") !== null) return;
  // So does an open menu, of which Escape closes the uppermost.
  if (event.key === "Escape" && document.querySelector(":popover-open") !== null) return;
  const hotkey = match({
    key: event.ctrlKey || event.metaKey ? `${ctrl}${event.key}` : event.key,
    atMs: event.timeStamp,
    hasModifier: event.altKey,
    isTyping: isField(event.target),
    isRepeated: event.repeat,
  });
  if (hotkey === undefined) return;
  event.preventDefault();
  hotkey.run();
}

/** True where the key belongs to what it was pressed in. */
function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
