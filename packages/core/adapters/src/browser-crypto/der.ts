/** One value of DER (X.690 §8.1). */
export type Tlv = {
  readonly tag: number;
  readonly whole: Uint8Array;
  readonly contents: Uint8Array;
  readonly children: () => Tlv[];
};

export const tags = { bitString: 0x03, oid: 0x06, sequence: 0x30, set: 0x31 } as const;

/** The one value that `bytes` are. @throws Error where they are none, or another */
export function read(bytes: Uint8Array, tag: number): Tlv {
  const value = next(bytes, 0);
  if (value.tag !== tag || value.whole.length !== bytes.length) throw new Error("this is not DER");
  return value;
}

/** Boolean, integer, bit and octet string, null, object identifier, texts and times (X.690 §8). */
const primitives = new Set([1, 2, 3, 4, 5, 6, 12, 18, 19, 20, 22, 23, 24, 28, 30]);
const constructed = new Set([0x10, 0x11]);

/** Looks at all of it, down to the last value, as OpenSSL does when it reads a certificate. @throws Error */
export function check({ tag, contents, children }: Tlv): void {
  const [isConstructed, isUniversal, number] = [(tag & 0x20) !== 0, (tag & 0xc0) === 0, tag & 0x1f];
  if (isUniversal && !(isConstructed ? constructed : primitives).has(number))
    throw new Error("a value in DER is of a type that does not belong there");
  if (isConstructed) children().forEach(check);
  else if (number === 2 && isUniversal && contents.length === 0) throw new Error("a number in DER is empty");
}

function next(bytes: Uint8Array, at: number): Tlv {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) throw new Error("DER ends too early");
  const digits = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || digits > 4) throw new Error("a length in DER is not definite");
  let length = digits === 0 ? first : 0;
  for (let i = 0; i < digits; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const from = at + 2 + digits;
  if (from + length > bytes.length) throw new Error("DER ends too early");
  const contents = bytes.subarray(from, from + length);
  return { tag, contents, whole: bytes.subarray(at, from + length), children: () => childrenOf(contents) };
}

/** What a bit string holds; null where the value is none, or its last byte is not used whole: what we read has no such one. */
export function wholeBytes({ tag, contents }: Tlv): Uint8Array | null {
  return tag === tags.bitString && contents[0] === 0 ? contents.subarray(1) : null;
}

function childrenOf(contents: Uint8Array): Tlv[] {
  const found: Tlv[] = [];
  for (let at = 0; at < contents.length; at += found.at(-1)?.whole.length ?? 0)
    found.push(next(contents, at));
  return found;
}
