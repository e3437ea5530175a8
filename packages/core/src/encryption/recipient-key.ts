import { constants, createECDH, createPrivateKey, type KeyObject, privateDecrypt } from "node:crypto";
import { TaplineError } from "../kernel/index.ts";
import { certificatesIn } from "./certificate.ts";
import { unwrapKey } from "./key-agreement.ts";
import { corrupt } from "./read-der.ts";
import { type EnvelopeHead, isFor, type KeyPath, objectWord } from "./read-head.ts";
import { type Recipient, readRecipient } from "./recipient.ts";

/** A recipient's certificate and private key, PEM. */
export interface RecipientKey {
  readonly certPem: string;
  readonly keyPem: string;
}

interface ReadKey {
  readonly recipient: Recipient;
  readonly key: KeyObject;
}

/** Parsed once for as long as the caller hands in the same object: a restore opens thousands. */
const readKeys = new WeakMap<RecipientKey, ReadKey>();

/**
 * The key of one object, as this recipient unlocks it: 32 bytes; whoever asks for it overwrites it after use.
 * @throws TaplineError `corrupt` where it does not unlock; `forbidden` where the object is not encrypted to this
 * certificate; `misconfigured` where key and certificate do not fit
 */
export function contentKeyOf({ infos }: EnvelopeHead, pair: RecipientKey): Buffer {
  const { recipient, key } = readKey(pair);
  const info = infos.find((one) => isFor(one, recipient));
  if (info === undefined)
    throw closed(`the object is not encrypted to ${recipient.subject}: it opens with ${wordsOf(infos)}`);
  try {
    const contentKey = unlock(info.path, key);
    if (contentKey?.length === 32) return contentKey;
  } catch (cause) {
    throw corrupt(objectWord, "its content key does not unwrap", cause);
  }
  throw corrupt(objectWord, "its content key is not one for this kind of recipient");
}

/**
 * The first of `pairs` that an object is encrypted to.
 * @throws TaplineError `forbidden` naming the keys that would open it; `misconfigured` where key and certificate do not fit
 */
export function pairFor({ infos }: EnvelopeHead, pairs: readonly RecipientKey[]): RecipientKey {
  const found = pairs.find((pair) => infos.some((info) => isFor(info, readKey(pair).recipient)));
  if (found !== undefined) return found;
  throw closed(`no key at hand opens the object: it opens with ${wordsOf(infos)}`);
}

/** The recipient of a pair, its key read, too. @throws TaplineError `misconfigured` where key and certificate do not fit */
export function checkPair(pair: RecipientKey): Recipient {
  return readKey(pair).recipient;
}

function closed(message: string): TaplineError {
  return new TaplineError("forbidden", message, { remedy: "Use the key of one of its recipients." });
}

function unlock(path: KeyPath, key: KeyObject): Buffer | null {
  if (path.kind === "rsa") {
    if (key.asymmetricKeyType !== "rsa") return null;
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return privateDecrypt({ key, padding, oaepHash: path.hash }, path.encryptedKey);
  }
  const scalar = key.export({ format: "jwk" }).d;
  if (key.asymmetricKeyType !== "ec" || scalar === undefined) return null;
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.from(scalar, "base64url"));
  return unwrapKey(path.wrappedKey, ecdh.computeSecret(path.point), path.hash);
}

function wordsOf(infos: EnvelopeHead["infos"]): string {
  const words = infos.map(({ name }) =>
    "ski" in name ? `key id ${name.ski}` : `issuer and serial ${name.issuerAndSerial.toString("hex")}`,
  );
  return words.join(" or ");
}

function readKey(pair: RecipientKey): ReadKey {
  const known = readKeys.get(pair);
  if (known !== undefined) return known;
  const recipient = readRecipient(pair.certPem);
  const read = { recipient, key: privateKey(pair, recipient.subject) };
  readKeys.set(pair, read);
  return read;
}

function privateKey({ certPem, keyPem }: RecipientKey, subject: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch (cause) {
    throw new TaplineError("misconfigured", `the private key of ${subject} is not readable as PEM`, {
      cause,
    });
  }
  if (certificatesIn(certPem, "the recipient")[0]?.x509.checkPrivateKey(key) ?? false) return key;
  throw new TaplineError(
    "misconfigured",
    `the private key does not belong to the certificate of ${subject}`,
    {
      remedy: "Give the certificate and the key of the same pair.",
    },
  );
}
