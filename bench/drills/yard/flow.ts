import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "@tapline/core/kernel";
import {
  type AgentFigures,
  type AgentProcess,
  type Installation,
  startAgent,
} from "../../installation/index.ts";

export type FlowOptions = {
  readonly readers: number;
  readonly tapsPerSecond: number;
};

/** Next to nothing: one tap at the start, and no second one within the drill. */
const restTapsPerSecond = 0.001;

const lookEveryMs = 100;

const endedOf = ({ archived, duplicates, rejected }: AgentFigures): number =>
  archived + duplicates + rejected;

/** Taps that flow into an installation: an agent, its simulated readers and their ledger, over many lives. */
export class Flow {
  readonly #installation: Installation;
  readonly #trackersFile: string;
  readonly #options: FlowOptions;
  readonly #random: Random;
  #agent: AgentProcess | null = null;
  #figures: AgentFigures | null = null;
  readonly ledger: string;

  constructor(installation: Installation, trackersFile: string, options: FlowOptions, random: Random) {
    this.#installation = installation;
    this.#trackersFile = trackersFile;
    this.#options = options;
    this.#random = random;
    this.ledger = join(installation.dir, "ledger.ndjson");
  }

  /** Starts to read. */
  async start(): Promise<void> {
    this.#begin(await this.#life(this.#options.tapsPerSecond));
  }

  async kill(): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    await agent?.kill();
  }

  /** The agent's newest figures: it tells them where they have changed, so old ones may still hold. */
  async figures(): Promise<AgentFigures> {
    await sleep(lookEveryMs);
    while (this.#figures === null) {
      if (this.#agent === null) throw new Error("nothing flows");
      await sleep(lookEveryMs);
    }
    return this.#figures;
  }

  /** Waits until as many taps have an end as were read up to now. @throws Error after `timeoutMs` */
  async healed(timeoutMs: number): Promise<number> {
    const startedAt = performance.now();
    const { taps } = await this.figures();
    for (let figures = await this.figures(); endedOf(figures) < taps; figures = await this.figures())
      if (performance.now() - startedAt > timeoutMs)
        throw new Error(
          `${figures.pending} of ${figures.taps} taps have no end ${Math.round(timeoutMs / 1000)} s after the fault`,
        );
    return performance.now() - startedAt;
  }

  /** Reads no more and waits until all that was read has its end. @throws Error after `timeoutMs` */
  async settle(timeoutMs: number): Promise<AgentFigures> {
    await this.kill();
    const agent = await this.#life(restTapsPerSecond);
    this.#begin(agent);
    const end = performance.now() + timeoutMs;
    for (;;) {
      const figures = await this.figures();
      if (figures.taps > 0 && figures.pending === 0) {
        this.#agent = null;
        await agent.stop();
        return figures;
      }
      if (performance.now() > end)
        throw new Error(
          `${figures.pending} taps have no end ${Math.round(timeoutMs / 1000)} s after the last fault`,
        );
    }
  }

  #begin(agent: AgentProcess): void {
    this.#agent = agent;
    this.#figures = null;
    const follow = async (): Promise<void> => {
      while (this.#agent === agent) this.#figures = await agent.figures();
    };
    follow().catch(() => {
      // It was killed: there is nothing more to follow.
    });
  }

  #life(perSecond: number): Promise<AgentProcess> {
    return startAgent(this.#installation, this.#trackersFile, {
      TAPLINE_AGENT_READERS: String(this.#options.readers),
      TAPLINE_AGENT_RATE: String(perSecond),
      TAPLINE_AGENT_SEED: String(Math.floor(this.#random() * 2 ** 31)),
      // Duplicates, clones, strangers and damaged tags among the good ones.
      TAPLINE_AGENT_SCENARIO: "hostile",
      TAPLINE_AGENT_LEDGER: this.ledger,
      // Short, so that what a fault left unanswered is not waited for.
      TAPLINE_AGENT_RESEND_AFTER_MS: "5000",
    });
  }
}
