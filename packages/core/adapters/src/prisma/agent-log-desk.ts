import { randomUUID } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** What an agent is asked for: the last `lines` of its log. */
export type LogAsking = {
  readonly id: string;
  readonly lines: number;
  readonly askedAtEpochMs: number;
  /** Who: a person's id, or a name that was typed. */
  readonly by: string;
};

/** Where doors find whom to ask. */
export type LogAskings = {
  /** @throws TaplineError `conflict` where the agent is asked already; `overloaded` */
  ask(agent: string, asked: LogAsking): Promise<void>;
  /** Asks no more. */
  withdraw(agent: string, id: string): Promise<void>;
};

/** Asks agents for the last lines of their logs, each time with its audit entry. */
export class AgentLogDesk {
  readonly #prisma: PrismaClient;
  readonly #askings: LogAskings;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, askings: LogAskings, clock: () => number) {
    this.#prisma = prisma;
    this.#askings = askings;
    this.#clock = clock;
  }

  /**
   * @returns the id by which the answer is known
   * @throws TaplineError `not-found`; `conflict` where it is revoked or asked already; `overloaded`
   */
  async ask(agent: string, lines: number, act: Act): Promise<string> {
    await this.#assertHeard(agent);
    const asked = { id: randomUUID(), lines, askedAtEpochMs: this.#clock(), by: act.actor.id };
    const deed = { action: "agent.log-asked", subject: `agent/${agent}`, facts: { lines } } as const;
    try {
      await this.#prisma.$transaction(async (tx) => {
        await recordAct(tx, act, deed, asked.askedAtEpochMs);
        // Within, so that nothing is recorded where it could not be asked for.
        await this.#askings.ask(agent, asked);
      });
    } catch (error) {
      await this.#askings.withdraw(agent, asked.id).catch(() => undefined);
      throw error;
    }
    return asked.id;
  }

  async #assertHeard(agent: string): Promise<void> {
    const known = await this.#prisma.agent.findUnique({
      where: { id: agent },
      select: { revokedAt: true },
    });
    if (known === null)
      throw new TaplineError("not-found", `no agent ${agent} is known`, {
        remedy: "look it up in the list of agents",
      });
    if (known.revokedAt !== null)
      throw new TaplineError("conflict", `${agent} is revoked, and the door does not hear it`, {
        remedy: "look at the log on its PC",
      });
  }
}
