import type { AgentDirective, AgentReport } from "@tapline/core/tap";

/** The fleet, as the agents' door sees it. Answers at once, from memory. */
export type FleetPort = {
  /** Takes what an agent told of itself at `atEpochMs` (the server's clock); the latest of each agent counts. */
  readonly report: (agent: string, report: AgentReport, atEpochMs: number) => void;
  /** What the server wants of an agent; null where there is nothing to say (yet), so that the agent stays as it is. */
  readonly directiveOf: (agent: string) => AgentDirective | null;
  /** Calls back whenever somebody's directive may have changed, so that open streams are told. */
  readonly onChange: (callback: () => void) => void;
};
