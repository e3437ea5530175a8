import type { Clock } from "@tapline/core/kernel";
import type { PauseReason } from "@tapline/core/tap";
import type { Delivery } from "./delivery/index.ts";
import type { AgentEvents } from "./events.ts";
import type { Outbox } from "./outbox/index.ts";
import type { ReaderSink, Readers, TapRead } from "./readers/reader.ts";
import type { Tally } from "./tally.ts";

/** What the agent tells of itself. */
export type AgentStatus = {
  taps: number;
  /** Taps without an end, of earlier runs too. */
  pending: number;
  archived: number;
  duplicates: number;
  rejected: number;
  /** Age of the oldest tap without an end, ms; 0 where there is none. */
  oldestPendingAgeMs: number;
  /** The server answers as agreed. */
  connected: boolean;
  /** Distinct segments that receipts of this run named. */
  segments: number;
  /** Why reading pauses, or `null` where it does not. */
  paused: PauseReason | null;
  /** A bounded run: all is read, and every tap has its end. */
  done: boolean;
};

export type AgentOptions = {
  readers: Readers;
  events: AgentEvents;
  outbox: Outbox;
  delivery: Delivery;
  tally: Tally;
  now: Clock;
  onFailure: (error: unknown) => void;
};

const pausedOf = { open: null, full: "outbox-full", old: "outbox-old", "disk-full": "disk-full" } as const;
/** How soon a pause that no tap ran into (the oldest grew too old) is seen, ms. */
const watchEveryMs = 250;

/** Takes taps from readers into the outbox, and hands them to delivery: durable first, network second. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #stopping = new AbortController();
  #reading: Promise<unknown> = Promise.resolve();
  #allRead = false;
  #paused: PauseReason | null = null;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.delivery.start();
    const watch = setInterval(() => this.#watchPause(), watchEveryMs);
    this.#stopping.signal.addEventListener("abort", () => clearInterval(watch), { once: true });
    const { readers, events } = this.#options;
    const sink: ReaderSink = {
      tap: (read) => this.#keep(read),
      failed: (failure) => events.emit({ type: "read-failed", failure }),
      status: (status) => events.emit({ type: "reader", status }),
    };
    this.#reading = readers.run(sink, this.#stopping.signal).then(
      () => {
        this.#allRead = !this.#stopping.signal.aborted;
      },
      (error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.onFailure(error);
      },
    );
  }

  status(): AgentStatus {
    const { outbox, delivery, tally, now } = this.#options;
    const oldest = outbox.oldestReadAtEpochMs;
    return {
      ...tally.totals,
      pending: outbox.pending,
      oldestPendingAgeMs: oldest === null ? 0 : Math.max(0, now() - oldest),
      connected: delivery.connected,
      segments: tally.segments,
      paused: pausedOf[outbox.state],
      done: this.#allRead && outbox.pending === 0,
    };
  }

  /** Stops reading, writes what is under way, and leaves the rest for the next run. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#options.delivery.stop(), this.#options.outbox.close()]);
    await this.#reading;
  }

  async #keep({ reader, readAtEpochMs, raw, ...read }: TapRead): Promise<number> {
    const { outbox, delivery, events } = this.#options;
    this.#watchPause();
    if (this.#paused !== null) events.emit({ type: "paused", reason: this.#paused, reader });
    const seq = await outbox.append({ reader, readAtEpochMs, raw });
    events.emit({ type: "tap-kept", seq, reader, readAtEpochMs, raw, ...read });
    delivery.offer(seq);
    return seq;
  }

  #watchPause(): void {
    const reason = pausedOf[this.#options.outbox.state];
    if (reason === this.#paused) return;
    this.#paused = reason;
    this.#options.events.emit({ type: "paused", reason, reader: null });
  }
}
