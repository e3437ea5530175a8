import { setTimeout as sleep } from "node:timers/promises";
import type { BoardAgent, FleetBoard } from "@tapline/adapters/prisma/fleet";
import { messageOf } from "@tapline/core/kernel";
import type { Logger } from "pino";
import type { AgentView } from "../../contracts/agents.ts";
import { limitedRoom, type Realtime, siteRoom } from "./create-realtime.ts";

export interface FleetWatchOptions {
  board: Pick<FleetBoard, "list" | "news" | "mark">;
  /** Whether a browser of this process shows agents. */
  isWatched: () => boolean;
  /** Agents that are other than when they were last told. */
  tell: (agents: AgentView[]) => void;
  /** Something of them may not have been told, or cannot be read: browsers ask anew. */
  missed: () => void;
  logger: Pick<Logger, "warn">;
  /** Goes on evenly, ms. */
  clock: () => number;
}

const lookEveryMs = 1_000;
/** What leaves no trace in reports, archive or marks, such as a gap that is filled, is seen so late at most. */
const wholeEveryMs = 30_000;
/** Doors stamp reports by their own clocks and keep them some time later; what is archived is seen once that is committed. */
const lateMs = 10_000;

/** What browsers were last told of the fleet, and what is other since. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  /** By id, without when it was read; null while nobody watches. */
  #told: Map<string, string> | null = null;
  #mark = "";
  /** When the last look began that read something, and the last one that read all. */
  #readAtMs = 0;
  #wholeAtMs = 0;
  #isAway = false;

  constructor(options: FleetWatchOptions) {
    this.#options = options;
  }

  /** One look: nothing is read while nobody watches. */
  async look(): Promise<void> {
    const { isWatched, missed, logger } = this.#options;
    if (!isWatched()) {
      this.#told = null;
      return;
    }
    try {
      await this.#read();
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) logger.warn({ err: messageOf(error) }, "the fleet cannot be read");
      if (!this.#isAway) missed();
      this.#isAway = true;
    }
  }

  async #read(): Promise<void> {
    const { board, tell, missed, clock } = this.#options;
    const now = clock();
    const mark = await board.mark();
    const isFirst = this.#told === null;
    const isWhole = isFirst || this.#isAway || mark !== this.#mark || now - this.#wholeAtMs >= wholeEveryMs;
    const ids = isWhole ? null : await board.news(now - this.#readAtMs + lateMs);
    const agents = ids === null || ids.length > 0 ? await board.list(ids) : [];
    this.#readAtMs = now;
    if (isWhole) [this.#mark, this.#wholeAtMs] = [mark, now];
    const changed = this.#note(agents);
    // What browsers asked for before this look may be older than what it begins with.
    if (isFirst) missed();
    else if (changed.length > 0) tell(changed);
  }

  #note(agents: readonly BoardAgent[]): BoardAgent[] {
    this.#told ??= new Map();
    const told = this.#told;
    return agents.filter((agent) => {
      const text = JSON.stringify({ ...agent, readAtEpochMs: 0 });
      if (told.get(agent.id) === text) return false;
      told.set(agent.id, text);
      return true;
    });
  }
}

/** Tells browsers of this process that show agents what is new of them, a second after it was kept. @returns settles after the signal */
export async function watchFleet(
  realtime: Realtime,
  board: FleetWatchOptions["board"],
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { rooms } = realtime.sockets.adapter;
  const listeners = realtime.local.to(["agents", limitedRoom]);
  const watch = new FleetWatch({
    ...{ board, logger, clock: () => performance.now() },
    isWatched: () => rooms.has("agents") || rooms.has(limitedRoom),
    tell: (agents) => {
      realtime.local.to("agents").emit("agents", agents);
      for (const [site, ofSite] of Map.groupBy(agents, (agent) => agent.site))
        realtime.local.to(siteRoom(site)).emit("agents", ofSite);
    },
    missed: () => listeners.emit("agentsMissed"),
  });
  while (!signal.aborted) {
    await watch.look();
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}
