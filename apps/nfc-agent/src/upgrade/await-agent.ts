import { setTimeout as pause } from "node:timers/promises";

/** What a running agent answers. */
export type AgentAnswer = {
  version: string;
  pid: number;
  /** Why it does not read taps; null where it does. */
  paused: string | null;
};

/** Asks the agent; null where none answers. */
export type ProbeAgent = () => Promise<AgentAnswer | null>;

const pollMs = 250;

/**
 * Waits until one process has answered as `version`, ready, for `steadyMs` on end; for both times together at most.
 * @param pausedBefore a pause that the agent before had, too, is not the version's fault: an outbox at its bound
 * @returns why it is not up after that; null where it is
 */
export async function awaitAgent(
  version: string,
  pausedBefore: string | null,
  { probe, readyWithinMs, steadyMs }: { probe: ProbeAgent; readyWithinMs: number; steadyMs: number },
): Promise<string | null> {
  const startedAtMs = performance.now();
  let up: Up | null = null;
  let why = "it did not answer at its local API";
  for (;;) {
    const answer = await probe();
    const nowMs = performance.now();
    const bad = answer === null ? null : notReady(answer, version, pausedBefore);
    if (bad !== null) why = bad;
    else if (answer === null && up !== null) why = "it did not stay up";
    up = answer === null || bad !== null ? null : since(up, answer.pid, nowMs);
    if (up !== null && nowMs - up.sinceMs >= steadyMs) return null;
    if (nowMs - startedAtMs >= readyWithinMs + steadyMs)
      return `${why} within ${Math.round(readyWithinMs / 1000)} s`;
    await pause(pollMs);
  }
}

type Up = { pid: number; sinceMs: number };

const since = (up: Up | null, pid: number, nowMs: number): Up =>
  up?.pid === pid ? up : { pid, sinceMs: nowMs };

function notReady(answer: AgentAnswer, version: string, pausedBefore: string | null): string | null {
  if (answer.version !== version) return `version ${answer.version} answered in its place`;
  if (answer.paused !== null && pausedBefore === null) return `it does not read taps: ${answer.paused}`;
  return null;
}
