"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { AgentDetail, AgentLogView, AgentView, FleetCount } from "../contracts/agents.ts";
import { laterAgents } from "./agent-rows.ts";
import { api, queryClient } from "./api.ts";
import { recheckMs, useAsking, useAskingAnew } from "./asking.ts";
import { coalesce, nextFrame } from "./coalesce.ts";
import { followAgents } from "./live-socket.ts";
import { unlessPaused } from "./pause.ts";

/** Time alone makes an agent offline: nobody is told of it, so it is asked for, ms. */
const countEveryMs = 10_000;

const listKey = api.agentBoard.list.queryKey();

queryClient.setQueryDefaults(listKey, {
  structuralSharing: (known, arrived) =>
    laterAgents(known as AgentView[] | undefined, arrived as AgentView[], true),
});

const show = coalesce<readonly AgentView[]>({
  merge: (waiting, arrived) => [...waiting, ...arrived],
  write: (changed) =>
    unlessPaused(changed.length, () => {
      // What is set is shared like an answer, so it has to be whole.
      queryClient.setQueryData(listKey, (known) => known && laterAgents(known, changed, false));
      for (const { id } of changed)
        void queryClient.invalidateQueries({ queryKey: api.agentBoard.detail.queryKey({ id }) });
    }),
  schedule: nextFrame,
});

/** Asks anew for all that is shown of agents, as after something was done to one. */
export function askAgentsAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.agentBoard.pathKey() });
}

export interface Agents {
  agents: readonly AgentView[];
  /** False until the first answer, good or bad. */
  isAnswered: boolean;
  /** It could not be read when last asked: what is there is the last that was known. */
  isFailed: boolean;
  /** When the last answer or push came, by this browser's clock; 0: none yet. */
  heardEpochMs: number;
}

const none: readonly AgentView[] = [];

/** All agents, as the server tells of them. */
export function useAgents(): Agents {
  useEffect(() => followAgents(show, askAgentsAnew), []);
  const query = useQuery({ ...api.agentBoard.list.queryOptions(), ...useAskingAnew(recheckMs) });
  return {
    agents: query.data ?? none,
    isAnswered: query.isFetched,
    isFailed: query.isError,
    heardEpochMs: query.dataUpdatedAt,
  };
}

/** All agents as they are now, for whoever looks one up by its name; nobody is told of changes for it. */
export function useAgentNames(): readonly AgentView[] {
  return useQuery(api.agentBoard.list.queryOptions()).data ?? none;
}

/** How many agents are online; `undefined` until it is known. */
export function useFleetCount(): FleetCount | undefined {
  const { enabled } = useAsking(recheckMs);
  const query = useQuery({ ...api.agentBoard.count.queryOptions(), enabled, refetchInterval: countEveryMs });
  return query.data;
}

/** What is known of one agent beside its line in the list; `undefined` until it is. */
export function useAgentDetail(id: string | null): { detail: AgentDetail | undefined; isFailed: boolean } {
  const asking = useAsking(recheckMs);
  const query = useQuery({
    ...api.agentBoard.detail.queryOptions({ id: id ?? "" }),
    ...asking,
    enabled: asking.enabled && id !== null,
  });
  return { detail: query.data, isFailed: query.isError };
}

/** While an agent is asked for its log, and while it is not, ms. */
const [answerEveryMs, logEveryMs] = [1_000, 30_000];

/** Asks anew for what agents told of their logs. */
export function askAgentLogsAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.agentLog.pathKey() });
  askAgentsAnew();
}

/** What an agent is asked for of its log, and what it told; `undefined` until it is known. */
export function useAgentLog(id: string | null): { log: AgentLogView | undefined; isFailed: boolean } {
  const { enabled } = useAsking(recheckMs);
  const query = useQuery({
    ...api.agentLog.show.queryOptions({ id: id ?? "" }),
    enabled: enabled && id !== null,
    refetchInterval: ({ state }) => (state.data?.asked == null ? logEveryMs : answerEveryMs),
  });
  return { log: query.data, isFailed: query.isError };
}
