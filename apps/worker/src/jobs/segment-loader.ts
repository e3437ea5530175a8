import type { SealedSegment, SegmentBuffer } from "@tapline/adapters/redis";
import type { BufferedTap, OpenSegment } from "@tapline/core/buffer";
import { sha256 } from "@tapline/core/kernel";
import { type OpenedTap, openTap, type ValidationPolicy } from "@tapline/core/validation";

/** A tap of a segment, decoded. `digest` is the SHA-256 of its raw bytes. */
export type LoadedTap = {
  readonly buffered: BufferedTap;
  readonly opened: OpenedTap;
  readonly digest: Buffer;
};

export type LoadedSegment = {
  readonly taps: readonly LoadedTap[];
  /** Stream entries to forget in the end. */
  readonly entries: readonly string[];
};

const segmentsKept = 8;

/**
 * Loads segments from the buffer and keeps the last few decoded, since the three stages of one segment mostly
 * run in one process. What is kept is only ever a copy of what the buffer holds.
 */
export class SegmentLoader {
  readonly #buffer: SegmentBuffer;
  readonly #policy: ValidationPolicy;
  readonly #kept = new Map<string, LoadedSegment>();
  readonly #sealed = new Map<string, SealedSegment>();

  constructor(buffer: SegmentBuffer, policy: ValidationPolicy) {
    this.#buffer = buffer;
    this.#policy = policy;
  }

  async load(segment: OpenSegment): Promise<LoadedSegment> {
    const kept = this.#kept.get(segment.id);
    if (kept !== undefined) return kept;
    const { taps, entries } = await this.#buffer.read(segment);
    const loaded: LoadedSegment = {
      taps: taps.map((buffered) => ({
        buffered,
        opened: openTap(buffered.payload, buffered.readAtEpochMs, this.#policy),
        digest: sha256(buffered.payload),
      })),
      entries,
    };
    this.#kept.set(segment.id, loaded);
    for (const id of this.#kept.keys()) if (this.#kept.size > segmentsKept) this.#kept.delete(id);
    return loaded;
  }

  /** Keeps what the buffer has taken as the segment's sealed form. */
  keepSealed(id: string, sealed: SealedSegment): void {
    this.#sealed.set(id, sealed);
    for (const old of this.#sealed.keys()) if (this.#sealed.size > segmentsKept) this.#sealed.delete(old);
  }

  sealed(id: string): SealedSegment | undefined {
    return this.#sealed.get(id);
  }

  forget(id: string): void {
    this.#kept.delete(id);
    this.#sealed.delete(id);
  }
}
