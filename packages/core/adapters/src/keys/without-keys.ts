import { isUsable, keyName, type RingKey, type WithoutKeys } from "@tapline/core/encryption";
import type { KeyMap } from "./key-map.ts";

/**
 * What archived taps would be without some keys.
 * @param skis key identifiers of the keys that are no more
 */
export async function withoutKeys(
  skis: readonly string[],
  ring: readonly RingKey[],
  map: Pick<KeyMap, "lostWith" | "shares">,
): Promise<WithoutKeys> {
  const known = (await map.shares()).flatMap(({ ski }) => ski ?? []);
  const usable = ring.filter(isUsable).map(({ ski }) => ski);
  const lost = await map.lostWith(skis, usable);
  const gone = lost.segments === 0 ? lost : await map.lostWith(skis, known);
  const others = known.filter((ski) => !usable.includes(ski) && !skis.includes(ski));
  const unsure = gone.segments === lost.segments ? [] : others.map((ski) => keyName(ski, ring));
  return { lost, gone, unsure };
}
