import { type KeyMap, withoutKeys } from "@tapline/adapters/keys";
import type { ArchiveShare, RingKey } from "@tapline/core/encryption";

/** What the keys of a ring open, as it was counted. */
export interface Openings {
  atEpochMs: number;
  total: ArchiveShare;
  shares: readonly (ArchiveShare & { readonly ski: string | null })[];
  /** By key id: what only it opens of what keys in use open, and how many segments an active key opens, too. */
  of: ReadonlyMap<string, { only: ArchiveShare; alsoActive: number }>;
}

const holdsMs = 30_000;
/** Counting goes over the whole index: it may take a twentieth of the time, however large that is. */
const restPerWork = 20;

/** Counts what keys open; not again before its time, unless the ring is another one. */
export class CountOpenings {
  readonly #map: Pick<KeyMap, "lostWith" | "shares" | "total">;
  readonly #clock: () => number;
  #kept: { stand: string; tookMs: number; openings: Openings } | null = null;

  constructor(map: Pick<KeyMap, "lostWith" | "shares" | "total">, clock: () => number) {
    this.#map = map;
    this.#clock = clock;
  }

  async of(ring: readonly RingKey[], stand: string): Promise<Openings> {
    const kept = this.#kept;
    const beganAtEpochMs = this.#clock();
    if (kept?.stand === stand) {
      const ageMs = beganAtEpochMs - kept.openings.atEpochMs;
      if (ageMs < Math.max(holdsMs, kept.tookMs * restPerWork)) return kept.openings;
    }
    const openings = await this.#count(ring, beganAtEpochMs);
    this.#kept = { stand, tookMs: this.#clock() - beganAtEpochMs, openings };
    return openings;
  }

  async #count(ring: readonly RingKey[], atEpochMs: number): Promise<Openings> {
    const [total, shares] = [await this.#map.total(), await this.#map.shares()];
    const active = ring.filter(({ state }) => state === "active").map(({ ski }) => ski);
    const of = new Map<string, { only: ArchiveShare; alsoActive: number }>();
    for (const ski of new Set(ring.map((key) => key.ski))) {
      const { lost: only } = await withoutKeys([ski], ring, this.#map);
      const opens = shares.find((share) => share.ski === ski)?.segments ?? 0;
      const { segments } = await this.#map.lostWith([ski], active);
      of.set(ski, { only, alsoActive: opens - segments });
    }
    return { atEpochMs, total, shares, of };
  }
}
