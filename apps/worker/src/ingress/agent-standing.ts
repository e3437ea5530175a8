import type { AgentDirectory, ListedAgents } from "@tapline/adapters/prisma";
import type { Logger } from "pino";
import { type Role, repeat, Wake } from "../roles/role.ts";
import type { AgentStanding } from "./standing.ts";

export type AgentStandingParts = {
  readonly directory: Pick<AgentDirectory, "listed">;
  /** Calls back when the registry may have changed. */
  readonly subscribe: (onNews: () => void) => Promise<void>;
  readonly log: Pick<Logger, "warn" | "info">;
};

/** So long a change stays unseen at most where nobody tells of it. */
const pollMs = 2_000;
/** A start does not wait longer for the registry; until it was read the door answers 503. */
const firstReadMs = 3_000;
/** More questions about serial numbers than this are not kept: they are asked again. */
const maxQuestions = 10_000;

type Listed = { readonly admitted: ReadonlySet<string>; readonly refused: ReadonlySet<string> };

/**
 * The registry of agents in the memory of a door. While PostgreSQL is away the last that was read stands.
 * A serial number that it does not list may be a minute-old certificate of another door: before anybody is told
 * "revoked" the registry is asked once more.
 */
export async function startAgentStanding(parts: AgentStandingParts): Promise<AgentStanding & Role> {
  const { directory, log } = parts;
  const callbacks: (() => void)[] = [];
  const wake = new Wake();
  let isDue = false;
  let known: { readonly mark: string; readonly agents: ReadonlyMap<string, Listed> } | null = null;
  let asked = new Set<string>();
  /** Questions to which what is known is the answer. */
  let answered = new Set<string>();
  let isAway = false;

  const ask = (): void => {
    isDue = true;
    wake.wake();
  };
  const read = async (): Promise<void> => {
    isDue = false;
    const questions = asked;
    asked = new Set();
    const found = await directory.listed(known?.mark ?? null);
    if (found !== null) known = { mark: found.mark, agents: byAgent(found) };
    if (found !== null || answered.size > maxQuestions) answered = new Set();
    for (const question of questions) answered.add(question);
    if (found !== null) for (const callback of callbacks) callback();
    if (isAway) log.info("the registry of agents is read again");
    isAway = false;
  };
  let firstRead: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    firstRead = resolve;
    setTimeout(resolve, firstReadMs).unref();
  });
  const reading = repeat(
    async () => {
      await read();
      firstRead();
      if (!isDue) await wake.next(pollMs);
      return 0;
    },
    (error) => {
      if (!isAway) log.warn({ err: error }, "the registry of agents cannot be read; what was read stands");
      isAway = true;
    },
  );
  void parts.subscribe(ask).catch((err: unknown) => log.warn({ err }, "changes of agents are seen late"));
  await first;
  return {
    refusal: (agent, serial) => {
      if (known === null) return "unknown-yet";
      const listed = known.agents.get(agent);
      if (listed === undefined || listed.admitted.has(serial)) return null;
      const question = `${agent}/${serial}`;
      if (listed.refused.has(serial) || answered.has(question)) return "revoked";
      if (asked.size < maxQuestions) asked.add(question);
      ask();
      return "unknown-yet";
    },
    onChange: (callback) => callbacks.push(callback),
    stop: async () => {
      const stopped = reading.stop();
      wake.wake();
      await stopped;
    },
  };
}

function byAgent({ agents }: ListedAgents): ReadonlyMap<string, Listed> {
  return new Map(
    agents.map(({ agent, admitted, refused }) => [
      agent,
      { admitted: new Set(admitted), refused: new Set(refused) },
    ]),
  );
}
