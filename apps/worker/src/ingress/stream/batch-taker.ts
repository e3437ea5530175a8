import type { BufferedTap } from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";
import type { ServerMessage } from "@tapline/core/tap";
import { type CheckedTap, tapsOf } from "../check-taps.ts";
import type { AgentCredits } from "../credits/agent-credits.ts";
import type { Door } from "../door.ts";
import { ack, credits } from "./messages.ts";

export type BatchHooks = {
  readonly tell: (message: ServerMessage) => void;
  readonly onAnswered: (good: readonly BufferedTap[], refused: number, acceptMs: number) => void;
  readonly onFailed: (error: unknown, taps: number) => void;
  readonly clock: () => number;
};

/** What an agent sent at once. */
export type Batch = {
  readonly batch: number;
  readonly checked: readonly CheckedTap[];
  readonly receivedAtEpochMs: number;
  /** W3C trace context, or "". */
  readonly traceparent: string;
};

/**
 * Takes a stream's batches in their order, and tells the agent of its credits. What the agent was told and what the stock
 * holds may differ, since a quiet agent's stock is lent to others: then its taps wait here until there is room for them.
 */
export class BatchTaker {
  readonly #credits: AgentCredits;
  readonly #door: Pick<Door, "take">;
  readonly #hooks: BatchHooks;
  readonly #stopping = new AbortController();
  readonly #leave: () => void;
  #tail: Promise<void> = Promise.resolve();
  readonly #answers = new Set<Promise<void>>();
  /** Credits that the agent has and has not used. */
  #toldTaps = 0;
  /** Taps that came and have not been given credits of the stock yet. */
  #owedTaps = 0;
  #pending = 0;
  #granting = false;

  constructor(agentCredits: AgentCredits, door: Pick<Door, "take">, hooks: BatchHooks) {
    this.#credits = agentCredits;
    this.#leave = agentCredits.enter();
    this.#door = door;
    this.#hooks = hooks;
  }

  /** Batches that came and have no answer yet. */
  get pending(): number {
    return this.#pending;
  }

  /** From now on the agent is granted credits. */
  grant(): void {
    if (this.#granting || this.#stopping.signal.aborted) return;
    this.#granting = true;
    this.#credits.keepFilled(() => this.#tellCredits());
    this.#tellCredits();
  }

  /** No more credits for the time being. */
  pause(): void {
    if (!this.#granting) return;
    this.#granting = false;
    this.#credits.keepFilled(null);
  }

  /**
   * Takes a batch; the agent is told once all of it is durable.
   * @throws TaplineError `overloaded` where it has more taps than the agent has credits
   */
  take(batch: Batch): void {
    const { checked } = batch;
    if (checked.length > this.#toldTaps)
      throw new TaplineError("overloaded", `${checked.length} taps came on ${this.#toldTaps} credits`, {
        remedy: "send no more taps than were granted",
      });
    this.#toldTaps -= checked.length;
    this.#owedTaps += checked.length;
    this.#pending++;
    this.#tail = this.#tail.then(() => this.#write(batch));
  }

  /** Resolves once every batch that came has its answer, or has failed. */
  async settled(): Promise<void> {
    await this.#tail;
    await Promise.all(this.#answers);
  }

  stop(): void {
    if (this.#stopping.signal.aborted) return;
    this.pause();
    this.#leave();
    this.#stopping.abort();
  }

  /** Puts the batch into the buffer as far as credits reach, part by part, so that nobody holds credits while it waits. */
  async #write(batch: Batch): Promise<void> {
    const { checked, traceparent } = batch;
    const delivered = { via: "gRPC Deliver", traceparent };
    const good = tapsOf(checked);
    const writes: Promise<string>[] = [];
    let refused = checked.length - good.length;
    while (refused > 0 || good.length > 0) {
      const granted = await this.#credits.take(refused + good.length, this.#stopping.signal);
      if (granted === 0) return;
      this.#owedTaps -= granted;
      const idle = Math.min(refused, granted);
      refused -= idle;
      this.#credits.giveBack(idle);
      const part = good.splice(0, granted - idle);
      if (part.length > 0) writes.push(this.#door.take(part, delivered));
      // Handled in the answer, which may begin later.
      writes.at(-1)?.catch(() => undefined);
      this.#tellCredits();
    }
    const answer = this.#answer(batch, writes);
    this.#answers.add(answer);
    void answer.then(() => this.#answers.delete(answer));
  }

  async #answer(
    { batch, checked, receivedAtEpochMs }: Batch,
    writes: readonly Promise<string>[],
  ): Promise<void> {
    try {
      const generations = await Promise.all(writes);
      this.#pending--;
      this.#hooks.tell(ack(batch, "durable", generations.at(-1) ?? "", checked));
      const good = tapsOf(checked);
      this.#hooks.onAnswered(good, checked.length - good.length, this.#hooks.clock() - receivedAtEpochMs);
    } catch (error) {
      this.#hooks.onFailed(error, checked.length);
    }
  }

  #tellCredits(): void {
    const more = this.#credits.stockTaps - this.#owedTaps - this.#toldTaps;
    if (!this.#granting || more <= 0) return;
    this.#toldTaps += more;
    this.#hooks.tell(credits(more));
  }
}
