import { contextTag, encode, oid, sequence } from "./write-der.ts";

/** Object identifiers in DER, with the documents that give them. */
export const oids = {
  /** RFC 5652 §4 */
  data: oid("1.2.840.113549.1.7.1"),
  /** RFC 5652 §5.1 */
  signedData: oid("1.2.840.113549.1.7.2"),
  /** RFC 5083 §2.1 */
  authEnvelopedData: oid("1.2.840.113549.1.9.16.1.23"),
  /** RFC 5652 §11.1-11.3 */
  contentType: oid("1.2.840.113549.1.9.3"),
  messageDigest: oid("1.2.840.113549.1.9.4"),
  signingTime: oid("1.2.840.113549.1.9.5"),
  /** Ours, below the arc of UUIDs (ITU-T X.667): size and root of a Merkle tree, an OCTET STRING of 8 and 32 bytes */
  treeHead: oid("2.25.201787746706417127483571627287620167761"),
  /** RFC 5480 §2.1.1 */
  ecPublicKey: oid("1.2.840.10045.2.1"),
} as const;

/** Algorithm identifiers in DER; all have absent parameters, as their documents ask. */
export const algorithms = {
  /** RFC 5754 §2 */
  sha256: sequence(oid("2.16.840.1.101.3.4.2.1")),
  /** RFC 5758 §3.2 */
  ecdsaWithSha256: sequence(oid("1.2.840.10045.4.3.2")),
  /** RFC 3565 §2.3.2 */
  aes256Wrap: sequence(oid("2.16.840.1.101.3.4.1.45")),
  /** RFC 5480 §2.1.1; the curve is that of the recipient's key (RFC 5753 §3.1.1) */
  ecPublicKey: sequence(oids.ecPublicKey),
} as const;

/** Key agreement by the hash of its key derivation (RFC 5753 §7.1.4), each with AES-256 key wrap. */
export const keyAgreementAlgorithms = {
  sha256: sequence(oid("1.3.132.1.11.1"), algorithms.aes256Wrap),
  /** dhSinglePass-stdDH-sha1kdf-scheme: what `openssl cms -encrypt` takes where it is told nothing */
  sha1: sequence(oid("1.3.133.16.840.63.0.2"), algorithms.aes256Wrap),
  sha384: sequence(oid("1.3.132.1.11.2"), algorithms.aes256Wrap),
  sha512: sequence(oid("1.3.132.1.11.3"), algorithms.aes256Wrap),
} as const;

/** id-RSAES-OAEP with one hash for label and MGF1 (RFC 4055 §4.1); its parameters name what is not SHA-1. */
function oaep(hash: Buffer | null): Buffer {
  const mgf1 = oid("1.2.840.113549.1.1.8");
  const parameters =
    hash === null
      ? sequence()
      : sequence(encode(contextTag(0), hash), encode(contextTag(1), sequence(mgf1, hash)));
  return sequence(oid("1.2.840.113549.1.1.7"), parameters);
}

/** RSAES-OAEP by its hash. */
export const oaepAlgorithms = {
  sha256: oaep(algorithms.sha256),
  sha1: oaep(null),
  sha384: oaep(sequence(oid("2.16.840.1.101.3.4.2.2"))),
  sha512: oaep(sequence(oid("2.16.840.1.101.3.4.2.3"))),
} as const;

/** id-aes256-GCM (RFC 5084 §3.2) */
export const aes256Gcm = oid("2.16.840.1.101.3.4.1.46");
