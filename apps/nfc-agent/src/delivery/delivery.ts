import type { Clock } from "@tapline/core/kernel";
import { type Receipt, reaches } from "@tapline/core/tap";
import type { Outbox, Settled } from "../outbox/index.ts";
import { exponentialBackoff } from "./backoff.ts";
import { Generation } from "./generation.ts";
import type { IngestClient } from "./ingest-client.ts";
import { ReceiptListener } from "./receipt-listener.ts";
import { type Refusal, TapSender } from "./tap-sender.ts";
import { type Notify, Troubles } from "./troubles.ts";

export type DeliveryOptions = {
  outbox: Outbox;
  client: IngestClient;
  /** Most requests with taps at once; one more is open for receipts. Default 3. */
  maxInFlight?: number;
  /** A tap that the server called durable is sent again after this time without a receipt, ms. Default 120,000. */
  resendAfterMs?: number;
  /** Longest wait for receipts in one request, ms. Default 25,000. */
  waitMs?: number;
  /** A clock that never goes back, ms. */
  monotonic: Clock;
  /** Numbers in [0, 1), for the jitter of waits. */
  random: () => number;
  /** Taps that reached their end, and the segments that were named with them. */
  onSettled: (settled: readonly Settled[], segments: ReadonlySet<string>) => void;
  notify: Notify;
  /** The outbox cannot go on. */
  onFailure: (error: unknown) => void;
};

/** Brings the outbox's taps to the server until each has its end: archived, duplicate or rejected. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #stopping = new AbortController();
  readonly #troubles: Troubles;
  readonly #sender: TapSender;
  readonly #listener: ReceiptListener;
  #listening: Promise<void> = Promise.resolve();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { outbox, client, monotonic, random, notify, onFailure } = options;
    const generation = new Generation(() => this.#bufferLost());
    this.#troubles = new Troubles(notify);
    const shared = { client, generation, troubles: this.#troubles, monotonic };
    this.#sender = new TapSender(
      {
        ...shared,
        outbox,
        backoff: exponentialBackoff(random),
        maxInFlight: options.maxInFlight ?? 3,
        resendAfterMs: options.resendAfterMs ?? 120_000,
        onOverdue: (taps) => notify("taps without a receipt for long are sent again", { taps }),
        onRefused: (refusals) => this.#refused(refusals),
        onFailure,
      },
      this.#stopping.signal,
    );
    this.#listener = new ReceiptListener({
      ...shared,
      backoff: exponentialBackoff(random),
      waitMs: options.waitMs ?? 25_000,
      onReceipts: (receipts) => this.#received(receipts),
    });
  }

  /** True while the server answers as agreed. */
  get connected(): boolean {
    return this.#listener.heard && !this.#troubles.any;
  }

  /** Sends what earlier runs left, and listens for receipts. */
  start(): void {
    this.#listening = this.#listener.run(this.#stopping.signal).catch(this.#options.onFailure);
    this.#sender.offer(this.#options.outbox.pendingSeqs());
  }

  /** Tap `seq` is durable in the outbox. */
  offer(seq: number): void {
    this.#sender.offer([seq]);
  }

  /** Cuts everything short; taps without an end stay in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#options.client.close();
    await this.#listening;
  }

  #bufferLost(): void {
    this.#listener.restart();
    const taps = this.#sender.resendAll();
    this.#options.notify("the server lost its buffer, taps without a receipt are sent again", { taps });
  }

  #received(receipts: readonly Receipt[]): void {
    const segments = new Set<string>();
    const ends: Settled[] = [];
    for (const receipt of receipts) {
      if (receipt.epoch !== this.#options.outbox.epoch) continue;
      for (const verdict of receipt.verdicts) {
        if (verdict.verdict === "archived") {
          if (!reaches(receipt.level, "archived")) continue;
          segments.add(verdict.segment);
        }
        ends.push({ seq: verdict.seq, outcome: verdict.verdict });
      }
    }
    this.#settle(ends, segments);
  }

  #refused(refusals: readonly Refusal[]): void {
    for (const refusal of refusals)
      this.#options.notify("the server refused a tap at its door", { ...refusal });
    this.#settle(
      refusals.map(({ seq }) => ({ seq, outcome: "rejected" })),
      new Set(),
    );
  }

  #settle(ends: readonly Settled[], segments: ReadonlySet<string>): void {
    const settled = this.#options.outbox.settle(ends);
    this.#sender.forget(settled.map(({ seq }) => seq));
    if (settled.length > 0) this.#options.onSettled(settled, segments);
  }
}
