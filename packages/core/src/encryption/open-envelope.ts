import { createDecipheriv } from "node:crypto";
import { corrupt } from "./read-der.ts";
import { type EnvelopeHead, maxHeadBytes, objectWord, readHead, readTrailer } from "./read-head.ts";
import { contentKeyOf, type RecipientKey } from "./recipient-key.ts";
import { tagBytes } from "./seal-envelope.ts";

/** An object that was opened: its tag was verified. */
export interface Opened {
  readonly plain: Buffer;
  readonly head: EnvelopeHead;
  /** The key of this one object: 32 bytes; whoever asks for it overwrites it after use. */
  readonly contentKey: Buffer;
}

/**
 * Decrypts what `sealEnvelope` wrote, and what openssl writes in the forms that `readHead` names. Nothing is returned before
 * the GCM tag was verified. What was encrypted to other recipients (their wrapped keys) is not covered by that tag: the
 * manifest's digest covers the whole object.
 * @throws TaplineError `corrupt` where any byte that matters was changed; `forbidden` where the object is not
 * encrypted to this certificate; `misconfigured` where key and certificate do not fit
 */
export function openEnvelope(der: Uint8Array, key: RecipientKey): Buffer {
  const { plain, contentKey } = unlockEnvelope(der, key);
  contentKey.fill(0);
  return plain;
}

/** As `openEnvelope`; tells the object's own key and head, too. */
export function unlockEnvelope(der: Uint8Array, key: RecipientKey): Opened {
  const head = readHead(der.subarray(0, maxHeadBytes), der.length);
  const end = head.headBytes + head.ciphertextBytes;
  const tag = readTrailer(der.subarray(end));
  const contentKey = contentKeyOf(head, key);
  const decipher = createDecipheriv("aes-256-gcm", contentKey, head.nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(tag);
  const plain = decipher.update(der.subarray(head.headBytes, end));
  try {
    decipher.final();
    return { plain, head, contentKey };
  } catch (cause) {
    plain.fill(0);
    contentKey.fill(0);
    throw corrupt(objectWord, "its authentication tag does not fit its content", cause);
  }
}
