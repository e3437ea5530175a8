import { stateOf } from "../../client/agent-state.ts";
import type { AgentView } from "../../contracts/agents.ts";

/** The way of a new installation to its first tap, step by step. */
export const visitSteps = ["enrol", "start", "tap"] as const;

export type VisitStep = (typeof visitSteps)[number];

/** How far it is: the step that is next, and of the agent that is furthest what there is to say. */
export interface Visit {
  next: VisitStep;
  agent: AgentView | null;
  /** Of an agent that is online: readers that take taps. */
  readers: number;
}

/** @param nowEpochMs by the server's clock */
export function visitOf(agents: readonly AgentView[], nowEpochMs: number): Visit {
  const ranked = agents
    .filter(({ revokedAtEpochMs }) => revokedAtEpochMs === null)
    .toSorted((a, b) => rankOf(b, nowEpochMs) - rankOf(a, nowEpochMs) || enrolledLast(b) - enrolledLast(a));
  const [agent = null] = ranked;
  if (agent === null || rankOf(agent, nowEpochMs) === 0) return { next: "enrol", agent, readers: 0 };
  const { ready = 0, reading = 0, collision = 0 } = agent.last?.report.readers ?? {};
  return stateOf(agent, nowEpochMs) === "online"
    ? { next: "tap", agent, readers: ready + reading + collision }
    : { next: "start", agent, readers: 0 };
}

/** One with a token alone stands behind one that has enrolled, and that behind one that is online. */
function rankOf(agent: AgentView, nowEpochMs: number): number {
  if (stateOf(agent, nowEpochMs) === "online") return 2;
  return agent.enrolledAtEpochMs === null && agent.last === null ? 0 : 1;
}

const enrolledLast = ({ enrolledAtEpochMs, tokenEndsAtEpochMs }: AgentView): number =>
  enrolledAtEpochMs ?? tokenEndsAtEpochMs ?? 0;
