import { TaplineError } from "../kernel/index.ts";
import { unlockEnvelope } from "./open-envelope.ts";
import { isFor } from "./read-head.ts";
import type { Recipient } from "./recipient.ts";
import { recipientInfo } from "./recipient-info.ts";
import type { RecipientKey } from "./recipient-key.ts";
import { envelopeHead, maxRecipients } from "./seal-envelope.ts";

/** What opens an object for one more recipient, its content untouched. */
export interface RewrapHead {
  /** Takes the place of everything before the cipher text: the recipients of old, and the new one. */
  readonly head: Buffer;
  /** How many bytes of the object it takes the place of. */
  readonly replacedBytes: number;
}

/**
 * Makes the head by which `object` opens with the key of `added`, too: `head` and what stands behind the first
 * `replacedBytes` bytes of the object are a whole CMS object (RFC 5083) with the same content key, nonce and tag.
 * The object is decrypted and its tag verified first. Whoever could open it before still can.
 * @throws TaplineError as `openEnvelope`; `conflict` where it is encrypted to `added` already; `invalid-input` where
 * it has as many recipients as an object may have
 */
export function rewrapEnvelope(object: Uint8Array, key: RecipientKey, added: Recipient): RewrapHead {
  const { plain, head, contentKey } = unlockEnvelope(object, key);
  plain.fill(0);
  try {
    const { infos, nonce, ciphertextBytes, headBytes } = head;
    if (infos.some((info) => isFor(info, added)))
      throw new TaplineError("conflict", `the object is encrypted to ${added.subject} already`);
    if (infos.length >= maxRecipients)
      throw new TaplineError("invalid-input", `an object has at most ${maxRecipients} recipients`);
    const all = [...infos.map(({ whole }) => whole), recipientInfo(added, contentKey)];
    return {
      head: envelopeHead(all, nonce, ciphertextBytes),
      replacedBytes: headBytes,
    };
  } finally {
    contentKey.fill(0);
  }
}
