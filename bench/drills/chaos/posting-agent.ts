import { setTimeout as sleep } from "node:timers/promises";
import { type PostTapsResponse, postTapsResponseSchema } from "@tapline/core/tap";
import { Agent, request } from "undici";
import type { Attempt } from "./availability.ts";

/** As long as the agent of the product waits, and as many taps as it sends at once. */
const connectMs = 5_000;
const answerMs = 15_000;
const mostTapsAtOnce = 500;
/** Full jitter below a ceiling that doubles, as the product's: ms. */
const firstBackoffMs = 250;
const longestBackoffMs = 30_000;

type DueTap = {
  readonly seq: number;
  readonly readAtEpochMs: number;
  readonly payload: string;
  dueMs: number;
};

export type PostingAgentOptions = Readonly<{
  /** The door that agents know. */
  url: string;
  tls: Readonly<{ ca: string; cert: string; key: string }>;
  tapsPerSecond: number;
  /** The packet of its next tap. */
  nextPayload: () => Buffer;
  /** Whether each sending has a connection of its own, so that it goes to a colour by the share of that moment; left out: all have one. */
  connectsAnew?: boolean;
}>;

/** An agent of the drill's own, which nobody kills: sends what it has as the product's agent does by REST, and notes how each sending ended. */
export class PostingAgent {
  readonly attempts: Attempt[] = [];
  /** Of each tap that was taken, from when it was due, ms. */
  readonly tookMs: number[] = [];
  readonly #options: PostingAgentOptions;
  readonly #dispatcher: Agent;
  readonly #waiting: DueTap[] = [];
  readonly #stopping = new AbortController();
  readonly #givingUp = new AbortController();
  #running: Promise<void> | null = null;
  #failures = 0;

  constructor(options: PostingAgentOptions) {
    this.#options = options;
    this.#dispatcher = new Agent({
      // 0: nothing is kept alive.
      pipelining: options.connectsAnew === true ? 0 : 1,
      connections: 1,
      connect: { ...options.tls, minVersion: "TLSv1.3", timeout: connectMs },
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Makes no new taps, and ends once all that were due are taken. @throws Error where they are not within `withinMs` */
  async stop(withinMs: number): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#givingUp.abort(), withinMs);
    await this.#running;
    clearTimeout(timer);
    await this.#dispatcher.destroy();
    if (this.#waiting.length > 0) throw new Error(`${this.#waiting.length} taps of an agent were not taken`);
  }

  async #run(): Promise<void> {
    const everyMs = 1000 / this.#options.tapsPerSecond;
    const beganMs = performance.now();
    for (let made = 0; ; ) {
      while (!this.#stopping.signal.aborted && beganMs + made * everyMs <= performance.now())
        this.#waiting.push(this.#tap(++made, beganMs + (made - 1) * everyMs));
      if (this.#givingUp.signal.aborted) return;
      if (this.#waiting.length > 0) await this.#send();
      else if (this.#stopping.signal.aborted) return;
      else await sleep(Math.max(0, beganMs + made * everyMs - performance.now()));
    }
  }

  #tap(seq: number, dueMs: number): DueTap {
    return { seq, readAtEpochMs: Date.now(), payload: this.#options.nextPayload().toString("base64"), dueMs };
  }

  async #send(): Promise<void> {
    const sent = this.#waiting.slice(0, mostTapsAtOnce);
    const beganMs = performance.now();
    const answer = await this.#post(sent);
    const endedMs = performance.now();
    const taken = new Set(
      (answer?.results ?? []).flatMap(({ seq, status }) => (status === 202 ? [seq] : [])),
    );
    this.attempts.push({ beganMs, endedMs, isTaken: sent.every(({ seq }) => taken.has(seq)) });
    for (const { seq, dueMs } of sent) if (taken.has(seq)) this.tookMs.push(endedMs - dueMs);
    const left = this.#waiting.filter(({ seq }) => !taken.has(seq));
    this.#waiting.splice(0, this.#waiting.length, ...left);
    if (taken.size === sent.length) this.#failures = 0;
    else await sleep(Math.random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** this.#failures++));
  }

  /** @returns null where it broke off, was late, or was refused as a whole */
  async #post(taps: readonly DueTap[]): Promise<PostTapsResponse | null> {
    const body = JSON.stringify({
      epoch: 1,
      taps: taps.map(({ dueMs: _, ...tap }) => ({ ...tap, reader: "reader-1" })),
    });
    try {
      const answer = await request(`${this.#options.url}/v1/taps`, {
        ...{ dispatcher: this.#dispatcher, method: "POST", body },
        headers: { "content-type": "application/json" },
        ...{ headersTimeout: answerMs, bodyTimeout: answerMs },
      });
      const read = postTapsResponseSchema.safeParse(await answer.body.json());
      return read.success ? read.data : null;
    } catch {
      return null;
    }
  }
}
