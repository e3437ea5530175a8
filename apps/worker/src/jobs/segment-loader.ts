import type { SealedSegment, SegmentBuffer } from "@tapline/adapters/redis";
import type { BufferedTap, OpenSegment, SegmentStage } from "@tapline/core/buffer";
import { sha256 } from "@tapline/core/kernel";
import { type OpenedTap, openTap, type RulesRelease, type TapVerdict } from "@tapline/core/validation";

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
  /** The release of the rules by which the taps were opened; null where they were not judged. */
  readonly rules: number | null;
};

/** What this process knows of a segment; each part is a copy of what the buffer holds. */
type Known = {
  loaded?: LoadedSegment;
  verdicts?: readonly TapVerdict[];
  sealed?: SealedSegment;
};

const segmentsKept = 8;

/**
 * Gives the stages what the buffer holds of a segment, and keeps the last few, since the three stages of one
 * segment mostly run in one process. Only what the buffer has taken is kept, so every process gives the same.
 */
export class SegmentLoader {
  readonly #buffer: SegmentBuffer;
  readonly #known = new Map<string, Known>();

  constructor(buffer: SegmentBuffer) {
    this.#buffer = buffer;
  }

  /** @param release the rules to open the taps by; null where their verdicts stand */
  async load(segment: OpenSegment, release: RulesRelease | null = null): Promise<LoadedSegment> {
    const kept = this.#known.get(segment.id)?.loaded;
    if (kept !== undefined && (release === null || kept.rules === release.version)) return kept;
    const { taps, entries } = await this.#buffer.read(segment);
    const loaded: LoadedSegment = {
      taps: taps.map((buffered) => ({
        buffered,
        opened: openTap(buffered.payload, buffered.readAtEpochMs, release?.rules ?? null),
        digest: sha256(buffered.payload),
      })),
      entries,
      rules: release?.version ?? null,
    };
    this.#keep(segment.id, { loaded });
    return loaded;
  }

  /** Hands the verdicts to the buffer; false where another process was first, whose verdicts stand. */
  async keepVerdicts(id: string, verdicts: readonly TapVerdict[], next: SegmentStage): Promise<boolean> {
    const isFirst = await this.#buffer.keepVerdicts(id, verdicts, next);
    if (isFirst) this.#keep(id, { verdicts });
    return isFirst;
  }

  async verdicts(id: string): Promise<readonly TapVerdict[]> {
    return this.#known.get(id)?.verdicts ?? (await this.#buffer.verdicts(id));
  }

  /** Hands the sealed form to the buffer; where another process was first, its form stands. */
  async keepSealed(id: string, sealed: SealedSegment): Promise<void> {
    if (await this.#buffer.keepSealed(id, sealed)) this.#keep(id, { sealed });
  }

  /** The sealed form that this process made itself and the buffer has taken; null where there is none. */
  ownSealed(id: string): SealedSegment | null {
    return this.#known.get(id)?.sealed ?? null;
  }

  /** The sealed form as it lies in the buffer: whoever writes to Redis may have exchanged it. */
  async foundSealed(id: string): Promise<SealedSegment | null> {
    return await this.#buffer.sealed(id);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  #keep(id: string, part: Known): void {
    this.#known.set(id, { ...this.#known.get(id), ...part });
    for (const old of this.#known.keys()) if (this.#known.size > segmentsKept) this.#known.delete(old);
  }
}
