import { join } from "node:path";
import { type Child, ofType, startChild } from "../child.ts";
import { baseEnvironment } from "./config.ts";
import { agentId } from "./keys.ts";
import type { Installation } from "./start-installation.ts";

/** What an agent process tells of itself four times a second, where it changed. */
export type AgentFigures = {
  /** Taps in its outbox's whole life, in an endless run. */
  readonly taps: number;
  readonly pending: number;
  readonly archived: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** A bounded run: all is read, and every tap has its end. */
  readonly done: boolean;
};

/** An agent as a process of its own, on the installation's outbox for it. */
export type AgentProcess = {
  readonly pid: number;
  /** The newest figures that were not asked for yet. Rejects where the process has ended. */
  readonly figures: () => Promise<AgentFigures>;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The folder of what the bench's agent keeps. */
export function agentDir(installation: Installation): string {
  return join(installation.dir, "agent");
}

/**
 * Starts the installation's agent; resolves once it reads.
 * @param trackersFile what its simulated readers read, as `simulated-trackers.ts` writes it
 * @param changes settings beside the usual ones
 */
export async function startAgent(
  installation: Installation,
  trackersFile: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<AgentProcess> {
  const file = (name: string): string => join(installation.dir, name);
  const child: Child = startChild("../../apps/nfc-agent/src/main.ts", import.meta.url, {
    ...baseEnvironment(),
    TAPLINE_AGENT_INGEST_URL: installation.url,
    TAPLINE_AGENT_CA: file("root.crt"),
    TAPLINE_AGENT_CERT: file(`agent-${agentId}.crt`),
    TAPLINE_AGENT_KEY: file(`agent-${agentId}.key`),
    TAPLINE_AGENT_STREAM_URL: installation.streamUrl,
    TAPLINE_AGENT_DATA_DIR: agentDir(installation),
    TAPLINE_AGENT_API_PORT: "0",
    TAPLINE_AGENT_TRACKERS: trackersFile,
    LOG_LEVEL: "error",
    ...changes,
  });
  await child.next(ofType("ready"));
  return {
    pid: child.pid,
    figures: async () => {
      const message = await child.newest(ofType("status"));
      return message.agent as AgentFigures;
    },
    kill: child.kill,
    stop: child.stop,
  };
}
