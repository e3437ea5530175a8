import { createHash } from "node:crypto";
import {
  type BufferBytes,
  type BufferedTap,
  type CutSegment,
  decodeFrame,
  drawsOf,
  type FrameSealer,
  isSealedFrame,
  type OpenSegment,
  openSegmentSchema,
  packReceipt,
  partitionOfSegment,
  readRoutes,
  reservedForResultsBytes,
  runsOfFrame,
  type SegmentStage,
  segmentLimits,
  unpackReceipt,
  writeTapRuns,
} from "@tapline/core/buffer";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import type { Receipt } from "@tapline/core/tap";
import type { TelemetryDelta } from "@tapline/core/telemetry";
import { segmentVerdictsSchema, type TapVerdict } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { BufferLife } from "./buffer-life.ts";
import { mapRedisError } from "./connect.ts";
import {
  cardsKey,
  creditKeys,
  deltasKept,
  type PartitionKeys,
  partitionKeys,
  telemetryKeys,
} from "./keys.ts";
import { runScript, type ScriptName } from "./scripts.ts";
import { SegmentCards } from "./segment-card.ts";

/** What encryption made of a segment. */
export type SealedSegment = {
  readonly object: Buffer;
  readonly manifest: Buffer;
  readonly signature: Buffer;
};

/** A receipt on its way to an agent; `waitsFor` names another segment that must end before it is handed out. */
export type AddressedReceipt = {
  readonly agent: string;
  readonly waitsFor: string | null;
  readonly receipt: Receipt;
};

/**
 * How long an agent's receipts are kept after the last one. An agent that was away for longer than 2 min sends again what it
 * has no receipt of, and is told anew: kept ones only spare it that after a pause such as a restart.
 */
export const receiptTtlMs = 3_600_000;
const receiptsKeptPerAgent = 1_000;

export type BufferOptions = {
  /** How many partitions the buffer is to have; only who takes taps, opens it or cuts needs it. Default 1. */
  readonly partitions?: number;
  /** Ceiling of what the buffer holds, bytes; only who appends needs it. */
  readonly maxBytes?: number;
  /** Opens sealed frames; null = this process cannot. */
  readonly seal?: FrameSealer | null;
  /** Whether frames are sealed before they are taken. Default: where that can be done. */
  readonly sealsFrames?: boolean;
  /** For who looks and does no work: what is found is told as it stands, and not moved on where that was broken off. Default false. */
  readonly onlyLooks?: boolean;
};

/** The buffer in Redis: frames of taps, the segments cut from them, and receipts. A segment's id says in which partition it is. */
export class SegmentBuffer {
  readonly #redis: Redis;
  readonly #first: PartitionKeys = partitionKeys(0);
  readonly #life: BufferLife;
  readonly #cards: SegmentCards;
  readonly #partitions: number;
  /** Of one partition. */
  readonly #maxBytes: number;
  readonly #seal: FrameSealer | null;
  readonly #sealsFrames: boolean;
  readonly #onlyLooks: boolean;

  constructor(redis: Redis, options: BufferOptions = {}) {
    this.#redis = redis;
    this.#partitions = options.partitions ?? 1;
    this.#life = new BufferLife(redis, this.#partitions);
    this.#cards = new SegmentCards(redis);
    this.#maxBytes = Math.floor((options.maxBytes ?? Number.MAX_SAFE_INTEGER) / this.#partitions);
    this.#seal = options.seal ?? null;
    this.#sealsFrames = options.sealsFrames ?? this.#seal !== null;
    this.#onlyLooks = options.onlyLooks ?? false;
  }

  /** The name of this life of the buffer, or null where Redis has lost it. */
  async generation(): Promise<string | null> {
    return await this.#life.name();
  }

  /** The history of Redis's data that a new life is to be bound to; null where there is no replica that may take over. */
  async history(): Promise<string | null> {
    return await this.#life.history();
  }

  /** Whether the life `generation` was opened on a master before this one, so that its last writes may be lost. */
  async hasFailedOver(generation: string): Promise<boolean> {
    return await this.#life.hasFailedOver(generation);
  }

  /** Opens the buffer under a new name; false where somebody else did first. */
  async openGeneration(name: string): Promise<boolean> {
    return await this.#life.open(name);
  }

  /** Opens partitions that this life lacks; false where it has lost one, and is to end. */
  async keepLife(generation: string): Promise<boolean> {
    return await this.#life.keep(generation);
  }

  /** Forgets the life `generation` with all that is in it; false where the buffer is not in that life. */
  async endLife(generation: string): Promise<boolean> {
    return await this.#life.end(generation);
  }

  /** How many partitions are to be looked at: those that are set, and those that were before fewer were set. */
  async partitions(): Promise<number> {
    return await this.#life.partitions();
  }

  /**
   * Takes a frame; when this resolves, it is durable as far as the server's `appendfsync` goes.
   * @param holder the process that was granted the taps, as it calls itself to the `CreditBook`
   * @returns the buffer's generation
   * @throws TaplineError `unavailable` (generation lost, or about to be flushed), `overloaded` (ceiling reached, memory)
   */
  async append(frame: Buffer, taps: number, holder: string, partition = 0): Promise<string> {
    const { generation: key, frames, uncut, counts, news } = partitionKeys(partition);
    const keys = [key, frames, uncut, counts, ...(partition === 0 ? [creditKeys.held] : [])];
    const stored = this.#sealsFrames ? (this.#seal?.seal(frame) ?? frame) : frame;
    return (await this.#run("append-frame", keys, [
      ...[taps, stored.length, stored, holder],
      ...[this.#maxBytes, reservedForResultsBytes, news, writeTapRuns(runsOfFrame(frame))],
    ])) as string;
  }

  /**
   * Cuts what is in the partition that `id` names into a segment; null where nothing was there or enough is open.
   * @param id of `segmentId`; never one that was used before
   */
  async cut(id: string, nowEpochMs: number): Promise<CutSegment | null> {
    if (partitionOfSegment(id) === 0) return await this.#cut(id, nowEpochMs);
    const { uncut, segment } = keysOf(id);
    if ((await this.#redis.llen(uncut)) === 0) return null;
    const life = await this.#cards.lay(id);
    // Where the answer to a cut was lost, the one to its repetition says that nothing was cut.
    const takeBack = async (): Promise<void> => {
      if ((await this.#redis.exists(segment(id))) === 0) await this.#cards.takeBack(id);
    };
    try {
      const cut = life === null ? null : await this.#cut(id, nowEpochMs, life);
      if (cut === null) await takeBack();
      return cut;
    } catch (error) {
      // The partition is in no life, or in another one. What fails otherwise may have been cut, and needs its card.
      if (hasCode(error, "unavailable")) await takeBack();
      throw error;
    }
  }

  async #cut(id: string, nowEpochMs: number, life = ""): Promise<CutSegment | null> {
    const { generation, uncut, open, preparing, failing, segment, shares } = keysOf(id);
    const { maxTaps, maxBytes, maxOpen, maxPreparing, maxOpenPartial } = segmentLimits;
    const answer = (await this.#run(
      "cut-segment",
      [generation, uncut, open, preparing, failing, segment(id), shares],
      [id, maxTaps, maxBytes, maxOpen, maxPreparing, maxOpenPartial, nowEpochMs, life, ...drawsOf(id)],
    )) as [string, string, number, string] | null;
    if (answer === null) return null;
    const [, lastEntry, taps, routes] = answer;
    return { lastEntry, taps, routes: readRoutes(routes) };
  }

  /** Notes that an attempt at segment `id` failed, so that the next segments do not wait for it. */
  async noteFailure(id: string): Promise<void> {
    const { open, preparing, failing, news } = keysOf(id);
    await this.#run("note-failure", [open, preparing, failing, news], [id]);
  }

  /** The open segment `id`, or null where it has ended. */
  async find(id: string): Promise<OpenSegment | null> {
    const found = await this.#read(id);
    if (this.#onlyLooks || found?.stage !== "validation" || partitionOfSegment(id) === 0) return found;
    // Whoever kept the verdicts may have been cut off before the segment moved on.
    return (await this.#follow(id)) ? await this.#read(id) : found;
  }

  async #read(id: string): Promise<OpenSegment | null> {
    const fields = await this.#redis.hgetall(keysOf(id).segment(id));
    return Object.keys(fields).length === 0 ? null : openSegmentSchema.parse(fields);
  }

  async openSegments(): Promise<OpenSegment[]> {
    const keys = Array.from({ length: await this.partitions() }, (_, partition) => partitionKeys(partition));
    const ids = await Promise.all(keys.map(({ open }) => this.#redis.smembers(open)));
    const found = await Promise.all(ids.flat().map((id) => this.find(id)));
    return found.filter((segment) => segment !== null);
  }

  /** The segment's taps in order, and the ids of its stream entries. */
  async read(segment: OpenSegment): Promise<{ taps: BufferedTap[]; entries: string[] }> {
    const rows = await this.#redis.xrangeBuffer(
      keysOf(segment.id).frames,
      segment.firstEntry,
      segment.lastEntry,
    );
    const taps = rows.flatMap(([, fields]) => decodeFrame(this.#open(fields[1] ?? Buffer.alloc(0))));
    if (taps.length !== segment.taps && (await this.find(segment.id)) === null)
      throw new TaplineError("unavailable", `segment ${segment.id} has ended or was flushed meanwhile`);
    if (taps.length !== segment.taps)
      throw new TaplineError(
        "corrupt",
        `segment ${segment.id} has ${taps.length} of its ${segment.taps} taps`,
        {
          remedy: "flush the buffer: agents send again what has no receipt",
          facts: { segment: segment.id },
        },
      );
    return { taps, entries: rows.map(([id]) => id.toString("latin1")) };
  }

  /** Keeps the verdicts and moves the segment to encryption; false where it had moved on already. */
  async keepVerdicts(id: string, verdicts: readonly TapVerdict[], next: SegmentStage): Promise<boolean> {
    if (partitionOfSegment(id) === 0) return await this.#moveOn(id, verdicts, next);
    const isFirst = await this.#cards.close(id, verdicts, next);
    await this.#follow(id);
    return isFirst;
  }

  async #moveOn(id: string, verdicts: readonly TapVerdict[], next: SegmentStage): Promise<boolean> {
    const kept = { verdicts: JSON.stringify(verdicts) };
    return await this.#advance(id, keysOf(id).segment(id), "validation", next, kept);
  }

  /** Moves a segment on by the verdicts that stand on its card; false where none do. */
  async #follow(id: string): Promise<boolean> {
    const standing = await this.#cards.standing(id);
    if (standing === null) return false;
    await this.#moveOn(id, standing.verdicts, standing.next);
    return true;
  }

  async verdicts(id: string): Promise<TapVerdict[]> {
    const text = await this.#redis.hget(keysOf(id).segment(id), "verdicts");
    if (text === null) throw new TaplineError("not-found", `segment ${id} has no verdicts`);
    return segmentVerdictsSchema.parse(JSON.parse(text));
  }

  /** Keeps the sealed form and moves the segment to transfer; false where it had moved on already. */
  async keepSealed(id: string, sealed: SealedSegment): Promise<boolean> {
    return await this.#advance(id, keysOf(id).sealed(id), "encryption", "transfer", sealed);
  }

  async sealed(id: string): Promise<SealedSegment | null> {
    const [object, manifest, signature] = await this.#redis.hmgetBuffer(
      keysOf(id).sealed(id),
      "object",
      "manifest",
      "signature",
    );
    return object && manifest && signature ? { object, manifest, signature } : null;
  }

  /**
   * Takes back a sealed form that is not what encryption made, and moves the segment back to encryption.
   * @returns how often this was done for the segment; 0 where another form stands there, or the segment has moved on
   */
  async discardSealed(id: string, { object, manifest, signature }: SealedSegment): Promise<number> {
    const { segment, sealed, counts } = keysOf(id);
    const digests = [object, manifest, signature].map((part) =>
      createHash("sha1").update(part).digest("hex"),
    );
    return Number(await this.#run("discard-sealed", [segment(id), sealed(id), counts], digests));
  }

  /**
   * Hands out receipts and forgets the segment; false where it had ended before.
   * @param ended what the end counts as, reported in the same step, so that it counts once whoever dies when
   */
  async finish(
    segment: OpenSegment,
    entries: readonly string[],
    receipts: readonly AddressedReceipt[],
    ended: TelemetryDelta | null = null,
  ): Promise<boolean> {
    if (partitionOfSegment(segment.id) === 0)
      return await this.#finish(this.#first, segment.id, entries, receipts, ended);
    // Its card goes first, with all that must happen once; where this is cut off, the next attempt finds only bytes to forget.
    const card = { ...this.#first, open: cardsKey };
    const isFirst = await this.#finish(card, segment.id, [], receipts, ended);
    await this.#finish(keysOf(segment.id), segment.id, entries, [], null);
    return isFirst;
  }

  async #finish(
    k: PartitionKeys,
    id: string,
    entries: readonly string[],
    receipts: readonly AddressedReceipt[],
    ended: TelemetryDelta | null,
  ): Promise<boolean> {
    const kept = [k.segment(id), k.sealed(id), k.open, k.frames, k.counts, k.waiting(id)];
    const told = ended === null ? [] : [telemetryKeys.deltas];
    const answer = await this.#run(
      "finish-segment",
      [...kept, k.preparing, k.failing, ...told],
      [
        id,
        k.receipts(""),
        k.news,
        k.waiting(""),
        k.segment(""),
        receiptTtlMs,
        receiptsKeptPerAgent,
        ended === null ? "" : JSON.stringify(ended),
        deltasKept,
        entries.length,
        ...entries,
        ...receipts.flatMap((r) => [r.agent, r.waitsFor ?? "", packReceipt(r.receipt)]),
      ],
    );
    return answer === 1;
  }

  /** Receipts of `agent` after `cursor` ("0": from the first one kept), at most `limit`. */
  async receipts(
    agent: string,
    cursor: string,
    limit: number,
  ): Promise<{ next: string; receipts: Receipt[] }> {
    const start = cursor === "0" ? "-" : `(${cursor}`;
    const rows = await this.#redis.xrange(this.#first.receipts(agent), start, "+", "COUNT", limit);
    return {
      next: rows.at(-1)?.[0] ?? cursor,
      // What an earlier version gave out has another field; agents ask again for what they miss.
      receipts: rows.flatMap(([, [field, text = ""]]) => (field === "p" ? [unpackReceipt(text)] : [])),
    };
  }

  /** Taps taken and not yet ended, what they take, and the server time of the oldest; null where there is none. */
  async backlog(): Promise<BufferBytes & { taps: number; oldestAtEpochMs: number | null }> {
    const each = await Promise.all(
      Array.from({ length: await this.partitions() }, async (_, partition) => {
        const { frames, counts } = partitionKeys(partition);
        return (await this.#run("read-backlog", [frames, counts], [])) as (string | null)[];
      }),
    );
    const sum = (at: number): number => each.reduce((all, of) => all + Math.max(0, Number(of[at])), 0);
    const oldest = each.flatMap(([, , , entry]) => (entry ? [Number(entry.split("-")[0])] : []));
    return {
      ...{ taps: sum(0), frameBytes: sum(1), resultBytes: sum(2) },
      oldestAtEpochMs: oldest.length === 0 ? null : Math.min(...oldest),
    };
  }

  /**
   * Calls `onNews` with an agent's id when it has new receipts, with "" when a segment may be cut: a first frame is
   * there, or the stages behind are free again; and with the partition where that is.
   */
  async subscribe(connection: Redis, onNews: (agent: string, partition: number) => void): Promise<void> {
    const channels = Array.from(
      { length: this.#partitions },
      (_, partition) => partitionKeys(partition).news,
    );
    connection.on("message", (channel, agent) => {
      const partition = channels.indexOf(channel);
      if (partition >= 0) onNews(agent, partition);
    });
    await connection.subscribe(...channels);
  }

  #open(stored: Buffer): Buffer {
    if (!isSealedFrame(stored)) return stored;
    if (this.#seal !== null) return this.#seal.open(stored);
    throw new TaplineError("misconfigured", "frames in the buffer are sealed, and this process has no key", {
      remedy: "set TAPLINE_PROCESS_KEY for every worker",
    });
  }

  async #advance(
    id: string,
    resultKey: string,
    from: SegmentStage,
    to: SegmentStage,
    result: Readonly<Record<string, string | Buffer>>,
  ): Promise<boolean> {
    const { segment, preparing, news, counts } = keysOf(id);
    const fields = Object.entries(result).flat();
    const keys = [segment(id), resultKey, preparing, news, counts];
    return (await this.#run("advance-segment", keys, [id, from, to, ...fields])) === 1;
  }

  async #run(name: ScriptName, keys: readonly string[], args: readonly (string | number | Buffer)[]) {
    try {
      return await runScript(this.#redis, name, keys, args);
    } catch (error) {
      throw mapRedisError(error);
    }
  }
}

/** Keys of the partition in which a segment lies. */
const keysOf = (id: string): PartitionKeys => partitionKeys(partitionOfSegment(id));
