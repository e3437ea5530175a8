"use client";

import { useSyncExternalStore } from "react";

/** In which zone people read times here: their own or UTC. Kept in this browser. */
export type TimeZoneChoice = "local" | "utc";

const storageKey = "tapline.time-zone";
const listeners = new Set<() => void>();

function read(): TimeZoneChoice {
  return localStorage.getItem(storageKey) === "utc" ? "utc" : "local";
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

export function useTimeZone(): TimeZoneChoice {
  return useSyncExternalStore(listen, read, () => "utc" as const);
}
