"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { KeysView } from "../contracts/keys.ts";
import { api, queryClient } from "./api.ts";
import { recheckMs, useAsking } from "./asking.ts";
import { followKeys } from "./live-socket.ts";
import { unlessPaused } from "./pause.ts";

/** While the server cannot answer it is asked so often, ms. */
const retryMs = 5_000;

/** Asks anew for all that is shown of keys, as after something was done to one. */
export function askKeysAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.keys.pathKey() });
}

const hear = (): void => unlessPaused(1, askKeysAnew);

/** The ring and all about it, as the server tells of it; `view` undefined: not known yet. */
export function useKeys(): { view: KeysView | undefined; isFailed: boolean; heardEpochMs: number } {
  const { enabled, refetchInterval } = useAsking(recheckMs);
  useEffect(() => followKeys(hear), []);
  const query = useQuery({
    ...api.keys.board.queryOptions(),
    enabled,
    refetchInterval: ({ state }) => (state.status === "error" ? retryMs : refetchInterval),
  });
  return { view: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}
