import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as Parsed,
  SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import { check, read, tags, wholeBytes } from "./der.ts";
import { type PublicKey, publicKeyOf } from "./public-key.ts";

export * from "./verifying.ts";

/** Node's class of this name, as far as it is asked. */
export class X509Certificate {
  readonly raw: Buffer;
  readonly publicKey: PublicKey;
  /** Lines from the outermost part on, as Node has them. */
  readonly subject: string;
  readonly #parsed: Parsed;

  constructor(given: Uint8Array | string) {
    this.#parsed = new Parsed(typeof given === "string" ? given : Uint8Array.from(given));
    this.raw = Buffer.from(this.#parsed.rawData);
    check(read(this.raw, tags.sequence));
    this.publicKey = publicKeyOf(new Uint8Array(this.#parsed.publicKey.rawData));
    const parts = this.#parsed.subjectName.toJSON();
    this.subject = parts
      .flatMap((part) => Object.entries(part))
      .map(([type, values]) => `${type}=${values.join("+")}`)
      .join("\n");
  }

  verify(key: PublicKey): boolean {
    const [signed, algorithm, signature] = read(this.raw, tags.sequence).children();
    // Nothing signs these two, so each bit of theirs is asked for: else a certificate had several forms.
    if (signed === undefined || algorithm?.tag !== tags.sequence || signature === undefined) return false;
    const bytes = wholeBytes(signature);
    if (bytes === null) return false;
    const { hash: digest } = this.#parsed.signatureAlgorithm as { hash?: { name: string } };
    return key.verify(digest?.name ?? null, signed.whole, bytes);
  }

  /** Whether the other one's name and key identifier are those of the issuer, and it may issue (RFC 5280 §6.1, §4.2.1.1). */
  checkIssued(issuer: X509Certificate): boolean {
    const wanted = this.#parsed.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
    const own = issuer.#parsed.getExtension(SubjectKeyIdentifierExtension)?.keyId;
    const usages = issuer.#parsed.getExtension(KeyUsagesExtension)?.usages;
    return (
      this.#parsed.issuer === issuer.#parsed.subject &&
      (wanted === undefined || own === undefined || wanted === own) &&
      (usages === undefined || (usages & KeyUsageFlags.keyCertSign) !== 0)
    );
  }
}
