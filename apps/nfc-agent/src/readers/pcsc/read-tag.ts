import { decodeNdef, decodeTap, maxTapBytes } from "@tapline/core/tap";
import type { TagKind } from "../reader.ts";
import { CardFault, exchange, type Steps, statusOk } from "./card-steps.ts";
import { readType2 } from "./read-type-2.ts";
import { readType4 } from "./read-type-4.ts";

/** GET DATA: the card's UID (PC/SC Part 3 §3.2.2.1.3). */
const getUid = Buffer.from("ffca000000", "hex");
const maxUidBytes = 32;
/** Tracker, epoch and sequence number stand within the first bytes of a tap: another packet shows there. */
const headBytes = 96;
/** A tracker that is writing is given this long, more with each look. */
const pauseMs = 15;

/** A message that was read whole, and how often it had to be read anew. */
export type WholeMessage = { message: Buffer; rereads: number };

type Look = { message: Buffer } | { torn: string };

/** The UID as it stands now; empty where the reader does not tell. It says whether the card changed, never who it is. */
function* readUid(): Steps<Buffer> {
  const { data, status } = yield* exchange(getUid, maxUidBytes);
  return status === statusOk ? data : Buffer.alloc(0);
}

function* lookOnce(kind: TagKind): Steps<Look> {
  const before = yield* readUid();
  let look: Look;
  try {
    const read = kind === "type-2" ? readType2 : readType4;
    look = { message: yield* read(maxTapBytes, headBytes) };
  } catch (error) {
    if (!(error instanceof CardFault) || error.reason !== "torn") throw error;
    look = { torn: error.message };
  }
  if (!(yield* readUid()).equals(before))
    throw new CardFault("collision", "two tags are in the field; hold one alone at the reader");
  return look;
}

/**
 * Reads a tag's tap whole or not at all. What does not read as a tap at the first look is looked at again: a tracker may
 * have been writing. Two looks that agree are believed; a record of ours that does not decode is handed over all the
 * same, for validation names its fault.
 * @param rereads most looks after the first
 * @throws CardFault `torn`, `collision`, `not-a-tap`, `unsupported`, `removed` or `failed`
 */
export function* readTag(kind: TagKind, rereads: number): Steps<WholeMessage> {
  let before: Buffer | null = null;
  for (let count = 0; ; count += 1) {
    const look: Look = yield* lookOnce(kind);
    let detail = "the tag's content changed while it was read";
    if ("torn" in look) {
      before = null;
      detail = look.torn;
    } else {
      const { message } = look;
      if (decodeTap(message).ok) return { message, rereads: count };
      // An empty tag may be one whose tracker is at work: it is given all its looks.
      const isLast = message.length === 0 && count >= rereads;
      const isStable: boolean = message.length > 0 && before !== null && message.equals(before);
      if (isLast || isStable) return { message: takeRecord(message), rereads: count };
      before = message;
    }
    if (count >= rereads) throw new CardFault("torn", detail);
    yield { pauseMs: pauseMs * (count + 1) };
  }
}

/** @throws CardFault `not-a-tap` where `message` is not one record of our type */
function takeRecord(message: Buffer): Buffer {
  if (message.length === 0) throw new CardFault("not-a-tap", "the tag is empty");
  const record = decodeNdef(message, maxTapBytes);
  if (!record.ok) throw new CardFault("not-a-tap", record.detail);
  return message;
}
