import type { ReadFailureCause } from "../reader.ts";
import type { Look } from "./read-whole.ts";
import type { LookKind, Show } from "./visit.ts";

/** What ends a look at a tag. */
export class TagTrouble extends Error {
  readonly failure: ReadFailureCause;

  constructor(failure: ReadFailureCause, message: string) {
    super(message);
    this.failure = failure;
  }
}

const uid = "04000000000001";
const otherUid = "04000000000002";
const noBytes = Buffer.alloc(0);

/** A tag in the field, as a reader looks at it. */
export class SimulatedTag {
  readonly #looks: readonly LookKind[];
  readonly #message: Buffer;
  readonly #giveUp: () => Promise<unknown>;
  #looked = 0;

  /** @param giveUp resolves when a tag that does not answer is given up */
  constructor({ looks, offer }: Show, giveUp: () => Promise<unknown>) {
    this.#looks = looks;
    this.#message = offer?.raw ?? noBytes;
    this.#giveUp = giveUp;
  }

  /** Takes one look. @throws TagTrouble where the look comes to no end */
  async look(): Promise<Look> {
    const message = this.#message;
    const face = { uid, messageBytes: message.length };
    switch (this.#looks[Math.min(this.#looked++, this.#looks.length - 1)]) {
      case "torn":
        // Its writer sets the length to 0 first and to the new length last.
        return {
          before: face,
          message: message.subarray(0, message.length >> 1),
          after: { uid, messageBytes: 0 },
        };
      case "collision":
        return { before: face, message, after: { ...face, uid: otherUid } };
      case "removed":
        throw new TagTrouble("removed", "the tag was taken away while it was read");
      case "silent":
        await this.#giveUp();
        throw new TagTrouble("stalled", "the tag did not answer in time");
      case "held":
        throw new TagTrouble("busy", "another program holds the reader");
      case "foreign":
        throw new TagTrouble("not-a-tap", "the tag holds no record of ours");
      default:
        return { before: face, message, after: face };
    }
  }
}
