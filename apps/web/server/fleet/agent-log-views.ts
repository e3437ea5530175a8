import { type Act, AgentLogDesk, type PrismaClient } from "@tapline/adapters/prisma";
import type { AgentLogs } from "@tapline/adapters/redis";
import type { AgentLogView } from "../../contracts/agents.ts";
import { namesOf } from "../alerts/names-of.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";

/** The last lines of agents' logs, as the console asks for them and shows what they told. */
export class AgentLogViews {
  readonly #prisma: PrismaClient;
  readonly #logs: AgentLogs;
  readonly #desk: AgentLogDesk;

  constructor(prisma: PrismaClient, logs: AgentLogs, clock: () => number) {
    this.#prisma = prisma;
    this.#logs = logs;
    const askings = {
      ask: (...given: Parameters<AgentLogs["ask"]>) => fromRedis(logs.ask(...given)),
      withdraw: (agent: string, id: string) => logs.withdraw(agent, id),
    };
    this.#desk = new AgentLogDesk(prisma, askings, clock);
  }

  /** @throws TaplineError as `AgentLogDesk.ask` */
  async ask(agent: string, lines: number, act: Act): Promise<void> {
    await fromPostgres(this.#desk.ask(agent, lines, act));
  }

  /** What an agent is asked for now, and what it told within the hour. */
  async of(agent: string): Promise<AgentLogView> {
    const { asked, told } = await fromRedis(this.#logs.of(agent));
    if (asked === null) return { asked: null, told };
    const names = await namesOf(this.#prisma, [asked.by]);
    return { asked: { ...asked, by: names.get(asked.by) ?? asked.by }, told };
  }
}
