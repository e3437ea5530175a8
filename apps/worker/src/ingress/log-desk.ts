import type { AgentLogs, AskedLog, ToldLog } from "@tapline/adapters/redis";
import type { AgentLog, LogWanted } from "@tapline/core/tap";
import type { Logger } from "pino";
import { type Role, repeat } from "../roles/role.ts";

/** Askings for agents' logs, as the agents' door sees them. Answers at once, from memory. */
export type LogPort = {
  /** What an agent is asked for; null: nothing. */
  readonly wantedOf: (agent: string) => LogWanted | null;
  /** What an agent answered; null: it is of a release that does not know how. What was not asked for is passed over. */
  readonly told: (agent: string, log: AgentLog | { readonly id: string; readonly text: null }) => void;
  /** Calls back whenever somebody may be asked, so that open streams are told. */
  readonly onChange: (callback: () => void) => void;
};

export type LogDeskParts = {
  readonly logs: Pick<AgentLogs, "asked" | "tell">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "warn" | "info">;
};

/** Askings are seen so late at most. */
const beatMs = 1_000;

/** The askings for logs in the memory of a door. While Redis is away nobody is asked. */
export function startLogDesk({ logs, clock, log }: LogDeskParts): LogPort & Role {
  const callbacks: (() => void)[] = [];
  let asked: ReadonlyMap<string, AskedLog> = new Map();
  let away = false;
  const beating = repeat(
    async () => {
      const next = await logs.asked();
      const isNew = [...next].some(([agent, { id }]) => asked.get(agent)?.id !== id);
      asked = next;
      if (isNew) for (const callback of callbacks) callback();
      away = false;
      return beatMs;
    },
    (error) => {
      if (!away) log.warn({ err: error }, "whom to ask for logs cannot be read");
      away = true;
    },
    beatMs,
  );
  return {
    wantedOf: (agent) => {
      const one = asked.get(agent);
      return one === undefined ? null : { id: one.id, lines: one.lines };
    },
    told: (agent, given) => {
      if (asked.get(agent)?.id !== given.id) return;
      const atEpochMs = clock();
      const told: ToldLog =
        given.text === null ? { is: "unable", id: given.id, atEpochMs } : { is: "told", ...given, atEpochMs };
      logs.tell(agent, told).catch((error: unknown) => {
        log.warn({ err: error, agent }, "what an agent told of its log is lost");
      });
    },
    onChange: (callback) => callbacks.push(callback),
    stop: () => beating.stop(),
  };
}
