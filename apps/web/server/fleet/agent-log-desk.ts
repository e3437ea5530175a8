import { randomUUID } from "node:crypto";
import { type Act, type PrismaClient, recordAct } from "@tapline/adapters/prisma";
import type { AgentLogs } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import type { AgentLogView } from "../../contracts/agents.ts";
import { namesOf } from "../alerts/names-of.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";

/** Asks agents for the last lines of their logs, by the door, and shows what they told. */
export class AgentLogDesk {
  readonly #prisma: PrismaClient;
  readonly #logs: AgentLogs;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, logs: AgentLogs, clock: () => number) {
    this.#prisma = prisma;
    this.#logs = logs;
    this.#clock = clock;
  }

  /** @throws TaplineError `not-found`; `conflict` where it is revoked or asked already; `overloaded` */
  async ask(agent: string, lines: number, act: Act): Promise<void> {
    await this.#assertHere(agent);
    const asked = { id: randomUUID(), lines, askedAtEpochMs: this.#clock(), by: act.actor.id };
    const deed = { action: "agent.log-asked", subject: `agent/${agent}`, facts: { lines } } as const;
    const recording = this.#prisma.$transaction(async (tx) => {
      await recordAct(tx, act, deed, asked.askedAtEpochMs);
      // Within, so that nothing is recorded where it could not be asked for.
      await fromRedis(this.#logs.ask(agent, asked));
    });
    await fromPostgres(recording).catch(async (error: unknown) => {
      await this.#logs.withdraw(agent, asked.id).catch(() => undefined);
      throw error;
    });
  }

  /** What an agent is asked for now, and what it told within the hour. */
  async of(agent: string): Promise<AgentLogView> {
    const { asked, told } = await fromRedis(this.#logs.of(agent));
    if (asked === null) return { asked: null, told };
    const names = await namesOf(this.#prisma, [asked.by]);
    return { asked: { ...asked, by: names.get(asked.by) ?? asked.by }, told };
  }

  async #assertHere(agent: string): Promise<void> {
    const where = { where: { id: agent }, select: { revokedAt: true } } as const;
    const known = await fromPostgres(this.#prisma.agent.findUnique(where));
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
