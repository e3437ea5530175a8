import type { Clock } from "@tapline/core/kernel";
import { maxTapsPerRequest } from "@tapline/core/tap";
import type { Outbox, TapRecord } from "../outbox/index.ts";
import type { Backoff } from "./backoff.ts";
import type { Generation } from "./generation.ts";
import type { BatchTrace, OpenLink, Refusal, SendOutcome } from "./link.ts";
import { SendQueue } from "./send-queue.ts";
import { type Setback, setback, troubleOf } from "./setback.ts";
import type { Troubles } from "./troubles.ts";

/** A refusal of one tap that is about the tap itself. */
export type RefusedTap = {
  seq: number;
  reader: string;
  status: number;
  problem: string;
  detail: string;
  field: string | null;
};

export type TapSenderOptions = {
  outbox: Outbox;
  generation: Generation;
  troubles: Troubles;
  backoff: Backoff;
  /** Called for taps that the server held for long without a receipt, before they are sent again. */
  onOverdue: (taps: number) => void;
  /** How long that is at first, ms; it doubles, up to 16 times as long, while no receipt comes at all. */
  resendAfterMs: number;
  monotonic: Clock;
  /** The server holds these taps. */
  onDurable: (seqs: readonly number[]) => void;
  onRefused: (refusals: readonly RefusedTap[]) => void;
  onFailure: (error: unknown) => void;
  sending: Sending;
};

/** Has taps sent by `send`, which is told where they are in their traces. */
export type Sending = (
  seqs: readonly number[],
  send: (trace: BatchTrace) => Promise<SendOutcome>,
) => Promise<SendOutcome>;

/** In base64 and JSON this stays below 1 MiB, a common bound of HTTP servers. */
const maxBytesPerBatch = 640 * 1024;
/** Refusals that say nothing about the tap itself, so it is kept and offered again. */
const passingStatuses: readonly number[] = [401, 403, 404, 408, 425, 429];
const mostPatience = 16;
const tooLarge = { index: 0, status: 413, problem: "urn:tapline:problem:too-large", field: null };

/**
 * Sends what is there whenever a batch may leave: a lone tap goes at once, and under load batches grow by themselves.
 * Batches leave in the order of the taps' numbers. A tap that the server holds is sent again where no receipt comes.
 */
export class TapSender {
  readonly #options: TapSenderOptions;
  readonly #stop: AbortSignal;
  readonly #queue = new SendQueue();
  readonly #flying = new Set<number>();
  /** Taps that the server holds, and since when; oldest first. */
  readonly #held = new Map<number, number>();
  /** Grows while nobody gets a receipt: an archive that is away for long must not fill the buffer with repeats. */
  #patience = 1;
  #link: OpenLink | null = null;
  #batches = 0;
  #idle: (() => void)[] = [];
  #maxTaps = maxTapsPerRequest;
  #pausedUntilMs = 0;
  #soon = false;
  #filling = false;

  constructor(options: TapSenderOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
    const timer = setInterval(() => this.#resendOverdue(), Math.max(10, options.resendAfterMs / 8));
    stop.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  /** True where nothing waits to be sent, and nothing is under way. */
  get idle(): boolean {
    return this.#batches === 0 && this.#queue.size === 0;
  }

  /** From here on batches leave by `link`. */
  attach(link: OpenLink): void {
    this.#link = link;
    this.#pausedUntilMs = 0;
    this.#pumpSoon();
  }

  /** No more batches leave; resolves once those under way have their outcome. */
  async detach(): Promise<void> {
    this.#link = null;
    if (this.#batches > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Sends `seqs` as soon as may be. */
  offer(seqs: readonly number[]): void {
    this.#queue.add(seqs.filter((seq) => !this.#flying.has(seq)));
    this.#pumpSoon();
  }

  /** More may leave than before. */
  mayTakeMore(): void {
    this.#pumpSoon();
  }

  /** The server may have none of the taps any more. @returns how many are sent again */
  resendAll(): number {
    this.#patience = 1;
    this.#held.clear();
    const again = this.#options.outbox.pendingSeqs().filter((seq) => !this.#flying.has(seq));
    const before = this.#queue.size;
    this.#queue.add(again);
    this.#pumpSoon();
    return this.#queue.size - before;
  }

  /** Taps have their receipt. */
  ended(seqs: readonly number[]): void {
    if (seqs.length > 0) this.#patience = 1;
    this.forget(seqs);
  }

  /** Taps are not waited for: they are sent anew, or the server will not lose them any more. */
  forget(seqs: readonly number[]): void {
    for (const seq of seqs) this.#held.delete(seq);
  }

  /** Taps that became durable together come one call after the other: they shall leave together too. */
  #pumpSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      if (!this.#filling) void this.#pump();
    });
  }

  /** One batch is read and handed over after the other, so that they leave in their order. */
  async #pump(): Promise<void> {
    this.#filling = true;
    try {
      for (let link = this.#mayLeave(); link !== null; link = this.#mayLeave()) {
        const seqs = this.#nextBatch(link.credits());
        if (seqs.length === 0) break;
        this.#batches += 1;
        for (const seq of seqs) this.#flying.add(seq);
        const taps = await this.#options.outbox.read(seqs);
        void this.#deliver(link, seqs, taps);
      }
      // After a lost reply receipts may have ended all: an idle agent must not look cut off.
      if (this.idle) this.#options.troubles.drop("sending");
    } catch (error) {
      if (!this.#stop.aborted) this.#options.onFailure(error);
    } finally {
      this.#filling = false;
    }
  }

  #mayLeave(): OpenLink | null {
    const link = this.#link;
    if (link === null || this.#stop.aborted || this.#options.monotonic() < this.#pausedUntilMs) return null;
    return this.#batches < link.maxInFlight && link.credits() > 0 ? link : null;
  }

  #nextBatch(credits: number): number[] {
    const { outbox } = this.#options;
    const maxTaps = Math.min(this.#maxTaps, credits);
    let taps = 0;
    let bytes = 0;
    const seqs = this.#queue.takeWhile((seq) => {
      if (!outbox.has(seq)) return true;
      bytes += outbox.rawBytes(seq);
      taps += 1;
      return taps === 1 || (taps <= maxTaps && bytes <= maxBytesPerBatch);
    });
    return seqs.filter((seq) => outbox.has(seq));
  }

  async #deliver(link: OpenLink, seqs: readonly number[], taps: readonly TapRecord[]): Promise<void> {
    try {
      this.forget(seqs);
      const asked = this.#options.generation.current;
      // The link may have gone while the taps were read.
      const sent = link === this.#link && taps.length > 0;
      const outcome = sent ? await this.#options.sending(seqs, (trace) => link.send(taps, trace)) : null;
      for (const seq of seqs) this.#flying.delete(seq);
      if (outcome === null) this.#keep(taps);
      else if (!this.#stop.aborted) this.#judge(taps, outcome, asked);
    } catch (error) {
      if (!this.#stop.aborted) this.#options.onFailure(error);
    } finally {
      this.#batches -= 1;
      if (this.#batches === 0) for (const resolve of this.#idle.splice(0)) resolve();
      if (!this.#filling) this.#pumpSoon();
    }
  }

  #judge(taps: readonly TapRecord[], outcome: SendOutcome, asked: string | null): void {
    if (outcome.kind === "setback") {
      this.#failed(taps, outcome.setback);
      return;
    }
    // Where every tap was refused at the door, the buffer was not asked, and the answer names no generation.
    const answered = outcome.generation || asked || "";
    if (this.#options.generation.hear(asked, answered)) this.#taken(taps, outcome.refused);
    else this.#keep(taps);
  }

  #taken(taps: readonly TapRecord[], refused: readonly Refusal[]): void {
    const { backoff, troubles, monotonic, onRefused, onDurable, outbox } = this.#options;
    const byIndex = new Map(refused.map((refusal) => [refusal.index, refusal]));
    const refusals: RefusedTap[] = [];
    const again: TapRecord[] = [];
    const durable: number[] = [];
    for (const [index, tap] of taps.entries()) {
      const refusal = byIndex.get(index);
      if (refusal === undefined) {
        if (!outbox.has(tap.seq)) continue;
        this.#held.set(tap.seq, monotonic());
        durable.push(tap.seq);
      } else if (refusal.status >= 500 || passingStatuses.includes(refusal.status)) again.push(tap);
      else refusals.push(refusedTap(tap, refusal));
    }
    if (durable.length > 0) onDurable(durable);
    if (refusals.length > 0) onRefused(refusals);
    if (again.length === taps.length) {
      this.#keep(again);
      this.#pause(backoff.nextMs(), setback("busy", "no tap of a batch was taken for now"));
      return;
    }
    // Few that are not taken for now must not hold up the others.
    if (again.length > 0) this.#later(again, backoff.nextMs());
    else backoff.reset();
    troubles.over("sending");
    this.#maxTaps = Math.min(maxTapsPerRequest, this.#maxTaps * 2);
  }

  #failed(taps: readonly TapRecord[], why: Setback): void {
    const [first] = taps;
    if (why.cause === "too-large" && first !== undefined) {
      if (taps.length === 1) {
        this.#options.onRefused([refusedTap(first, { ...tooLarge, detail: why.detail })]);
        return;
      }
      this.#maxTaps = taps.length >> 1;
    }
    this.#keep(taps);
    if (why.cause === "busy") this.#pause(why.afterMs ?? this.#options.backoff.nextMs(), why);
  }

  #keep(taps: readonly TapRecord[]): void {
    this.#queue.add(taps.map((tap) => tap.seq).filter((seq) => this.#options.outbox.has(seq)));
  }

  #later(taps: readonly TapRecord[], ms: number): void {
    setTimeout(() => this.#stop.aborted || this.offer(taps.map(({ seq }) => seq)), ms).unref();
  }

  /** No batch leaves for `ms`. */
  #pause(ms: number, why: Setback): void {
    this.#options.troubles.begins("sending", troubleOf(why));
    const nowMs = this.#options.monotonic();
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + ms);
    setTimeout(() => this.#pumpSoon(), Math.ceil(this.#pausedUntilMs - nowMs) + 1).unref();
  }

  #resendOverdue(): void {
    const heldBeforeMs = this.#options.monotonic() - this.#options.resendAfterMs * this.#patience;
    const overdue: number[] = [];
    for (const [seq, sinceMs] of this.#held) {
      if (sinceMs > heldBeforeMs) break;
      overdue.push(seq);
    }
    if (overdue.length === 0) return;
    this.#patience = Math.min(mostPatience, this.#patience * 2);
    this.forget(overdue);
    this.#options.onOverdue(overdue.length);
    this.offer(overdue);
  }
}

function refusedTap({ seq, reader }: TapRecord, refusal: Refusal): RefusedTap {
  const { status, problem, detail, field } = refusal;
  return { seq, reader, status, problem, detail, field };
}
