import { decodeSign1, toBeSigned } from "./cose.ts";
import { decodeNdef } from "./ndef.ts";
import { decodeTap1, type Tap } from "./tap1.ts";
import { maxTapBytes, type RejectReason } from "./wire.ts";

/** What a verifier needs; the signature has not been checked. Buffers may be views into the raw bytes. */
export type TapSignature = {
  /** Key id, 8 bytes in lower-case hexadecimal. */
  kid: string;
  /** The signed bytes (Sig_structure, RFC 9052 §4.4). */
  toBeSigned: Buffer;
  /** Ed25519 signature, 64 bytes. */
  signature: Buffer;
};

/** `signature` is `null` for an unsigned tap; `detail` says what broke where, without any of the tap's content. */
export type DecodedTap =
  | { ok: true; tap: Tap; signature: TapSignature | null }
  | { ok: false; reason: RejectReason; detail: string };

const majorMap = 5;
const majorTag = 6;
const majorArray = 4;

/**
 * Reads a tap as the reader gave it: one NDEF record with a COSE_Sign1 around the tap/1 map (signed), or the bare
 * map (unsigned). Never throws, whatever the bytes; holds no more memory than a small multiple of them.
 */
export function decodeTap(raw: Uint8Array): DecodedTap {
  const record = decodeNdef(raw, maxTapBytes);
  if (!record.ok) return { ok: false, reason: "malformed-ndef", detail: record.detail };
  const major = (record.payload[0] ?? 0) >> 5;
  if (major === majorMap) {
    const bare = decodeTap1(record.payload);
    return bare.ok ? { ok: true, tap: bare.tap, signature: null } : bare;
  }
  if (major !== majorTag && major !== majorArray)
    return {
      ok: false,
      reason: "malformed-cbor",
      detail: "the payload is neither COSE_Sign1 nor a CBOR map",
    };
  const signed = decodeSign1(record.payload);
  if (!signed.ok) return { ok: false, reason: "malformed-cose", detail: signed.detail };
  const { kid, payload, signature } = signed.message;
  const inner = decodeTap1(payload);
  if (!inner.ok) return inner;
  return {
    ok: true,
    tap: inner.tap,
    signature: { kid: kid.toString("hex"), toBeSigned: toBeSigned(payload), signature },
  };
}
