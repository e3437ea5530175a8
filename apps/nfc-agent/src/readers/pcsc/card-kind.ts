import type { TagKind } from "../reader.ts";

export type CardKind =
  | { ok: true; kind: Exclude<TagKind, "simulated"> }
  | { ok: false /** For people. */; detail: string };

/** PC/SC Part 3 §3.1.3.2.3: the application identifier field of a storage card, with the RID of the PC/SC workgroup. */
const storageCard = Buffer.from("804f0ca000000306", "hex");
const storageCardAt = 4;
const standardAt = 12;
const nameAt = 13;

/** PC/SC Part 3, supplement: values of the byte that names a storage card's standard. */
const iso14443A3 = 0x03;
const noStandardGiven = 0x00;
const standards: Readonly<Record<number, string>> = {
  5: "ISO 14443 type B",
  6: "ISO 14443 type B",
  7: "ISO 14443 type B",
  9: "ISO 15693",
  10: "ISO 15693",
  11: "ISO 15693",
  12: "ISO 15693",
  17: "FeliCa",
};
const classics: Readonly<Record<number, string>> = {
  1: "MIFARE Classic 1K",
  2: "MIFARE Classic 4K",
  38: "MIFARE Mini",
};

/**
 * What sort of card an answer to reset tells of: a storage card of ISO 14443-3 type A is read as a Type 2 tag, a storage
 * card of another sort not at all; every other contactless card is asked for the NDEF application of Type 4.
 */
export function kindOfCard(atr: Uint8Array): CardKind {
  const bytes = Buffer.from(atr);
  if (!bytes.subarray(storageCardAt, standardAt).equals(storageCard)) return { ok: true, kind: "type-4" };
  const standard = bytes[standardAt] ?? noStandardGiven;
  if (standard !== iso14443A3 && standard !== noStandardGiven)
    return { ok: false, detail: `a card of the kind ${standards[standard] ?? `0x${standard.toString(16)}`}` };
  const name = bytes.length >= nameAt + 2 ? bytes.readUInt16BE(nameAt) : 0;
  const classic = classics[name];
  return classic === undefined ? { ok: true, kind: "type-2" } : { ok: false, detail: `a ${classic} card` };
}
