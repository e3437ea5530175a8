import type { KpiLive } from "@tapline/core/kpi";

/**
 * True where `arrived` is later than `known`: within one life of the publisher by its number, between lives by
 * the clock.
 */
export function isNewer(arrived: KpiLive, known: KpiLive): boolean {
  if (arrived.stream === known.stream) return arrived.seq > known.seq;
  return arrived.atEpochMs > known.atEpochMs;
}

/** Of two pictures the later one; what is known stays where nothing arrived. */
export function newest(known: KpiLive | null | undefined, arrived: KpiLive | null): KpiLive | null {
  if (known == null) return arrived;
  return arrived !== null && isNewer(arrived, known) ? arrived : known;
}
