"use client";

import { useSyncExternalStore } from "react";

/** Whether critical alerts are heard in this browser. Kept in it; off until somebody switches it on. */
const storageKey = "tapline.alarm";
const listeners = new Set<() => void>();

const read = (): boolean => localStorage.getItem(storageKey) === "on";

function listen(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function chooseAlarm(isOn: boolean): void {
  localStorage.setItem(storageKey, isOn ? "on" : "off");
  for (const listener of listeners) listener();
}

export function useAlarmChoice(): boolean {
  return useSyncExternalStore(listen, read, () => false);
}
