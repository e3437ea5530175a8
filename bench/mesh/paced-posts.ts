import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Installation } from "../installation/index.ts";

const connections = 16;
const againAfterMs = 50;
const giveUpAfterMs = 60_000;

export type Paced = {
  /** From the moment at which a tap is due until it is accepted, however often that takes, ms. */
  readonly acceptMs: readonly number[];
  /** Posts that broke off, or were answered otherwise, and were sent again as agents do. */
  readonly again: number;
  /** How many of the taps were posted: the first ones. */
  readonly posted: number;
};

export type Pace = {
  readonly perSecond: number;
  /** Asked before each tap; default: once all are posted. */
  readonly isOver?: () => boolean;
};

/**
 * An agent that posts taps at an even pace, whatever becomes of those before; each until it is accepted. It keeps its connections from one
 * call to the next, and counts on: doors turn away who begins anew again and again.
 */
export class PacedPosts {
  readonly #url: string;
  readonly #dispatcher: Agent;
  #seq = 0;
  #again = 0;

  constructor({ url, agentTls }: Installation) {
    this.#url = url;
    this.#dispatcher = new Agent({ connections, pipelining: 1, connect: { ...agentTls } });
  }

  async post(payloads: readonly Buffer[], { perSecond, isOver = () => false }: Pace): Promise<Paced> {
    const [beginAt, againBefore] = [performance.now(), this.#again];
    const posts: Promise<number>[] = [];
    try {
      for (const [at, payload] of payloads.entries()) {
        const dueAt = beginAt + (at * 1000) / perSecond;
        await sleep(Math.max(0, dueAt - performance.now()));
        if (isOver()) break;
        const posted = this.#post(payload, dueAt);
        // Looked at below, when all are on their way: until then nobody else hears of one that fails.
        posted.catch(() => undefined);
        posts.push(posted);
      }
      const acceptMs = await Promise.all(posts);
      return { acceptMs, again: this.#again - againBefore, posted: posts.length };
    } finally {
      await Promise.allSettled(posts);
    }
  }

  async #post(payload: Buffer, dueAt: number): Promise<number> {
    const tap = {
      epoch: 1,
      seq: ++this.#seq,
      readAtEpochMs: Date.now(),
      reader: "reader-1",
      payload: payload.toString("base64"),
    };
    const body = JSON.stringify(tap);
    while (!(await this.#isTaken(body))) {
      this.#again++;
      if (performance.now() - dueAt > giveUpAfterMs) throw new Error("a tap was not accepted within 60 s");
      await sleep(againAfterMs);
    }
    return performance.now() - dueAt;
  }

  async #isTaken(body: string): Promise<boolean> {
    try {
      const headers = { "content-type": "application/json" };
      const how = { dispatcher: this.#dispatcher, method: "POST", headers, body } as const;
      const answer = await request(`${this.#url}/v1/taps`, how);
      await answer.body.dump();
      return answer.statusCode === 202;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.close();
  }
}
