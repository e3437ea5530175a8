import { readJson, TaplineError } from "@tapline/core/kernel";
import { agentLogSchema, logWantedSchema } from "@tapline/core/tap";
import type { Redis } from "ioredis";
import { z } from "zod";
import { agentLogKeys } from "./keys.ts";

/** So long an agent may take to answer, ms; who is offline for longer is not asked when it comes. */
export const logWantedForMs = 5 * 60_000;
/** So long what an agent told is kept, ms. */
export const logKeptMs = 3_600_000;
/** So many askings in a minute, of all agents: each may bring 64 KiB into Redis. */
const mostPerMinute = 20;
const minuteMs = 60_000;

const instant = z.int().min(0);

const askedSchema = logWantedSchema.extend({
  askedAtEpochMs: instant,
  /** Who: a person's id. */
  by: z.string(),
});

/** That somebody wants the last lines of an agent's log. */
export type AskedLog = z.infer<typeof askedSchema>;

const toldSchema = z.discriminatedUnion("is", [
  agentLogSchema.extend({ is: z.literal("told"), atEpochMs: instant }),
  /** The agent is of a release that does not know how. */
  z.strictObject({ is: z.literal("unable"), id: z.uuid(), atEpochMs: instant }),
]);

/** What an agent answered. */
export type ToldLog = z.infer<typeof toldSchema>;

/** The askings for agents' logs and what came of them, between console and doors. Nothing of it is kept for longer than an hour. */
export class AgentLogs {
  readonly #redis: Redis;
  readonly #clock: () => number;

  constructor(redis: Redis, clock: () => number) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** @throws TaplineError `conflict` where the agent is asked already, `overloaded` where too much is asked for at present */
  async ask(agent: string, asked: AskedLog): Promise<void> {
    const nowEpochMs = this.#clock();
    await this.#assertFew(nowEpochMs);
    const text = JSON.stringify(asked);
    const standing = await this.#redis.hget(agentLogKeys.asked, agent);
    if (standing !== null && this.#live(standing) === null) await this.#redis.hdel(agentLogKeys.asked, agent);
    const isFirst = (await this.#redis.hsetnx(agentLogKeys.asked, agent, text)) === 1;
    // What nobody reads any more goes by itself.
    if (isFirst) await this.#redis.pexpire(agentLogKeys.asked, logWantedForMs);
    if (isFirst) return;
    throw new TaplineError("conflict", `${agent} is asked for its log already`, {
      remedy: "look at what it answers",
    });
  }

  /** Asks no more; nothing where something else is asked for by now. */
  async withdraw(agent: string, id: string): Promise<void> {
    const standing = await this.#redis.hget(agentLogKeys.asked, agent);
    if (standing !== null && this.#live(standing)?.id === id)
      await this.#redis.hdel(agentLogKeys.asked, agent);
  }

  /** What agents are asked for now, by their ids. */
  async asked(): Promise<Map<string, AskedLog>> {
    const all = Object.entries(await this.#redis.hgetall(agentLogKeys.asked));
    const over = all.filter(([, text]) => this.#live(text) === null).map(([agent]) => agent);
    if (over.length > 0) await this.#redis.hdel(agentLogKeys.asked, ...over);
    return new Map(
      all.flatMap(([agent, text]) => {
        const asked = this.#live(text);
        return asked === null ? [] : [[agent, asked] as const];
      }),
    );
  }

  /** Keeps what an agent answered, if it is still asked for that. */
  async tell(agent: string, told: ToldLog): Promise<void> {
    const standing = await this.#redis.hget(agentLogKeys.asked, agent);
    if (standing === null || this.#live(standing)?.id !== told.id) return;
    await this.#redis
      .multi()
      .set(agentLogKeys.told(agent), JSON.stringify(told), "PX", logKeptMs)
      .hdel(agentLogKeys.asked, agent)
      .exec();
  }

  /** What an agent is asked for now, and what it told last. */
  async of(agent: string): Promise<{ asked: AskedLog | null; told: ToldLog | null }> {
    const [asked, told] = await Promise.all([
      this.#redis.hget(agentLogKeys.asked, agent),
      this.#redis.get(agentLogKeys.told(agent)),
    ]);
    return {
      asked: asked === null ? null : this.#live(asked),
      told: told === null ? null : toldSchema.parse(JSON.parse(told)),
    };
  }

  async #assertFew(nowEpochMs: number): Promise<void> {
    const key = agentLogKeys.askedIn(Math.floor(nowEpochMs / minuteMs));
    const [counted] =
      (await this.#redis
        .multi()
        .incr(key)
        .pexpire(key, 2 * minuteMs)
        .exec()) ?? [];
    if (Number(counted?.[1] ?? 0) <= mostPerMinute) return;
    throw new TaplineError("overloaded", `more than ${mostPerMinute} logs were asked for within a minute`, {
      remedy: "try again in a minute",
    });
  }

  /** `null`: it is over, or of a release that writes it otherwise. */
  #live(text: string): AskedLog | null {
    const read = readJson(askedSchema, text);
    if (read === null) return null;
    return Math.abs(this.#clock() - read.askedAtEpochMs) > logWantedForMs ? null : read;
  }
}
