import { decodeSign1, toBeSigned } from "./cose.ts";
import { decodeNdef } from "./ndef.ts";
import { type ScannedTap, scanTap1, type Tap, unflatten } from "./tap1.ts";
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

/** `detail` says what broke where, without any of the tap's content. */
type Undecodable = { ok: false; reason: RejectReason; detail: string };

/** `signature` is `null` for an unsigned tap. */
export type DecodedTap = { ok: true; tap: Tap; signature: TapSignature | null } | Undecodable;

/** The same with samples that the next scan writes over. */
export type ScanResult = { ok: true; tap: ScannedTap; signature: TapSignature | null } | Undecodable;

const majorMap = 5;
const majorTag = 6;
const majorArray = 4;

/**
 * Reads a tap as the reader gave it: one NDEF record with a COSE_Sign1 around the tap/1 map (signed), or the bare
 * map (unsigned). Never throws, whatever the bytes; holds no more memory than a small multiple of them.
 */
export function decodeTap(raw: Uint8Array): DecodedTap {
  const scanned = scanTap(raw);
  return scanned.ok ? { ...scanned, tap: unflatten(scanned.tap) } : scanned;
}

/** What `decodeTap` does, for many taps one after the other: the samples are gone with the next call. */
export function scanTap(raw: Uint8Array): ScanResult {
  const record = decodeNdef(raw, maxTapBytes);
  if (!record.ok) return { ok: false, reason: "malformed-ndef", detail: record.detail };
  const major = (record.payload[0] ?? 0) >> 5;
  if (major === majorMap) {
    const bare = scanTap1(record.payload);
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
  const inner = scanTap1(payload);
  if (!inner.ok) return inner;
  return {
    ok: true,
    tap: inner.tap,
    signature: { kid: kid.toString("hex"), toBeSigned: toBeSigned(payload), signature },
  };
}
