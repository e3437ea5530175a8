import { chmod, mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import { FileChain } from "./file-chain.ts";
import { GroupCommit } from "./group-commit.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import type { LogFile } from "./log-file.ts";
import { openFiles, unusable } from "./open-files.ts";
import { type LogRecord, type Outcome, recordHeadBytes, type TapRecord, type Totals } from "./record.ts";
import { countOutcome, type Entry, type Replayed } from "./replay.ts";
import { type OutboxBounds, type OutboxState, Room } from "./room.ts";

export type OutboxOptions = {
  /** Folder of this outbox alone; made with mode 0700. */
  dir: string;
  /** Most bytes on disk, at least 1 MiB; above it reading pauses. */
  maxBytes: number;
  /** Reading pauses while a tap without an end is older than this, ms. Default `null`: no such bound. */
  maxAgeMs?: number | null;
  /** Most tap bytes also kept in memory, so that sending reads nothing back. Default 32 MiB. */
  cacheBytes?: number;
  /** How long to wait before writing to a full disk again, ms. Default 1,000. */
  retryMs?: number;
  now: Clock;
  /** Told how long each write with its sync took, ms. */
  onSynced?: (tookMs: number) => void;
  /** The outbox cannot go on: `append` and `settle` fail from here. */
  onFailure: (error: unknown) => void;
};

export type Settled = { seq: number; outcome: Outcome };

/** A record to be written: `entry` is the tap that it adds, `left` are those that it lets go. */
type Item = {
  record: LogRecord;
  entry: Omit<Entry, "file" | "at" | "end"> | null;
  left: readonly Entry[];
};

const usual = { cacheBytes: 32 * 1024 * 1024, retryMs: 1000, maxAgeMs: null, onSynced: () => undefined };
const smallestMaxBytes = 1024 * 1024;
const largestFileBytes = 8 * 1024 * 1024;
const maxBatchItems = 1024;

/**
 * The durable outbox: every tap is on disk before anything else happens to it, and stays until its end is known.
 * Identity of a tap is `(epoch, seq)`; seq counts from 1 without holes and is never given twice in an epoch.
 */
export class Outbox {
  readonly epoch: number;
  /** Bytes of an unfinished write of the run before that were cut off at opening. */
  readonly tornBytes: number;
  readonly #options: Required<OutboxOptions>;
  readonly #lock: FolderLock;
  readonly #entries: Map<number, Entry>;
  readonly #chain: FileChain;
  readonly #totals: Totals;
  readonly #commit: GroupCommit<Item>;
  readonly #closing = new AbortController();
  /** What the files hold, which lags behind what was asked for. */
  #written: { nextSeq: number; totals: Totals };
  #nextSeq: number;
  #queuedBytes = 0;
  #cachedBytes = 0;
  readonly #room: Room;

  private constructor(options: Required<OutboxOptions>, lock: FolderLock, epoch: number, replayed: Replayed) {
    this.#options = options;
    const fileBytes = Math.min(largestFileBytes, Math.floor(options.maxBytes / 8));
    this.#lock = lock;
    this.epoch = epoch;
    this.tornBytes = replayed.tornBytes;
    this.#chain = new FileChain(options.dir, epoch, fileBytes, replayed.files);
    this.#entries = replayed.entries;
    this.#totals = replayed.totals;
    this.#nextSeq = replayed.nextSeq;
    this.#written = { nextSeq: replayed.nextSeq, totals: { ...replayed.totals } };
    this.#commit = new GroupCommit((batch) => this.#writeBatch(batch), maxBatchItems);
    const held = () => ({
      bytes: this.#chain.bytes + this.#queuedBytes,
      oldestReadAtEpochMs: this.oldestReadAtEpochMs,
    });
    const { maxBytes, maxAgeMs } = options;
    this.#room = new Room({ maxBytes, maxAgeMs }, held, options.now, this.#closing.signal);
  }

  /**
   * Opens the outbox in `options.dir`, or begins one.
   * @throws conflict where another agent holds it; corrupt where a file is damaged; misconfigured where the
   *   folder cannot be used. Nothing is changed in these cases.
   */
  static async open(given: OutboxOptions): Promise<Outbox> {
    const options = { ...usual, ...given };
    if (options.maxBytes < smallestMaxBytes)
      throw new TaplineError("misconfigured", `an outbox of ${options.maxBytes} bytes is too small`, {
        remedy: `give it at least ${smallestMaxBytes} bytes`,
      });
    try {
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      await chmod(options.dir, 0o700);
      const lock = await lockFolder(options.dir);
      try {
        const { epoch, replayed } = await openFiles(options.dir, options.now);
        return new Outbox(options, lock, epoch, replayed);
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      throw unusable(options.dir, error);
    }
  }

  /** Counts over the outbox's whole life, across restarts. */
  get totals(): Readonly<Totals> {
    return this.#totals;
  }

  get pending(): number {
    return this.#entries.size;
  }

  get state(): OutboxState {
    return this.#room.state;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#chain.bytes;
  }

  get bounds(): Readonly<OutboxBounds> {
    return this.#room.bounds;
  }

  /** See `Room.setBounds`. */
  setBounds(bounds: OutboxBounds): void {
    this.#room.setBounds(bounds);
  }

  /** The number that the next tap will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The same by what is on disk: a tap that waits for room has a number already, and may never come under it. */
  get nextDurableSeq(): number {
    return this.#written.nextSeq;
  }

  /** When the oldest tap without an end was read, ms since 1970; `null` where none waits. */
  get oldestReadAtEpochMs(): number | null {
    for (const entry of this.#entries.values()) return entry.readAtEpochMs;
    return null;
  }

  /** Numbers of the taps that wait for their end, oldest first. */
  pendingSeqs(): number[] {
    return [...this.#entries.keys()];
  }

  has(seq: number): boolean {
    return this.#entries.has(seq);
  }

  /**
   * Makes a tap durable; resolves with its number once it is on disk. Waits while the outbox or the disk is full:
   * this is the back-pressure that stops the readers.
   */
  async append(read: Omit<TapRecord, "seq">): Promise<number> {
    const bytes = recordHeadBytes + 32 + read.reader.length + read.raw.length;
    while (!this.#room.admits(bytes)) await this.#room.changed();
    this.#closing.signal.throwIfAborted();
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    this.#queuedBytes += bytes;
    const { raw, reader, readAtEpochMs } = read;
    const entry = { seq, reader, readAtEpochMs, raw, rawBytes: raw.length };
    try {
      await this.#commit.add({ record: { kind: "tap", tap: { ...read, seq } }, entry, left: [] });
    } finally {
      this.#queuedBytes -= bytes;
    }
    return seq;
  }

  /**
   * Notes how taps ended, and lets them leave. Numbers that wait for nothing are passed over.
   * @returns those that had been waiting
   */
  settle(ends: readonly Settled[]): Settled[] {
    const settled: Settled[] = [];
    const left: Entry[] = [];
    for (const end of ends) {
      const entry = this.#entries.get(end.seq);
      if (entry === undefined) continue;
      this.#entries.delete(end.seq);
      entry.file.unsettled -= 1;
      if (entry.raw !== null) this.#cachedBytes -= entry.rawBytes;
      countOutcome(this.#totals, end.outcome);
      settled.push(end);
      left.push(entry);
    }
    if (settled.length === 0) return settled;
    this.#room.tapsLeft();
    this.#commit.add({ record: { kind: "settled", settled }, entry: null, left }).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#options.onFailure(error);
    });
    return settled;
  }

  /** How many bytes a waiting tap has; 0 where it waits no more. */
  rawBytes(seq: number): number {
    return this.#entries.get(seq)?.rawBytes ?? 0;
  }

  /** The taps of `seqs` that still wait. @throws corrupt where the disk does not give back what was written */
  async read(seqs: readonly number[]): Promise<TapRecord[]> {
    const taps = seqs.map(async (seq): Promise<TapRecord | null> => {
      const entry = this.#entries.get(seq);
      if (entry === undefined) return null;
      const raw = entry.raw ?? (await this.#rawFromDisk(entry));
      return raw === null ? null : { seq, reader: entry.reader, readAtEpochMs: entry.readAtEpochMs, raw };
    });
    return (await Promise.all(taps)).filter((tap) => tap !== null);
  }

  /** Writes what is under way, and gives the folder free. */
  async close(): Promise<void> {
    this.#closing.abort(new TaplineError("unavailable", "the outbox is closing"));
    await this.#commit.flush();
    await this.#chain.close();
    await this.#lock.release();
  }

  async #rawFromDisk(entry: Entry): Promise<Buffer | null> {
    try {
      const record = await entry.file.read(entry.at, entry.end);
      return record.kind === "tap" ? record.tap.raw : null;
    } catch (error) {
      // Its end came while we read, and its file is gone.
      if (!this.#entries.has(entry.seq)) return null;
      throw error;
    }
  }

  async #writeBatch(batch: readonly Item[]): Promise<void> {
    try {
      while (!(await this.#tryWrite(batch))) {
        this.#room.disk(true);
        await this.#makeRoom();
        await sleep(this.#options.retryMs, undefined, { signal: this.#closing.signal });
      }
      this.#room.disk(false);
      await this.#makeRoom();
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#options.onFailure(error);
      throw error;
    }
  }

  async #tryWrite(batch: readonly Item[]): Promise<boolean> {
    const file = await this.#chain.withRoom(this.#written);
    if (file === null) return false;
    const frames = batch.map((item) => file.encode(item.record));
    let at = file.size;
    const startedMs = performance.now();
    if (!(await file.append(frames))) return false;
    this.#options.onSynced(performance.now() - startedMs);
    for (const [index, item] of batch.entries()) {
      const end = at + (frames[index]?.length ?? 0);
      this.#noteWritten(item, file, at, end);
      at = end;
    }
    return true;
  }

  #noteWritten(item: Item, file: LogFile, at: number, end: number): void {
    if (item.record.kind === "settled")
      for (const { outcome } of item.record.settled) countOutcome(this.#written.totals, outcome);
    for (const entry of item.left) entry.file.unsettledOnDisk -= 1;
    if (item.entry === null) return;
    const keep = this.#cachedBytes + item.entry.rawBytes <= this.#options.cacheBytes;
    if (keep) this.#cachedBytes += item.entry.rawBytes;
    const { seq } = item.entry;
    this.#entries.set(seq, { ...item.entry, raw: keep ? item.entry.raw : null, file, at, end });
    file.unsettled += 1;
    file.unsettledOnDisk += 1;
    this.#totals.taps += 1;
    this.#written.totals.taps += 1;
    this.#written.nextSeq = seq + 1;
  }

  async #makeRoom(): Promise<void> {
    if (await this.#chain.dropSettled(this.#room.state === "disk-full")) this.#room.filesGone();
  }
}
