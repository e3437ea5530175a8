import { messageOf } from "@tapline/core/kernel";
import type { ReadFailureCause } from "../reader.ts";
import { CardFault } from "./card-steps.ts";

/** Results of PC/SC calls (PC/SC Part 5; pcsclite.h) that mean something to the person at the reader. */
const meanings: Readonly<Record<number, readonly [ReadFailureCause, string]>> = {
  2148532235: ["busy", "another program holds the card; end it, or have it share the reader"],
  2148532236: ["removed", "the tag left before it was read"],
  2148532246: ["removed", "the tag stopped answering"],
  2148532326: ["failed", "the card does not answer; hold one tracker alone and still at the reader"],
  2148532327: ["failed", "the card does not answer; hold one tracker alone and still at the reader"],
  2148532328: ["busy", "another program reset the card"],
  2148532329: ["removed", "the tag left while it was read"],
};

/** The result code that the native binding puts at the end of its message, its only place; null where there is none. */
export function pcscCode(error: unknown): number | null {
  const hex = /0x([0-9a-f]{8})\)?$/i.exec(messageOf(error))?.[1];
  return hex === undefined ? null : Number.parseInt(hex, 16);
}

/** What a failed PC/SC call says of the card. */
export function faultOf(error: unknown): CardFault {
  const meaning = meanings[pcscCode(error) ?? 0];
  return meaning === undefined ? new CardFault("failed", messageOf(error)) : new CardFault(...meaning);
}
