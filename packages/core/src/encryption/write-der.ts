/** Tags of the ASN.1 types that CMS needs (X.690 §8). */
export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[n]` in its constructed form, as EXPLICIT and as IMPLICIT over SEQUENCE or SET. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** `[n]` in its primitive form, as IMPLICIT over OCTET STRING. */
export function primitiveContextTag(number: number): number {
  return 0x80 | number;
}

/** Tag and definite length in the fewest bytes (DER, X.690 §10.1). */
export function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([tag, 0x80 | digits.length, ...digits]);
}

/** One value: header and contents. */
export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of contents) length += part.length;
  return Buffer.concat([header(tag, length), ...contents]);
}

export function sequence(...members: readonly Uint8Array[]): Buffer {
  return encode(tags.sequence, ...members);
}

/** SET OF, its members in the ascending order that DER asks for (X.690 §11.6). */
export function setOf(tag: number, members: readonly Uint8Array[]): Buffer {
  return encode(tag, ...[...members].sort(Buffer.compare));
}

/** An INTEGER from 0 to 127. */
export function smallInteger(value: number): Buffer {
  return Buffer.from([tags.integer, 1, value]);
}

export function octetString(bytes: Uint8Array): Buffer {
  return encode(tags.octetString, bytes);
}

/** A BIT STRING of whole bytes. */
export function bitString(bytes: Uint8Array): Buffer {
  return encode(tags.bitString, Buffer.of(0), bytes);
}

/** An OBJECT IDENTIFIER from its dotted form (X.690 §8.19). */
export function oid(dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  const bytes: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const digits = [Number(arc % 128n)];
    for (let left = arc / 128n; left > 0n; left /= 128n) digits.unshift(0x80 | Number(left % 128n));
    bytes.push(...digits);
  }
  return encode(tags.oid, Buffer.from(bytes));
}
