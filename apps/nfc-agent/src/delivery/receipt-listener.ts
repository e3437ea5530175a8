import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@tapline/core/kernel";
import type { Receipt, ReceiptsResponse } from "@tapline/core/tap";
import type { Backoff } from "./backoff.ts";
import type { Generation } from "./generation.ts";
import { type IngestClient, whyOf } from "./ingest-client.ts";
import type { Troubles } from "./troubles.ts";

export type ReceiptListenerOptions = {
  client: IngestClient;
  generation: Generation;
  troubles: Troubles;
  backoff: Backoff;
  /** Longest wait in one request, ms. */
  waitMs: number;
  monotonic: Clock;
  onReceipts: (receipts: readonly Receipt[]) => void;
};

/** Empty answers that come faster than this are slowed down to it, should a server not wait. */
const idlePollMs = 250;

/** Always holds one request for receipts open. Receipts may be told twice, so the cursor is not kept over a restart. */
export class ReceiptListener {
  readonly #options: ReceiptListenerOptions;
  #cursor = "0";
  #poll = new AbortController();
  #heard = false;

  constructor(options: ReceiptListenerOptions) {
    this.#options = options;
  }

  /** True once the server has answered. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Reads all receipts from the first. */
  restart(): void {
    this.#cursor = "0";
    this.#poll.abort();
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#poll = new AbortController();
      const poll = this.#poll.signal;
      const pauseMs = await this.#ask(AbortSignal.any([stop, poll]));
      if (pauseMs > 0 && !poll.aborted) await sleep(pauseMs, undefined, { signal: stop }).catch(() => {});
    }
  }

  /** @returns how long to wait before asking again, ms */
  async #ask(signal: AbortSignal): Promise<number> {
    const { client, generation, troubles, backoff, monotonic } = this.#options;
    const asked = generation.current;
    const cursor = this.#cursor;
    const startedMs = monotonic();
    // The first answer comes at once, so that we know early whether the server is there.
    const outcome = await client.getReceipts(cursor, this.#heard ? this.#options.waitMs : 0, signal);
    if (signal.aborted) return 0;
    if (outcome.kind !== "answered") {
      const afterMs = backoff.nextMs();
      troubles.begins("receipts", whyOf(outcome));
      return outcome.kind === "busy" ? (outcome.afterMs ?? afterMs) : afterMs;
    }
    this.#heard = true;
    backoff.reset();
    troubles.over("receipts");
    const { receipts, next } = outcome.answer;
    if (generation.hear(asked, outcome.answer.generation)) this.#take(outcome.answer, signal);
    const idle = receipts.length === 0 && next === cursor;
    return idle ? Math.max(0, idlePollMs - (monotonic() - startedMs)) : 0;
  }

  /** An answer that told of a new generation has set the cursor back, which must stay so. */
  #take(answer: ReceiptsResponse, poll: AbortSignal): void {
    this.#options.onReceipts(answer.receipts);
    if (!poll.aborted) this.#cursor = answer.next;
  }
}
