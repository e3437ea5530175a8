import { CborReader, CborWriter } from "./cbor.ts";

/** A COSE_Sign1 message (RFC 9052 §4.2) in the one form that taps use. Buffers may be views. */
export type Sign1 = {
  /** Key id from the unprotected header: 8 bytes. */
  kid: Buffer;
  /** What is signed. */
  payload: Buffer;
  /** Ed25519 signature over `toBeSigned(payload)`: 64 bytes. */
  signature: Buffer;
};

export type Sign1Result = { ok: true; message: Sign1 } | { ok: false; detail: string };

/** COSE_Sign1's tag number. */
const sign1Tag = 18;
/** The protected header {1: -8}: algorithm EdDSA (RFC 9053 §2.2). */
const protectedHeader = Buffer.from("a10127", "hex");
const kidLabel = 4;
export const kidBytes = 8;
export const signatureBytes = 64;
/** All of a message but its payload, at most. */
const frameBytes = 96;
/** ["Signature1", protected, external_aad = h''] of RFC 9052 §4.4; the payload's byte string follows. */
const signaturePrefix = Buffer.concat([
  Buffer.from([0x84, 0x6a]),
  Buffer.from("Signature1", "latin1"),
  Buffer.from([0x40 | protectedHeader.length]),
  protectedHeader,
  Buffer.from([0x40]),
]);

/** The bytes that are signed: the Sig_structure (RFC 9052 §4.4), with no external data. */
export function toBeSigned(payload: Uint8Array): Buffer {
  return new CborWriter(signaturePrefix.length + 9 + payload.length)
    .raw(signaturePrefix)
    .bytes(payload)
    .take();
}

/** Writes a tagged COSE_Sign1. `kid` must have 8 bytes and `signature` 64. */
export function encodeSign1(message: Sign1): Buffer {
  return new CborWriter(frameBytes + message.payload.length)
    .tag(sign1Tag)
    .array(4)
    .bytes(protectedHeader)
    .map(1)
    .uint(kidLabel)
    .bytes(message.kid)
    .bytes(message.payload)
    .bytes(message.signature)
    .take();
}

/**
 * Reads a tagged COSE_Sign1: algorithm EdDSA and nothing else protected, an 8-byte kid and nothing else
 * unprotected, payload attached, deterministic CBOR, nothing after it. Does not verify the signature.
 * @returns views into `bytes`
 */
export function decodeSign1(bytes: Buffer): Sign1Result {
  const reader = new CborReader(bytes);
  if (reader.tag("the COSE message") !== sign1Tag) reader.fail("schema", "the tag must be 18 (COSE_Sign1)");
  if (reader.array("COSE_Sign1") !== 4) reader.fail("schema", "COSE_Sign1 must have 4 items");
  if (!reader.bytes("the protected header").equals(protectedHeader))
    reader.fail("schema", "the protected header must be {1: -8} (EdDSA) alone");
  if (reader.map("the unprotected header") !== 1 || reader.uint("its label", 0, 2 ** 32) !== kidLabel)
    reader.fail("schema", "the unprotected header must hold kid (4) alone");
  const kid = reader.bytes("kid", kidBytes);
  const payload = reader.bytes("the payload");
  const signature = reader.bytes("the signature", signatureBytes);
  if (reader.fault === null) reader.end("COSE_Sign1");
  if (reader.fault !== null) return { ok: false, detail: reader.fault.detail };
  return { ok: true, message: { kid, payload, signature } };
}
