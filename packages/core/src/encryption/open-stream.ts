import { createDecipheriv, type DecipherGCM } from "node:crypto";
import { sha256 } from "../kernel/index.ts";
import { corrupt } from "./read-der.ts";
import { type EnvelopeHead, maxHeadBytes, objectWord, readHead, readTrailer } from "./read-head.ts";
import { contentKeyOf, pairFor, type RecipientKey } from "./recipient-key.ts";
import { tagBytes } from "./seal-envelope.ts";

/** An object's bytes, which are read twice. */
export interface ObjectSource {
  readonly bytes: number;
  /** From the start each time, in pieces of any length. */
  read(): AsyncIterable<Uint8Array>;
}

/** Longer than any head, so that the first piece holds all of it. */
const pieceBytes = 2 * maxHeadBytes;

/** What the first reading found: the object is whole, and each of its pieces has this digest. */
interface Verified {
  readonly head: EnvelopeHead;
  readonly contentKey: Buffer;
  readonly digests: readonly Buffer[];
}

/**
 * Decrypts an object of any size in memory that does not grow with it (32 bytes for each 64 KiB). The first reading verifies
 * the tag and gives out nothing; the second gives out each piece after its digest was found to be that of the first.
 * @param keys those at hand: the first that the object is encrypted to opens it
 * @throws TaplineError as `openEnvelope`; `corrupt`, too, where the second reading differs from the first
 */
export async function* openStream(
  source: ObjectSource,
  keys: readonly RecipientKey[],
): AsyncGenerator<Buffer> {
  const { head, contentKey, digests } = await verify(source, keys);
  try {
    const decipher = decipherOf(head, contentKey);
    let count = 0;
    for await (const { piece, at } of piecesOf(source)) {
      if (!(digests[count]?.equals(sha256(piece)) ?? false))
        throw corrupt(objectWord, "it changed while it was read");
      count += 1;
      const ciphertext = between(piece, at, head.headBytes, head.headBytes + head.ciphertextBytes);
      if (ciphertext.length > 0) yield decipher.update(ciphertext);
    }
  } finally {
    contentKey.fill(0);
  }
}

async function verify(source: ObjectSource, keys: readonly RecipientKey[]): Promise<Verified> {
  const digests: Buffer[] = [];
  const trailer: Buffer[] = [];
  let opened: { head: EnvelopeHead; contentKey: Buffer; decipher: DecipherGCM } | null = null;
  for await (const { piece, at } of piecesOf(source)) {
    opened ??= open(readHead(Buffer.from(piece), source.bytes), keys);
    const end = opened.head.headBytes + opened.head.ciphertextBytes;
    opened.decipher.update(between(piece, at, opened.head.headBytes, end)).fill(0);
    trailer.push(Buffer.from(between(piece, at, end, source.bytes)));
    digests.push(sha256(piece));
  }
  if (opened === null) throw corrupt(objectWord, "it is empty");
  const { head, contentKey, decipher } = opened;
  try {
    decipher.setAuthTag(readTrailer(Buffer.concat(trailer)));
    decipher.final();
    return { head, contentKey, digests };
  } catch (cause) {
    contentKey.fill(0);
    throw corrupt(objectWord, "its authentication tag does not fit its content", cause);
  }
}

function open(head: EnvelopeHead, keys: readonly RecipientKey[]) {
  const contentKey = contentKeyOf(head, pairFor(head, keys));
  return { head, contentKey, decipher: decipherOf(head, contentKey) };
}

function decipherOf({ nonce }: EnvelopeHead, contentKey: Buffer): DecipherGCM {
  return createDecipheriv("aes-256-gcm", contentKey, nonce, { authTagLength: tagBytes });
}

/** The part of a piece, which begins at `at`, that lies from `from` to before `to`. */
function between(piece: Buffer, at: number, from: number, to: number): Buffer {
  return piece.subarray(Math.max(0, from - at), Math.max(0, to - at));
}

/** The source in pieces of one length, the last one shorter; each is overwritten by the next: copy what is kept. */
async function* piecesOf(source: ObjectSource): AsyncGenerator<{ piece: Buffer; at: number }> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  let [filled, at] = [0, 0];
  for await (const chunk of source.read()) {
    if (at + filled + chunk.length > source.bytes) throw corrupt(objectWord, "more comes than was told");
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + pieceBytes - filled);
      piece.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < pieceBytes) continue;
      yield { piece, at };
      at += filled;
      filled = 0;
    }
  }
  if (at + filled !== source.bytes) throw corrupt(objectWord, "it ends too early");
  if (filled > 0) yield { piece: piece.subarray(0, filled), at };
}
