/** A place where bytes break CBOR's deterministic form (`malformed-cbor`) or the format above it (`schema`). */
export type CborFault = { reason: "malformed-cbor" | "schema"; detail: string };

const majorNames = [
  "an unsigned integer",
  "a negative integer",
  "a byte string",
  "a text string",
  "an array",
  "a map",
  "a tag",
  "a simple value",
];
const unsigned = 0;
const byteString = 2;
const array = 4;
const map = 5;
const tag = 6;
const highWordLimit = 0x20_0000;
/** The head of an array of three. */
const tripleHead = 0x83;

/** An unsigned integer of at most 32 bits in its shortest form, or NaN for whatever else lies there. */
function shortUint(bytes: Buffer, cursor: { at: number }): number {
  const head = bytes[cursor.at] ?? 255;
  if (head < 24) {
    cursor.at += 1;
    return head;
  }
  if (head > 26) return Number.NaN;
  const width = 1 << (head - 24);
  const start = cursor.at + 1;
  cursor.at = start + width;
  let value = 0;
  // Beyond the end this becomes NaN.
  for (let i = start; i < cursor.at; i += 1) value = value * 256 + (bytes[i] ?? Number.NaN);
  return value >= (width === 1 ? 24 : 2 ** (width * 4)) ? value : Number.NaN;
}

/**
 * Reads the part of CBOR that taps use (RFC 8949), deterministic encoding only (§4.2.1): shortest heads, definite
 * lengths. It reads what the caller expects next, and never builds a tree, so an input cannot make it
 * allocate. The first fault stays in `fault`; every read after it gives 0 or nothing, so callers may check late.
 */
export class CborReader {
  readonly #bytes: Buffer;
  #at = 0;
  #fault: CborFault | null = null;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get fault(): CborFault | null {
    return this.#fault;
  }

  /** An unsigned integer within `min`-`max`. @param what its name, for the fault's detail */
  uint(what: string, min: number, max: number): number {
    const value = this.#head(unsigned, what);
    if (this.#fault === null && (value < min || value > max))
      this.fail("schema", `${what} must be within ${min} and ${max}`);
    return value;
  }

  /** The number of an array's items. */
  array(what: string): number {
    return this.#head(array, what);
  }

  /** The number of a map's entries. */
  map(what: string): number {
    return this.#head(map, what);
  }

  /** A tag's number. */
  tag(what: string): number {
    return this.#head(tag, what);
  }

  /** A byte string, as a view. @param length the only length taken, where given */
  bytes(what: string, length?: number): Buffer {
    const found = this.#head(byteString, what);
    const start = this.#at;
    if (this.#fault === null) {
      if (found > this.#bytes.length - start) this.fail("malformed-cbor", `${what} is truncated`);
      else if (length !== undefined && found !== length)
        this.fail("schema", `${what} must have ${length} bytes, has ${found}`);
      else this.#at = start + found;
    }
    return this.#bytes.subarray(start, this.#at);
  }

  /**
   * Reads up to `count` arrays of three unsigned integers within 0 and `bounds` into `into`, one after the other, in one
   * tight loop: taps are mostly these. Stops before the first that is not so; whoever reads on from there item by
   * item finds its fault.
   * @returns how many it read
   */
  triples(count: number, bounds: readonly [number, number, number], into: Uint32Array): number {
    const bytes = this.#bytes;
    const cursor = { at: this.#at };
    let found = 0;
    while (this.#fault === null && found < count && bytes[cursor.at] === tripleHead) {
      cursor.at += 1;
      const first = shortUint(bytes, cursor);
      const second = shortUint(bytes, cursor);
      const third = shortUint(bytes, cursor);
      if (!(first <= bounds[0] && second <= bounds[1] && third <= bounds[2])) break;
      into[3 * found] = first;
      into[3 * found + 1] = second;
      into[3 * found + 2] = third;
      found += 1;
      this.#at = cursor.at;
    }
    return found;
  }

  /** Demands that nothing follows. */
  end(what: string): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) this.fail("malformed-cbor", `${left} bytes follow ${what}`);
  }

  /** Notes a fault at the present place, unless there is one already. */
  fail(reason: CborFault["reason"], text: string): void {
    this.#fault ??= { reason, detail: `${text} (at byte ${this.#at})` };
  }

  #head(major: number, what: string): number {
    if (this.#fault !== null) return 0;
    const initial = this.#bytes[this.#at];
    if (initial === undefined) return this.#malformed(`${what} is missing: truncated`);
    if (initial >> 5 !== major) {
      this.fail("schema", `${what} must be ${majorNames[major]}, is ${majorNames[initial >> 5]}`);
      return 0;
    }
    const info = initial & 0x1f;
    if (info >= 24) return this.#longHead(info, what);
    this.#at += 1;
    return info;
  }

  #longHead(info: number, what: string): number {
    if (info > 27)
      return this.#malformed(`${what} has ${info === 31 ? "an indefinite length" : "a reserved head"}`);
    const width = 1 << (info - 24);
    const start = this.#at + 1;
    if (start + width > this.#bytes.length) return this.#malformed(`${what} is truncated`);
    const value = width === 8 ? this.#eightBytes(start) : this.#bytes.readUIntBE(start, width);
    if (value < (width === 1 ? 24 : 2 ** (width * 4)))
      return this.#malformed(`${what} is not in its shortest form`);
    this.#at = start + width;
    return value;
  }

  /** Numbers above 2^53 - 1 read as Infinity, which no bound admits. */
  #eightBytes(start: number): number {
    const high = this.#bytes.readUInt32BE(start);
    if (high >= highWordLimit) return Number.POSITIVE_INFINITY;
    return high * 2 ** 32 + this.#bytes.readUInt32BE(start + 4);
  }

  #malformed(text: string): number {
    this.fail("malformed-cbor", text);
    return 0;
  }
}

/** Writes the same part of CBOR in its deterministic form. The caller sees to it that `maxBytes` suffices. */
export class CborWriter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(maxBytes: number) {
    this.#bytes = Buffer.allocUnsafe(maxBytes);
  }

  uint(value: number): this {
    return this.#head(unsigned, value);
  }

  array(length: number): this {
    return this.#head(array, length);
  }

  map(entries: number): this {
    return this.#head(map, entries);
  }

  tag(number: number): this {
    return this.#head(tag, number);
  }

  bytes(value: Uint8Array): this {
    this.#head(byteString, value.length);
    return this.raw(value);
  }

  /** Bytes that are CBOR already. */
  raw(value: Uint8Array): this {
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** What was written, as a view. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #head(major: number, value: number): this {
    const top = major << 5;
    const bytes = this.#bytes;
    if (value < 24) bytes[this.#at++] = top | value;
    else if (value < 2 ** 8) {
      bytes[this.#at++] = top | 24;
      bytes[this.#at++] = value;
    } else if (value < 2 ** 16) {
      bytes[this.#at++] = top | 25;
      bytes[this.#at++] = value >> 8;
      bytes[this.#at++] = value & 0xff;
    } else this.#longHead(top, value);
    return this;
  }

  #longHead(top: number, value: number): void {
    const isWide = value >= 2 ** 32;
    this.#bytes[this.#at] = top | (isWide ? 27 : 26);
    if (isWide) this.#at = this.#bytes.writeBigUInt64BE(BigInt(value), this.#at + 1);
    else this.#at = this.#bytes.writeUInt32BE(value, this.#at + 1);
  }
}
