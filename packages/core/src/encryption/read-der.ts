import { TaplineError } from "../kernel/index.ts";

/** The error of every reader here: stored bytes that are not what our writer writes. */
export function corrupt(what: string, detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `${what} is not as it was written: ${detail}`, {
    remedy: "Fetch the file again from the archive; if it stays so, restore it from a copy.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * A strict reader of DER (X.690 §10): one-byte tags, definite lengths in the fewest bytes, nothing left over.
 * It returns views into the given bytes and allocates nothing of the input's size. The bytes may be the start alone
 * of a longer whole: values beyond them can be passed over, not read.
 */
export class DerReader {
  readonly #bytes: Buffer;
  readonly #what: string;
  /** Of the whole, of which `#bytes` may be the start alone. */
  readonly #length: number;
  #at = 0;

  /**
   * @param what names the bytes in errors, such as "the manifest's signature"
   * @param length bytes of the whole that `bytes` is the start of
   */
  constructor(bytes: Uint8Array, what: string, length = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.#length = length;
  }

  get done(): boolean {
    return this.#at === this.#length;
  }

  /** How many bytes come after what was read. */
  get leftBytes(): number {
    return this.#length - this.#at;
  }

  /** The tag of the next value, or `undefined` at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The contents of the next value, which must have `tag`. */
  contents(tag: number): Buffer {
    const { from, to } = this.#next(tag);
    this.#at = to;
    return this.#view(from, to);
  }

  /** The next value whole, header included. */
  whole(tag: number): Buffer {
    const start = this.#at;
    const { to } = this.#next(tag);
    this.#at = to;
    return this.#view(start, to);
  }

  /** A reader of the contents of the next value. */
  inside(tag: number): DerReader {
    const { from, to } = this.#next(tag);
    this.#at = to;
    return new DerReader(this.#bytes.subarray(from, to), this.#what, to - from);
  }

  /** Passes over the next value, which may lie beyond the given bytes. @returns the length of its contents */
  pass(tag: number): number {
    const { from, to } = this.#next(tag);
    this.#at = to;
    return to - from;
  }

  /** Passes over the one of `options` that stands here. @returns its index */
  oneOf(options: readonly Uint8Array[], name: string): number {
    const found = options.findIndex((der) => this.#startsWith(der));
    if (found === -1) throw this.fail(`${name} is none of those that are read`);
    this.#at += options[found]?.length ?? 0;
    return found;
  }

  /** Passes over exactly these bytes: values of which only one is allowed. */
  expect(der: Uint8Array, name: string): void {
    if (!this.#startsWith(der)) throw this.fail(`${name} is another than ours`);
    this.#at += der.length;
  }

  end(): void {
    if (!this.done) throw this.fail("bytes are left over");
  }

  fail(detail: string, cause?: unknown): TaplineError {
    return corrupt(this.#what, detail, cause);
  }

  #startsWith(der: Uint8Array): boolean {
    return this.#bytes.subarray(this.#at, this.#at + der.length).equals(der);
  }

  #view(from: number, to: number): Buffer {
    if (to > this.#bytes.length) throw this.fail("what must stand at its start lies beyond it");
    return this.#bytes.subarray(from, to);
  }

  #next(tag: number): { from: number; to: number } {
    const found = this.#bytes[this.#at];
    const first = this.#bytes[this.#at + 1];
    if (found === undefined || first === undefined) throw this.fail("it ends too early");
    if (found !== tag)
      throw this.fail(`tag 0x${found.toString(16)} stands where 0x${tag.toString(16)} should`);
    const from = this.#at + 2;
    if (first < 0x80) return this.#span(from, first);
    const digits = first & 0x7f;
    if (digits === 0 || digits > 4) throw this.fail("a length is not definite, or beyond 4 GiB");
    if (from + digits > this.#bytes.length) throw this.fail("it ends too early");
    const length = this.#bytes.readUIntBE(from, digits);
    if (length < 0x80 || length < 256 ** (digits - 1)) throw this.fail("a length has needless bytes");
    return this.#span(from + digits, length);
  }

  #span(from: number, length: number): { from: number; to: number } {
    const to = from + length;
    if (to > this.#length) throw this.fail("it ends too early");
    return { from, to };
  }
}
