"use client";

import { useEffect, useSyncExternalStore } from "react";
import { startLive } from "./live-socket.ts";
import { getSocketState, onSocketState } from "./live-state.ts";

/** How often the server is asked while no socket tells of changes, ms. */
const pollMs = 5_000;
/** All the same it is asked now and then: what is shown must be true in the end, ms. */
export const recheckMs = 60_000;

/** While the server cannot answer it is asked so often, ms. */
const retryMs = 5_000;

/** How the server is asked: hardly while the socket tells of changes, often while it does not, no more once signed out. */
export function useAsking(restMs: number): { enabled: boolean; refetchInterval: number } {
  useEffect(startLive, []);
  const socket = useSyncExternalStore(onSocketState, getSocketState, () => "connecting" as const);
  return { enabled: socket !== "signed-out", refetchInterval: socket === "connected" ? restMs : pollMs };
}

/** As `useAsking`, and sooner where the last answer was none. */
export function useAskingAnew(restMs: number) {
  const { enabled, refetchInterval } = useAsking(restMs);
  return {
    enabled,
    refetchInterval: ({ state }: { state: { status: string } }) =>
      state.status === "error" ? retryMs : refetchInterval,
  };
}
