import { setTimeout as pause } from "node:timers/promises";

/** What a running agent answers. */
export type AgentAnswer = {
  version: string;
  pid: number;
  /** Why it does not read taps; null where it does. */
  paused: string | null;
  /** Whether its server answers. */
  linked: boolean;
};

/** How the agent was before a change: no worse is asked of it afterwards. Null where none answered. */
export type Before = Pick<AgentAnswer, "paused" | "linked"> | null;

/** Asks the agent; null where none answers. */
export type ProbeAgent = () => Promise<AgentAnswer | null>;

const pollMs = 250;

/**
 * Waits until one process has answered as `version`, ready, for `steadyMs` on end; for both times together at most.
 * @param before a pause that was there, or a server that did not answer, is not the version's fault
 * @returns why it is not up after that; null where it is
 */
export async function awaitAgent(
  version: string,
  before: Before,
  { probe, readyWithinMs, steadyMs }: { probe: ProbeAgent; readyWithinMs: number; steadyMs: number },
): Promise<string | null> {
  const startedAtMs = performance.now();
  let up: Up | null = null;
  let why = "it did not answer at its local API";
  for (;;) {
    const answer = await probe();
    const nowMs = performance.now();
    const bad = answer === null ? null : notReady(answer, version, before);
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

function notReady(answer: AgentAnswer, version: string, before: Before): string | null {
  if (answer.version !== version) return `version ${answer.version} answered in its place`;
  const mayPause = before !== null && before.paused !== null;
  if (answer.paused !== null && !mayPause) return `it does not read taps: ${answer.paused}`;
  // Without a link it would not even hear that the fleet wants it back.
  if (!answer.linked && before?.linked === true) return "it does not reach the server";
  return null;
}
