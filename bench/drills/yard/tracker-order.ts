import type { Handed } from "../read-ledger.ts";

type Tap = { readonly place: string; readonly number: number; readonly readAs: number };

/**
 * Checks that the order in which each tracker's taps were read can be told from what is archived. Order is told by the
 * tracker's own numbers: of two taps of one tracker's life, the one with the greater number was not read before the other. Where
 * they stand tells less: a tap that had to be sent again stands behind later ones.
 * @param places archived places, `<tracker>/<epoch>/<number>`
 * @param handed what was read, in that order; copies of a place count by their first one
 * @returns what is wrong, a sentence each
 */
export function orderFaults(places: Iterable<string>, handed: readonly Pick<Handed, "place">[]): string[] {
  const readAs = new Map<string, number>();
  for (const [at, { place }] of handed.entries())
    if (place !== null && !readAs.has(place)) readAs.set(place, at);
  const lives = new Map<string, Tap[]>();
  for (const place of places) {
    const at = readAs.get(place);
    if (at === undefined) continue;
    const cut = place.lastIndexOf("/");
    const life = place.slice(0, cut);
    lives.set(life, [
      ...(lives.get(life) ?? []),
      { place, number: Number(place.slice(cut + 1)), readAs: at },
    ]);
  }
  return [...lives.values()].flatMap((taps) => {
    taps.sort((a, b) => a.number - b.number);
    return taps.flatMap((tap, i) => {
      const before = taps[i - 1];
      return before !== undefined && tap.readAs < before.readAs
        ? [`${before.place} was read after ${tap.place}, though it has the smaller number`]
        : [];
    });
  });
}
