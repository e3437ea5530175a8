import type { ArchiveIndex, SegmentEnd, TrackerTap } from "@tapline/adapters/prisma";
import type { TapRun } from "@tapline/core/transfer";
import type { LevelParts } from "./level-parts.ts";

type TakenRun = Pick<TapRun, "firstSeq" | "lastSeq"> & { readonly segment: string };

/**
 * An index that takes nothing in, and remembers what it would have taken: the second of two segments with the same tap is
 * judged as if the first were adopted, and another archive's copy of one that would be adopted as known.
 */
export class DryIndex {
  readonly #index: Pick<ArchiveIndex, "knownSegments" | "findTaps" | "isWithdrawn">;
  readonly #adopted = new Set<string>();
  readonly #withdrawn = new Set<string>();
  /** By tracker and epoch, in rising order; they never overlap. */
  readonly #runs = new Map<string, TakenRun[]>();

  constructor(index: Pick<ArchiveIndex, "knownSegments" | "findTaps" | "isWithdrawn">) {
    this.#index = index;
  }

  async knownSegments(ids: readonly string[]): Promise<Set<string>> {
    const known = await this.#index.knownSegments(ids);
    for (const id of ids) if (this.#adopted.has(id)) known.add(id);
    return known;
  }

  async findTaps(taps: readonly TrackerTap[]): ReturnType<LevelParts["index"]["findTaps"]> {
    const holdings = await this.#index.findTaps(taps);
    return holdings.map((holding, i) => {
      const taken = holding.held === null ? this.#takenBy(taps[i]) : null;
      return taken === null ? holding : { ...holding, held: { segment: taken, digest: "" } };
    });
  }

  async isWithdrawn(segment: string): Promise<boolean> {
    return this.#withdrawn.has(segment) || (await this.#index.isWithdrawn(segment));
  }

  async recordEnd({ id, segment }: SegmentEnd): Promise<{ quarantined: null }> {
    this.#adopted.add(id);
    for (const { tracker, trackerEpoch, firstSeq, lastSeq } of segment?.tapRuns ?? []) {
      const name = `${tracker}/${trackerEpoch}`;
      const runs = this.#runs.get(name) ?? [];
      runs.splice(lastUpTo(runs, firstSeq) + 1, 0, { firstSeq, lastSeq, segment: id });
      this.#runs.set(name, runs);
    }
    return { quarantined: null };
  }

  async withdraw(segment: string): Promise<boolean> {
    if ((await this.knownSegments([segment])).size > 0) return false;
    this.#withdrawn.add(segment);
    return true;
  }

  #takenBy(tap: TrackerTap | undefined): string | null {
    const runs = tap === undefined ? undefined : this.#runs.get(`${tap.tracker}/${tap.trackerEpoch}`);
    if (tap === undefined || runs === undefined) return null;
    const run = runs[lastUpTo(runs, tap.trackerSeq)];
    return run !== undefined && run.lastSeq >= tap.trackerSeq ? run.segment : null;
  }
}

/** The last run that begins at or before `seq`, -1 for none. From the end, since segments come in the order of their taps. */
function lastUpTo(runs: readonly TakenRun[], seq: number): number {
  return runs.findLastIndex(({ firstSeq }) => firstSeq <= seq);
}
