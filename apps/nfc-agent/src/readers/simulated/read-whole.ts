/** What a tag says of itself before and after its message is read: whoever writes it meanwhile changes one of the two. */
export type TagFace = {
  /** The tag's identifier for the anti-collision of ISO/IEC 14443-3, hexadecimal; another one is another tag. */
  uid: string;
  /** The length that the tag states, bytes; 0 while it is being written. */
  messageBytes: number;
};

/** One look at a tag, from its face to its face. */
export type Look = { before: TagFace; message: Buffer; after: TagFace };

export type WholeRead =
  | { ok: true; message: Buffer; rereads: number }
  | { ok: false; cause: "torn" | "collision"; detail: string };

/**
 * Reads a message whole or not at all: looks until nothing changed from the beginning of a look to its end, once and
 * then up to `rereads` times more. Two identifiers in one look are two tags, of which neither is taken.
 * @param look takes one look; what it throws (tag gone, no answer) ends the reading and is passed on
 */
export async function readWhole(look: () => Promise<Look>, rereads: number): Promise<WholeRead> {
  let detail = "";
  for (let again = 0; again <= rereads; again++) {
    const { before, message, after } = await look();
    if (before.uid !== after.uid)
      return { ok: false, cause: "collision", detail: `two tags answered, ${before.uid} and ${after.uid}` };
    if (before.messageBytes === 0) detail = "the tag was being written";
    else if (before.messageBytes !== after.messageBytes)
      detail = `its length changed from ${before.messageBytes} to ${after.messageBytes} bytes`;
    else if (message.length !== before.messageBytes)
      detail = `${message.length} of ${before.messageBytes} bytes were read`;
    else return { ok: true, message, rereads: again };
  }
  return { ok: false, cause: "torn", detail: `${detail}; looked ${rereads + 1} times` };
}
