"use client";

import { useQuery } from "@tanstack/react-query";
import type { KpiLive } from "@tapline/core/kpi";
import { useEffect, useSyncExternalStore } from "react";
import { api } from "./api.ts";
import { ageOf, type Connection, connectionOf } from "./connection.ts";
import { startLive } from "./live-socket.ts";
import { getSocketState, onSocketState, type SocketState } from "./live-state.ts";
import { serverNow } from "./server-clock.ts";
import { useNow } from "./use-now.ts";

/** The live picture and how far it can be believed. */
export interface Live {
  /** The last known picture; `null` where there is none (yet). */
  live: KpiLive | null;
  ageMs: number | null;
  connection: Connection;
  socket: SocketState;
  /** Why the server could not answer when last asked. */
  error: unknown;
  /** False until the first answer, good or bad. */
  isAnswered: boolean;
}

const pollMs = 2_000;

/** The socket keeps the picture fresh; where it does not, the server is asked every two seconds. */
export function useLive(): Live {
  useEffect(startLive, []);
  const socket = useSyncExternalStore(onSocketState, getSocketState, () => "connecting" as const);
  const nowEpochMs = useNow(500);
  const query = useQuery({
    ...api.kpi.live.queryOptions(),
    enabled: socket !== "signed-out",
    refetchInterval: ({ state }) => {
      const fresh = socket === "connected" && Date.now() - state.dataUpdatedAt < pollMs;
      return fresh && state.data != null ? false : pollMs;
    },
  });
  const live = query.data ?? null;
  const ageMs =
    live === null
      ? null
      : ageOf({
          atEpochMs: live.atEpochMs,
          receivedEpochMs: query.dataUpdatedAt,
          serverNowEpochMs: serverNow(),
          nowEpochMs: nowEpochMs ?? Date.now(),
        });
  return {
    ...{ live, ageMs, socket, connection: connectionOf(socket, ageMs) },
    error: query.error,
    isAnswered: query.isFetched,
  };
}
