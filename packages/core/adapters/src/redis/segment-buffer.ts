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
  readRoutes,
  reservedForResultsBytes,
  type SegmentStage,
  segmentLimits,
  unpackReceipt,
} from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";
import type { Receipt } from "@tapline/core/tap";
import type { TelemetryDelta } from "@tapline/core/telemetry";
import { segmentVerdictsSchema, type TapVerdict } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { mapRedisError } from "./connect.ts";
import { creditKeys, deltasKept, type PartitionKeys, partitionKeys, telemetryKeys } from "./keys.ts";
import { runScript, type ScriptName } from "./scripts.ts";

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
  /** Ceiling of what the buffer holds, bytes; only who appends needs it. */
  readonly maxBytes?: number;
  /** Opens sealed frames; null = this process cannot. */
  readonly seal?: FrameSealer | null;
  /** Whether frames are sealed before they are taken. Default: where that can be done. */
  readonly sealsFrames?: boolean;
};

/** One partition of the buffer in Redis: frames of taps, the segments cut from them, and receipts. */
export class SegmentBuffer {
  readonly #redis: Redis;
  readonly #keys: PartitionKeys = partitionKeys(0);
  readonly #maxBytes: number;
  readonly #seal: FrameSealer | null;
  readonly #sealsFrames: boolean;

  constructor(redis: Redis, options: BufferOptions = {}) {
    this.#redis = redis;
    this.#maxBytes = options.maxBytes ?? Number.MAX_SAFE_INTEGER;
    this.#seal = options.seal ?? null;
    this.#sealsFrames = options.sealsFrames ?? this.#seal !== null;
  }

  /** The name of this life of the buffer, or null where Redis has lost it. */
  async generation(): Promise<string | null> {
    return await this.#redis.get(this.#keys.generation);
  }

  /** Opens the buffer under a new name; false where somebody else did first. */
  async openGeneration(name: string): Promise<boolean> {
    return (await this.#redis.set(this.#keys.generation, name, "NX")) === "OK";
  }

  /** Forgets the life `generation` with all that is in it; false where the buffer is not in that life. */
  async endLife(generation: string): Promise<boolean> {
    const k = this.#keys;
    const keys = [k.generation, k.frames, k.uncut, k.open, k.preparing, k.failing, k.counts, k.news];
    const prefixes = [k.segment(""), k.sealed(""), k.waiting("")];
    return (await this.#run("end-life", keys, [generation, ...prefixes])) === 1;
  }

  /**
   * Takes a frame; when this resolves, it is durable as far as the server's `appendfsync` goes.
   * @param holder the process that was granted the taps, as it calls itself to the `CreditBook`
   * @returns the buffer's generation
   * @throws TaplineError `unavailable` (generation lost), `overloaded` (ceiling reached, memory)
   */
  async append(frame: Buffer, taps: number, holder: string): Promise<string> {
    const { generation: key, frames, uncut, counts, news } = this.#keys;
    const keys = [key, frames, uncut, counts, creditKeys.held];
    const stored = this.#sealsFrames ? (this.#seal?.seal(frame) ?? frame) : frame;
    return (await this.#run("append-frame", keys, [
      ...[taps, stored.length, stored, holder],
      ...[this.#maxBytes, reservedForResultsBytes, news],
    ])) as string;
  }

  /** Cuts what is there into segment `id`; null where nothing was there or enough is open. */
  async cut(id: string, nowEpochMs: number): Promise<CutSegment | null> {
    const { generation, uncut, open, preparing, failing, segment, shares } = this.#keys;
    const { maxTaps, maxBytes, maxOpen, maxPreparing, maxOpenPartial } = segmentLimits;
    const answer = (await this.#run(
      "cut-segment",
      [generation, uncut, open, preparing, failing, segment(id), shares],
      [id, maxTaps, maxBytes, maxOpen, maxPreparing, maxOpenPartial, nowEpochMs, ...drawsOf(id)],
    )) as [string, string, number, string] | null;
    if (answer === null) return null;
    const [, lastEntry, taps, routes] = answer;
    return { lastEntry, taps, routes: readRoutes(routes) };
  }

  /** Notes that an attempt at segment `id` failed, so that the next segments do not wait for it. */
  async noteFailure(id: string): Promise<void> {
    const { open, preparing, failing, news } = this.#keys;
    await this.#run("note-failure", [open, preparing, failing, news], [id]);
  }

  /** The open segment `id`, or null where it has ended. */
  async find(id: string): Promise<OpenSegment | null> {
    const fields = await this.#redis.hgetall(this.#keys.segment(id));
    return Object.keys(fields).length === 0 ? null : openSegmentSchema.parse(fields);
  }

  async openSegments(): Promise<OpenSegment[]> {
    const ids = await this.#redis.smembers(this.#keys.open);
    const found = await Promise.all(ids.map((id) => this.find(id)));
    return found.filter((segment) => segment !== null);
  }

  /** The segment's taps in order, and the ids of its stream entries. */
  async read(segment: OpenSegment): Promise<{ taps: BufferedTap[]; entries: string[] }> {
    const rows = await this.#redis.xrangeBuffer(this.#keys.frames, segment.firstEntry, segment.lastEntry);
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
    const kept = { verdicts: JSON.stringify(verdicts) };
    return await this.#advance(id, this.#keys.segment(id), "validation", next, kept);
  }

  async verdicts(id: string): Promise<TapVerdict[]> {
    const text = await this.#redis.hget(this.#keys.segment(id), "verdicts");
    if (text === null) throw new TaplineError("not-found", `segment ${id} has no verdicts`);
    return segmentVerdictsSchema.parse(JSON.parse(text));
  }

  /** Keeps the sealed form and moves the segment to transfer; false where it had moved on already. */
  async keepSealed(id: string, sealed: SealedSegment): Promise<boolean> {
    return await this.#advance(id, this.#keys.sealed(id), "encryption", "transfer", sealed);
  }

  async sealed(id: string): Promise<SealedSegment | null> {
    const [object, manifest, signature] = await this.#redis.hmgetBuffer(
      this.#keys.sealed(id),
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
    const { segment, sealed, counts } = this.#keys;
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
    const k = this.#keys;
    const answer = await this.#run(
      "finish-segment",
      [
        k.segment(segment.id),
        k.sealed(segment.id),
        k.open,
        k.frames,
        k.counts,
        k.waiting(segment.id),
        k.preparing,
        k.failing,
        telemetryKeys.deltas,
      ],
      [
        segment.id,
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
    const rows = await this.#redis.xrange(this.#keys.receipts(agent), start, "+", "COUNT", limit);
    return {
      next: rows.at(-1)?.[0] ?? cursor,
      // What an earlier version gave out has another field; agents ask again for what they miss.
      receipts: rows.flatMap(([, [field, text = ""]]) => (field === "p" ? [unpackReceipt(text)] : [])),
    };
  }

  /** Taps taken and not yet ended, what they take, and the server time of the oldest; null where there is none. */
  async backlog(): Promise<BufferBytes & { taps: number; oldestAtEpochMs: number | null }> {
    const { frames, counts } = this.#keys;
    const answer = (await this.#run("read-backlog", [frames, counts], [])) as (string | null)[];
    const [taps, frameBytes, resultBytes] = answer.slice(0, 3).map((count) => Math.max(0, Number(count)));
    const oldest = answer[3] ?? null;
    return {
      ...{ taps: taps ?? 0, frameBytes: frameBytes ?? 0, resultBytes: resultBytes ?? 0 },
      oldestAtEpochMs: oldest === null ? null : Number(oldest.split("-")[0]),
    };
  }

  /**
   * Calls `onNews` with an agent's id when it has new receipts, with "" when a segment may be cut: a first frame is
   * there, or the stages behind are free again.
   */
  async subscribe(connection: Redis, onNews: (agent: string) => void): Promise<void> {
    connection.on("message", (channel, agent) => {
      if (channel === this.#keys.news) onNews(agent);
    });
    await connection.subscribe(this.#keys.news);
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
    const { segment, preparing, news, counts } = this.#keys;
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
