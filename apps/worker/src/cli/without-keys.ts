import type { ArchiveShare, KeyMap } from "@tapline/adapters/keys";
import type { RingKey } from "@tapline/core/encryption";
import { shortId } from "./key-command.ts";

/** What archived taps would be without some keys. */
export type WithoutKeys = {
  /** What no other key that is in use opens: none that is active or retiring. */
  readonly lost: ArchiveShare;
  /** Of these, what no other key opens at all. */
  readonly gone: ArchiveShare;
  /** Keys that open the rest of it, as long as somebody still has them: retired, revoked, or not in the ring. */
  readonly unsure: readonly string[];
};

/** @param skis key identifiers of the keys that are no more */
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
  const unsure = gone.segments === lost.segments ? [] : others.map((ski) => nameOf(ski, ring));
  return { lost, gone, unsure };
}

/** A key's private half is where objects are opened: new ones are encrypted to it, or old ones need it. */
export function isUsable({ state }: Pick<RingKey, "state">): boolean {
  return state === "active" || state === "retiring";
}

/** A sentence on it, without its end. */
export function sayWithout({ lost, gone, unsure }: WithoutKeys): string {
  if (lost.segments === 0) return "all that is archived opens with another key that is in use";
  const sentence = `${extentOf(lost)} open with no other key that is in use: nobody could open them, or give them another key`;
  if (unsure.length === 0) return sentence;
  const rest = gone.segments === 0 ? "all of them" : `all but ${extentOf(gone)} of them`;
  return `${sentence}. Only who still has the private key of ${unsure.join(" or ")} could, ${rest}`;
}

/** How much of the archive, and from when. */
export function extentOf({ segments, taps, firstAtEpochMs, lastAtEpochMs }: ArchiveShare): string {
  if (firstAtEpochMs === null || lastAtEpochMs === null) return "nothing";
  const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
  return `${segments} segments with ${taps} taps, archived ${day(firstAtEpochMs)} to ${day(lastAtEpochMs)}`;
}

/** A key by its identifier: what the ring says of it. Of two certificates for one key the one in use. */
export function nameOf(ski: string, ring: readonly RingKey[]): string {
  const fitting = ring.filter((key) => key.ski === ski);
  const key = fitting.find(isUsable) ?? fitting[0];
  if (key === undefined) return `key id ${ski} (not in the ring)`;
  return `${shortId(key.certSha256)}  ${key.role}  ${key.state}  ${key.subject}`;
}
