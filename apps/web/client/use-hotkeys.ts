"use client";

import { useEffect, useRef } from "react";
import { type Hotkey, hotkeyMatcher } from "./hotkeys.ts";

/** Listens on the whole page as long as the component stands. */
export function useHotkeys(hotkeys: readonly Hotkey[]): void {
  const current = useRef(hotkeys);
  useEffect(() => {
    current.current = hotkeys;
  });
  useEffect(() => {
    const match = hotkeyMatcher(() => current.current);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.repeat) return;
      const hotkey = match({
        key: event.key,
        atMs: event.timeStamp,
        hasModifier: event.ctrlKey || event.altKey || event.metaKey,
        isTyping: isField(event.target),
      });
      if (hotkey === undefined) return;
      event.preventDefault();
      hotkey.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
