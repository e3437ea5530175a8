"use client";

import { hashKey, useQuery } from "@tanstack/react-query";
import type { KpiLive } from "@tapline/core/kpi";
import { useEffect, useSyncExternalStore } from "react";
import { api, queryClient } from "./api.ts";
import { ageOf, type Connection, connectionOf } from "./connection.ts";
import { startLive } from "./live-socket.ts";
import { getSocketState, lastHeard, onSocketState, type SocketState } from "./live-state.ts";
import { serverNow } from "./server-clock.ts";
import { tick, useNow } from "./use-now.ts";
import { useSites } from "./viewer.tsx";

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
const lookEveryMs = 500;
const pictureHash = hashKey(api.kpi.live.queryKey());

/**
 * The socket keeps the picture fresh; where it does not, the server is asked every two seconds.
 * @param first what the server drew the page with, shown until the first answer
 */
export function useLive(first: KpiLive | null = null): Live {
  useEffect(startLive, []);
  const socket = useSyncExternalStore(onSocketState, getSocketState, () => "connecting" as const);
  const nowEpochMs = useNow(lookEveryMs);
  const isWhole = useSites() === null;
  const query = useQuery({
    ...api.kpi.live.queryOptions(),
    enabled: socket !== "signed-out" && isWhole,
    refetchInterval: ({ state }) => {
      const fresh = socket === "connected" && Date.now() - state.dataUpdatedAt < pollMs;
      return fresh && state.data != null ? false : pollMs;
    },
  });
  const told = query.data ?? null;
  const ageMs = ageOfPicture(told, query.dataUpdatedAt, nowEpochMs ?? Date.now());
  return {
    live: told === null && !query.isFetched ? first : told,
    ...{ ageMs, socket, connection: connectionOf(socket, isWhole ? freshestOf(ageMs) : 0) },
    error: query.error,
    isAnswered: query.isFetched,
  };
}

/**
 * How far figures can be believed, for whoever shows none of them: drawn anew when that changes, and not with each picture. Where the
 * socket does not keep the picture fresh, `useLive` asks for it, which the shell does on every page.
 */
export function useConnection(): Connection {
  useEffect(startLive, []);
  const isWhole = useSites() === null;
  const now = isWhole ? connectionNow : connectionOfLimited;
  return useSyncExternalStore(onConnection, now, () => "recovering" as const);
}

function onConnection(listener: () => void): () => void {
  const ends = [
    tick(lookEveryMs, listener),
    onSocketState(listener),
    queryClient.getQueryCache().subscribe(({ query }) => {
      if (query.queryHash === pictureHash) listener();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Who sees some sites only is given no picture: the socket alone says how it stands. */
const connectionOfLimited = (): Connection => connectionOf(getSocketState(), 0);

function connectionNow(): Connection {
  const picture = queryClient.getQueryCache().get<KpiLive | null>(pictureHash)?.state;
  const ageMs = ageOfPicture(picture?.data ?? null, picture?.dataUpdatedAt ?? 0, Date.now());
  return connectionOf(getSocketState(), freshestOf(ageMs));
}

/** Of the picture that is shown and the one that was heard last the age of the newer one: while pages stand still they are two. */
function freshestOf(shownAgeMs: number | null): number | null {
  const heard = lastHeard();
  if (heard === null) return shownAgeMs;
  const heardAgeMs = ageOf({ ...heard, serverNowEpochMs: serverNow(), nowEpochMs: Date.now() });
  return shownAgeMs === null ? heardAgeMs : Math.min(shownAgeMs, heardAgeMs);
}

function ageOfPicture(live: KpiLive | null, receivedEpochMs: number, nowEpochMs: number): number | null {
  if (live === null) return null;
  return ageOf({ atEpochMs: live.atEpochMs, receivedEpochMs, serverNowEpochMs: serverNow(), nowEpochMs });
}
