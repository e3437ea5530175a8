"use client";

import { useSyncExternalStore } from "react";

/** In which zone people read times here: the installation's, their browser's, or UTC. */
export const timeZoneChoices = ["local", "site", "utc"] as const;

/** Kept in this browser. */
export type TimeZoneChoice = (typeof timeZoneChoices)[number];

const storageKey = "tapline.time-zone";
const listeners = new Set<() => void>();

function read(): TimeZoneChoice {
  const kept = localStorage.getItem(storageKey);
  return timeZoneChoices.find((choice) => choice === kept) ?? "local";
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function chooseTimeZone(choice: TimeZoneChoice): void {
  localStorage.setItem(storageKey, choice);
  for (const listener of listeners) listener();
}

/** UTC on the server and in the first frame, which must agree. */
export function useTimeZone(): TimeZoneChoice {
  return useSyncExternalStore(listen, read, () => "utc" as const);
}

/** What comes after it when one presses the clock. */
export function nextTimeZone(choice: TimeZoneChoice): TimeZoneChoice {
  return timeZoneChoices[(timeZoneChoices.indexOf(choice) + 1) % timeZoneChoices.length] ?? "local";
}
