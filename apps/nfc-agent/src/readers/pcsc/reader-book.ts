import { messageOf, sha256Hex } from "@tapline/core/kernel";
import type { ReaderCondition } from "@tapline/core/tap";
import type { ReaderSink, ReaderStatus, ReadFailure, TapRead } from "../reader.ts";
import type { PcscSettings } from "./options.ts";

/** The name under which PC/SC itself is told of: no daemon, no reader, no binding. */
export const pcscItself = "pcsc";
const noReader =
  "no reader is plugged in, or no driver knows it; plug one in (Debian: apt-get install libccid)";
/** A tap that is not taken at once is one that the outbox has no room for. */
const pausedAfterMs = 400;

type Entry = {
  status: ReaderStatus;
  /** Digest of the tap that was taken from the tag that lies there. */
  lying: string | null;
  /** Counter of the silent card that lies there. */
  silent: number | null;
  /** The tap that is being taken, and those behind it. */
  taking: Promise<void>;
};

const standing: ReadonlySet<string> = new Set(["collision", "stalled", "busy"]);

/** What is known of the readers, beyond the life of one child. Tells the sink of what changed. */
export class ReaderBook {
  readonly #sink: ReaderSink;
  readonly #now: PcscSettings["now"];
  readonly #entries = new Map<string, Entry>();
  /** Readers that the new child has not named yet. */
  #unconfirmed = new Set<string>();

  constructor(sink: ReaderSink, now: PcscSettings["now"]) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Silent cards that still lie there, by reader. */
  get silent(): Record<string, number> {
    const cards = [...this.#entries].flatMap(([reader, { silent }]) =>
      silent === null ? [] : [[reader, silent]],
    );
    return Object.fromEntries(cards);
  }

  tell(reader: string, condition: ReaderCondition, detail: string): void {
    this.#unconfirmed.delete(reader);
    const known = this.#entries.get(reader);
    if (known === undefined && condition === "gone") return;
    if (known?.status.condition === condition && known.status.detail === detail) return;
    const status = { reader, condition, detail, sinceEpochMs: this.#now() };
    if (condition === "gone") this.#entries.delete(reader);
    else if (known === undefined)
      this.#entries.set(reader, { status, lying: null, silent: null, taking: Promise.resolve() });
    else known.status = status;
    this.#sink.status(status);
  }

  /** All readers are out of reach, for `detail`; they have to name themselves again. */
  lose(detail: string): void {
    for (const reader of this.#entries.keys()) {
      if (reader === pcscItself) continue;
      this.tell(reader, "failed", detail);
      this.#unconfirmed.add(reader);
    }
  }

  /** As `lose`, for a child that is replaced and not in trouble: nothing is told. */
  expectAgain(): void {
    this.#unconfirmed = new Set([...this.#entries.keys()].filter((reader) => reader !== pcscItself));
  }

  /** The child has had its time to name readers: those that it did not name are gone, and to have none is trouble. */
  settle(): void {
    for (const reader of this.#unconfirmed) this.tell(reader, "gone", "the reader was unplugged");
    const count = this.#entries.size - (this.#entries.has(pcscItself) ? 1 : 0);
    if (count === 0) this.tell(pcscItself, "failed", noReader);
    else this.tell(pcscItself, "gone", "");
  }

  /** A reader names itself. A silent card that lies on it is still its trouble. */
  found(reader: string): void {
    this.#unconfirmed.delete(reader);
    this.tell(pcscItself, "gone", "");
    const known = this.#entries.get(reader);
    if (known === undefined || known.silent === null) this.tell(reader, "ready", "");
    else this.tell(reader, "stalled", "a card that does not answer lies on the reader; take it away");
  }

  failed(failure: ReadFailure): void {
    this.#sink.failed(failure);
    const { reader, cause, detail } = failure;
    if (standing.has(cause)) this.tell(reader, cause as ReaderCondition, detail);
    else this.tell(reader, "ready", "");
  }

  markSilent(reader: string, counter: number): void {
    const entry = this.#entries.get(reader);
    if (entry !== undefined) entry.silent = counter;
  }

  left(reader: string): void {
    const entry = this.#entries.get(reader);
    if (entry === undefined) return;
    entry.silent = null;
    // After the tap that is being taken: it may be that of a process which is gone.
    entry.taking = entry.taking.then(() => {
      entry.lying = null;
    });
  }

  /** Offers a tap, after those that the reader gave before. Resolves once the next may come. */
  offer(read: TapRead): Promise<void> {
    if (!this.#entries.has(read.reader)) this.tell(read.reader, "reading", "");
    const entry = this.#entries.get(read.reader);
    if (entry === undefined) return Promise.resolve();
    const taken = entry.taking.then(async () => {
      const digest = sha256Hex(read.raw);
      // A new child reads the tag that still lies there: it was taken already.
      if (entry.lying === digest) return;
      if (await this.#take(read)) entry.lying = digest;
    });
    entry.taking = taken;
    return taken;
  }

  /** @returns false where the tap was not kept; the sink has been told so */
  async #take(read: TapRead): Promise<boolean> {
    const { reader } = read;
    const timer = setTimeout(() => {
      if (this.#entries.has(reader)) this.tell(reader, "paused", "taps wait for room in the outbox");
    }, pausedAfterMs);
    try {
      await this.#sink.tap(read);
      return true;
    } catch (error) {
      const detail = `the tap could not be kept: ${messageOf(error)}`;
      this.#sink.failed({ reader, atEpochMs: this.#now(), cause: "failed", detail });
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
