"use client";

import { useQuery } from "@tanstack/react-query";
import type { RolloutBoard } from "../contracts/rollouts.ts";
import { api, queryClient } from "./api.ts";
import { useAskingAnew } from "./asking.ts";
import { askAgentsAnew } from "./use-agents.ts";

/** Nobody is told of roll-outs: they are looked at so often, ms. */
const lookMs = 5_000;

/** Asks anew for all that a step of a roll-out may have changed. */
export function askRolloutsAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.fleetRollout.pathKey() });
  void queryClient.invalidateQueries({ queryKey: api.fleet.pathKey() });
  askAgentsAnew();
}

/** All that is rolled out, and can be; `undefined` until it is known. */
export function useRollouts(): { board: RolloutBoard | undefined; isFailed: boolean } {
  const query = useQuery({ ...api.fleetRollout.board.queryOptions(), ...useAskingAnew(lookMs) });
  return { board: query.data, isFailed: query.isError };
}
