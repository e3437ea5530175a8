import { constants, createECDH, type KeyObject, publicEncrypt } from "node:crypto";
import { wrapKey } from "./key-agreement.ts";
import { algorithms, keyAgreementAlgorithms, oaepAlgorithms } from "./oids.ts";
import type { Recipient } from "./recipient.ts";
import {
  bitString,
  contextTag,
  encode,
  octetString,
  primitiveContextTag,
  sequence,
  smallInteger,
} from "./write-der.ts";

/** The content key for one recipient, in DER: KeyAgreeRecipientInfo for P-256, KeyTransRecipientInfo for RSA. */
export function recipientInfo({ key, ski }: Recipient, contentKey: Buffer): Buffer {
  const keyId = Buffer.from(ski, "hex");
  return key.kind === "p256"
    ? agreed(key.point, keyId, contentKey)
    : transported(key.publicKey, keyId, contentKey);
}

/** RFC 5753 §3.1.1, with a fresh ephemeral key. */
function agreed(point: Buffer, keyId: Buffer, contentKey: Buffer): Buffer {
  const ephemeral = createECDH("prime256v1");
  const ephemeralPoint = ephemeral.generateKeys();
  const secret = ephemeral.computeSecret(point);
  return encode(
    contextTag(1),
    smallInteger(3),
    encode(contextTag(0), encode(contextTag(1), algorithms.ecPublicKey, bitString(ephemeralPoint))),
    keyAgreementAlgorithms.sha256,
    sequence(sequence(encode(contextTag(0), octetString(keyId)), octetString(wrapKey(contentKey, secret)))),
  );
}

/** RFC 5652 §6.2.1, RSAES-OAEP with SHA-256 (RFC 3560). */
function transported(publicKey: KeyObject, keyId: Buffer, contentKey: Buffer): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return sequence(
    smallInteger(2),
    encode(primitiveContextTag(0), keyId),
    oaepAlgorithms.sha256,
    octetString(publicEncrypt({ key: publicKey, padding, oaepHash: "sha256" }, contentKey)),
  );
}
