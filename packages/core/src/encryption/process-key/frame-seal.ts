import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { type FrameSealer, isSealedFrame, sealedFrameVersion } from "../../buffer/index.ts";
import { type RandomBytes, TaplineError } from "../../kernel/index.ts";
import { corrupt } from "../read-der.ts";
import { checkProcessKey } from "./process-key.ts";

/**
 * Frames of the buffer, sealed under the process key (AES-256-GCM, NIST SP 800-38D):
 *
 *     sealed = version u8 (2) · key id (4) · salt (16) · count u64 · ciphertext · tag (16)
 *
 * Each process seals under a key of its own, HKDF-SHA-256 (RFC 5869) of process key and a random salt, and counts its nonces:
 * so none is used twice, however many frames there are. What comes before the ciphertext is authenticated with it.
 */
const saltBytes = 16;
const headBytes = 1 + 4 + saltBytes;
const countBytes = 8;
const tagBytes = 16;
/** Keys of so many other processes are kept; each restart of one makes another. */
const derivedKept = 64;

type ProcessKey = { readonly id: Buffer; readonly key: Uint8Array };

/** Seals frames under the first of the process keys, and opens those under any. */
export class FrameSeal implements FrameSealer {
  readonly #keys: readonly ProcessKey[];
  readonly #own: { readonly head: Buffer; readonly key: KeyObject };
  readonly #derived = new Map<string, KeyObject>();
  #count = 0n;

  /**
   * @param keys 32 bytes each: the present process key, then earlier ones
   * @throws TaplineError `misconfigured` where one has another length
   */
  constructor(keys: readonly [Uint8Array, ...Uint8Array[]], randomBytes: RandomBytes) {
    this.#keys = keys.map((key) => {
      checkProcessKey(key);
      return { id: derive(key, Buffer.alloc(0), "tapline frame key id", 4), key };
    });
    const [current] = this.#keys as [ProcessKey];
    const salt = randomBytes(saltBytes);
    this.#own = {
      head: Buffer.concat([Buffer.of(sealedFrameVersion), current.id, salt]),
      key: frameKey(current.key, salt),
    };
  }

  seal(frame: Uint8Array): Buffer {
    const sealed = Buffer.allocUnsafe(headBytes + countBytes + frame.length + tagBytes);
    this.#own.head.copy(sealed);
    sealed.writeBigUInt64BE(this.#count++, headBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#own.key, nonceOf(sealed), { authTagLength: tagBytes });
    cipher.setAAD(this.#own.head);
    cipher.update(frame).copy(sealed, headBytes + countBytes);
    cipher.final();
    cipher.getAuthTag().copy(sealed, sealed.length - tagBytes);
    return sealed;
  }

  /**
   * @throws TaplineError `corrupt` where the bytes are not what was sealed, `misconfigured` where the key that sealed them
   * is not known here
   */
  open(sealed: Buffer): Buffer {
    if (!isSealedFrame(sealed) || sealed.length < headBytes + countBytes + tagBytes)
      throw corrupt("a frame in the buffer", "it is no sealed frame");
    const head = sealed.subarray(0, headBytes);
    const decipher = createDecipheriv("aes-256-gcm", this.#keyOf(head), nonceOf(sealed), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(head);
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const frame = decipher.update(sealed.subarray(headBytes + countBytes, -tagBytes));
    try {
      decipher.final();
    } catch (cause) {
      throw corrupt("a frame in the buffer", "its tag does not fit it", cause);
    }
    return frame;
  }

  #keyOf(head: Buffer): KeyObject {
    if (head.equals(this.#own.head)) return this.#own.key;
    const name = head.toString("latin1");
    const kept = this.#derived.get(name);
    if (kept !== undefined) return kept;
    const known = this.#keys.find(({ id }) => id.equals(head.subarray(1, 5)));
    if (known === undefined)
      throw new TaplineError("misconfigured", "a frame was sealed under a process key that is not here", {
        remedy:
          "let TAPLINE_PROCESS_KEY or TAPLINE_PROCESS_KEY_PREVIOUS name its file; or flush the buffer, and agents send again",
      });
    const key = frameKey(known.key, head.subarray(5));
    for (const old of this.#derived.keys()) if (this.#derived.size >= derivedKept) this.#derived.delete(old);
    this.#derived.set(name, key);
    return key;
  }
}

/** 4 zero bytes, then the count. */
function nonceOf(sealed: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  sealed.copy(nonce, 4, headBytes, headBytes + countBytes);
  return nonce;
}

function frameKey(processKey: Uint8Array, salt: Uint8Array): KeyObject {
  return createSecretKey(derive(processKey, salt, "tapline frame", 32));
}

function derive(key: Uint8Array, salt: Uint8Array, info: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, bytes));
}
