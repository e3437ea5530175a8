"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { KeysView } from "../contracts/keys.ts";
import { api, queryClient } from "./api.ts";
import { recheckMs, useAskingAnew } from "./asking.ts";
import { followMarked } from "./live-socket.ts";
import { unlessPaused } from "./pause.ts";

/** Asks anew for all that is shown of keys, as after something was done to one. */
export function askKeysAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.keys.pathKey() });
}

const hear = (): void => unlessPaused(1, askKeysAnew);

/** The ring and all about it, as the server tells of it; `view` undefined: not known yet. */
export function useKeys(): { view: KeysView | undefined; isFailed: boolean; heardEpochMs: number } {
  useEffect(() => followMarked("keys", hear), []);
  const query = useQuery({ ...api.keys.board.queryOptions(), ...useAskingAnew(recheckMs) });
  return { view: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}
