import type { Clock } from "@tapline/core/kernel";
import type { TapResult } from "@tapline/core/tap";
import type { Outbox, TapRecord } from "../outbox/index.ts";
import type { Backoff } from "./backoff.ts";
import type { Generation } from "./generation.ts";
import { type IngestClient, type Setback, whyOf } from "./ingest-client.ts";
import { SendQueue } from "./send-queue.ts";
import type { Troubles } from "./troubles.ts";

/** A refusal of one tap that is about the tap itself. */
export type Refusal = { seq: number; reader: string; status: number; problem: string; field: string | null };

export type TapSenderOptions = {
  outbox: Outbox;
  client: IngestClient;
  generation: Generation;
  troubles: Troubles;
  backoff: Backoff;
  /** Most requests at once. */
  maxInFlight: number;
  /** Called for taps that the server held for `resendAfterMs` without a receipt, before they are sent again. */
  onOverdue: (taps: number) => void;
  resendAfterMs: number;
  monotonic: Clock;
  onRefused: (refusals: readonly Refusal[]) => void;
  onFailure: (error: unknown) => void;
};

const maxTapsPerBatch = 200;
/** In base64 and JSON this stays below 1 MiB, a common bound of HTTP servers. */
const maxBytesPerBatch = 640 * 1024;
/** Refusals that say nothing about the tap itself, so it is kept and offered again. */
const passingStatuses: readonly number[] = [401, 403, 404, 408, 425, 429];
const tooLargeStatus = 413;

/**
 * Sends what is there whenever a request may leave: a lone tap goes at once, and under load batches grow by
 * themselves. A tap that the server holds is sent again where no receipt comes.
 */
export class TapSender {
  readonly #options: TapSenderOptions;
  readonly #stop: AbortSignal;
  readonly #queue = new SendQueue();
  readonly #flying = new Set<number>();
  /** Taps that the server holds, and since when; oldest first. */
  readonly #held = new Map<number, number>();
  #requests = 0;
  #maxTaps = maxTapsPerBatch;
  #pausedUntilMs = 0;
  #soon = false;

  constructor(options: TapSenderOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
    const timer = setInterval(() => this.#resendOverdue(), Math.max(10, options.resendAfterMs / 8));
    stop.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  /** Sends `seqs` as soon as may be. */
  offer(seqs: readonly number[]): void {
    for (const seq of seqs) this.#queue.push(seq);
    this.#pumpSoon();
  }

  /** The server may have none of the taps any more. @returns how many are sent again */
  resendAll(): number {
    this.#held.clear();
    const idle = (seq: number) => !this.#flying.has(seq) && !this.#queue.has(seq);
    const again = this.#options.outbox.pendingSeqs().filter(idle);
    this.#queue.putBack(again);
    this.#pump();
    return again.length;
  }

  /** Taps have their end. */
  forget(seqs: readonly number[]): void {
    for (const seq of seqs) this.#held.delete(seq);
  }

  /** Taps that became durable together come one call after the other: they shall leave together too. */
  #pumpSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { maxInFlight, monotonic, onFailure } = this.#options;
    while (this.#requests < maxInFlight && !this.#stop.aborted && monotonic() >= this.#pausedUntilMs) {
      const seqs = this.#nextBatch();
      if (seqs.length === 0) {
        // After a lost reply receipts may have ended all: an idle agent must not look cut off.
        if (this.#requests === 0) this.#options.troubles.drop("sending");
        return;
      }
      this.#requests += 1;
      for (const seq of seqs) this.#flying.add(seq);
      void this.#send(seqs)
        .catch((error: unknown) => {
          if (!this.#stop.aborted) onFailure(error);
        })
        .finally(() => {
          this.#requests -= 1;
          this.#pump();
        });
    }
  }

  #nextBatch(): number[] {
    const { outbox } = this.#options;
    let taps = 0;
    let bytes = 0;
    const seqs = this.#queue.takeWhile((seq) => {
      if (!outbox.has(seq)) return true;
      bytes += outbox.rawBytes(seq);
      taps += 1;
      return taps === 1 || (taps <= this.#maxTaps && bytes <= maxBytesPerBatch);
    });
    return seqs.filter((seq) => outbox.has(seq));
  }

  async #send(seqs: readonly number[]): Promise<void> {
    const { outbox, client, generation } = this.#options;
    this.forget(seqs);
    const asked = generation.current;
    const taps = await outbox.read(seqs);
    const outcome = taps.length === 0 ? null : await client.postTaps(outbox.epoch, taps, this.#stop);
    for (const seq of seqs) this.#flying.delete(seq);
    if (outcome === null || this.#stop.aborted) return;
    if (outcome.kind !== "answered") this.#failed(taps, outcome);
    else {
      // Where every tap was refused at the door, the buffer was not asked, and the answer names no generation.
      const answered = outcome.answer.generation || asked || "";
      if (generation.hear(asked, answered)) this.#answered(taps, outcome.answer.results);
      else this.#keep(taps);
    }
  }

  /** One result per tap in the order sent; a tap without a result that fits is offered again. */
  #answered(taps: readonly TapRecord[], results: readonly TapResult[]): void {
    const { backoff, troubles, monotonic, onRefused, outbox } = this.#options;
    const refusals: Refusal[] = [];
    const again: TapRecord[] = [];
    for (const [index, tap] of taps.entries()) {
      const result = results[index];
      if (result === undefined || (result.seq !== tap.seq && result.seq !== null)) again.push(tap);
      else if (!("problem" in result)) {
        if (outbox.has(tap.seq)) this.#held.set(tap.seq, monotonic());
      } else if (result.status >= 500 || passingStatuses.includes(result.status)) again.push(tap);
      else refusals.push(refusalOf(tap, result.status, result.problem));
    }
    if (refusals.length > 0) onRefused(refusals);
    if (again.length > 0) {
      this.#keep(again);
      this.#pause(backoff.nextMs(), "some taps of a batch were not taken for now");
      return;
    }
    backoff.reset();
    troubles.over("sending");
    this.#maxTaps = Math.min(maxTapsPerBatch, this.#maxTaps * 2);
  }

  #failed(taps: readonly TapRecord[], setback: Setback): void {
    const first = taps[0];
    if (setback.kind === "refused" && setback.status === tooLargeStatus && first !== undefined) {
      if (taps.length === 1) {
        this.#options.onRefused([refusalOf(first, setback.status, setback.problem)]);
        return;
      }
      this.#maxTaps = taps.length >> 1;
      this.#keep(taps);
      return;
    }
    this.#keep(taps);
    const afterMs = this.#options.backoff.nextMs();
    this.#pause(setback.kind === "busy" ? (setback.afterMs ?? afterMs) : afterMs, whyOf(setback));
  }

  #keep(taps: readonly TapRecord[]): void {
    this.#queue.putBack(taps.map((tap) => tap.seq).filter((seq) => this.#options.outbox.has(seq)));
  }

  /** No request leaves for `ms`. */
  #pause(ms: number, why: string): void {
    this.#options.troubles.begins("sending", why);
    const nowMs = this.#options.monotonic();
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + ms);
    setTimeout(() => this.#pump(), Math.ceil(this.#pausedUntilMs - nowMs) + 1).unref();
  }

  #resendOverdue(): void {
    const heldBeforeMs = this.#options.monotonic() - this.#options.resendAfterMs;
    const overdue: number[] = [];
    for (const [seq, sinceMs] of this.#held) {
      if (sinceMs > heldBeforeMs) break;
      overdue.push(seq);
    }
    if (overdue.length === 0) return;
    this.forget(overdue);
    this.#options.onOverdue(overdue.length);
    this.offer(overdue);
  }
}

function refusalOf(
  tap: TapRecord,
  status: number,
  problem: { type: string; field?: string | undefined },
): Refusal {
  return { seq: tap.seq, reader: tap.reader, status, problem: problem.type, field: problem.field ?? null };
}
