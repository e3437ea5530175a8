import type { KpiReadings } from "@tapline/core/kpi";

/** @param maxAgeMs how long ago the stores may have been asked */
export type SharedReadings = (maxAgeMs: number) => Promise<KpiReadings>;

/** What stores say, asked once for all roles of a process that want to know it at about the same time. */
export function shareReadings(ask: () => Promise<KpiReadings>): SharedReadings {
  let last: { readonly askedAtMs: number; readonly answer: Promise<KpiReadings> } | null = null;
  return async (maxAgeMs) => {
    if (last === null || performance.now() - last.askedAtMs > maxAgeMs)
      last = { askedAtMs: performance.now(), answer: ask() };
    const asked = last;
    try {
      return await asked.answer;
    } catch (error) {
      // The next one asks anew.
      if (last === asked) last = null;
      throw error;
    }
  };
}
