import { type Random, wholeBetween } from "./random.ts";

/** What a simulated tap is: a new packet, an earlier one once more, or a damaged one. */
export type TapKind = "fresh" | "duplicate" | "malformed";

const duplicateRatio = 0.02;
const malformedRatio = 0.01;
const endlessRun = 1000;

/**
 * The kinds of `count` taps in order: exactly round(2 %) duplicates and round(1 %) malformed ones, at places that
 * `random` picks. The first is fresh, so that a duplicate always has something to repeat.
 */
export function planKinds(count: number, random: Random): TapKind[] {
  const kinds = new Array<TapKind>(count).fill("fresh");
  kinds.fill("duplicate", 1, 1 + Math.round(count * duplicateRatio));
  const malformedFrom = 1 + Math.round(count * duplicateRatio);
  kinds.fill("malformed", malformedFrom, malformedFrom + Math.round(count * malformedRatio));
  // Fisher-Yates over all but the first.
  for (let at = count - 1; at > 1; at--) {
    const other = wholeBetween(random, 1, at);
    const kind = kinds[at] ?? "fresh";
    kinds[at] = kinds[other] ?? "fresh";
    kinds[other] = kind;
  }
  return kinds;
}

/** The kinds of an endless run, planned a thousand taps at a time. */
export function* endlessKinds(random: Random): Generator<TapKind, never> {
  for (;;) yield* planKinds(endlessRun, random);
}
